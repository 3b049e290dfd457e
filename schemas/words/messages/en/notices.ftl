# Notices: what happened to the security info of a user.

news-added = A method was added: { $kind }.
news-deleted = A method was deleted: { $kind }.
news-deletion-scheduled = A method will be deleted when its waiting time is over: { $kind }. Until then you can cancel that.
news-deletion-cancelled = A method that was to be deleted stays: { $kind }.
news-default = Your default method is now: { $kind }.
news-no-default = You have no default method any more.
news-recovery-codes = New recovery codes were issued. Former ones are void.
news-access-pass = An administrator issued an access pass for your account.
news-locked = Wrong codes locked a method for a while: { $kind }.
news-unlocked = An administrator lifted the locks on your methods.
news-break-glass = Somebody signed in with a break-glass code, which an administrator had made for you.
