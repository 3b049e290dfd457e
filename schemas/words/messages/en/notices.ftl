# Notices: what happened to the security info of a user.

notice-added = A method was added: { $kind }.
notice-deleted = A method was deleted: { $kind }.
notice-deletion-scheduled = A method will be deleted when its waiting time is over: { $kind }. Until then you can cancel that.
notice-deletion-cancelled = A method that was to be deleted stays: { $kind }.
notice-default = Your default method is now: { $kind }.
notice-no-default = You have no default method any more.
notice-recovery-codes = New recovery codes were issued. Former ones are void.
notice-access-pass = An administrator issued an access pass for your account.
notice-locked = Wrong codes or PINs locked a method for a while: { $kind }.
notice-may-be-copied = There may be a copy of a security key of yours: its counter has not grown. Delete that key and add another one.
notice-unlocked = An administrator lifted the locks on your methods.
notice-unlocked-by-reset = The locks on your methods were lifted after a proof in a password reset.
notice-password-reset = A new password was set for your account in a password reset.
notice-administrator-reset = A new password was set for an administrator of this host in a password reset. The log says whose.
notice-administrator-unlocked-by-reset = The locks on the methods of an administrator of this host were lifted after a proof in a password reset. The log says whose.
notice-password-uncertain = A password reset of your account was interrupted: the new password may be in force, or the former one.
notice-reset-locked = Wrong answers locked password reset for your account for a while.
notice-reset-locked-kind = Wrong answers locked this method for password reset for a while: { $kind }.
notice-not-me = A sign-in was declined on your phone as another person's: { $service }{ $has_origin ->
    [yes] , from { $origin }
   *[no] {""}
}. Somebody knows your password: change it. Requests to your phone are paused for a while.
notice-not-me-own = A request of a program under your account was declined on your phone as another person's. If you did not begin it, that program is not yours: look which ones run. Requests to your phone are paused for a while.
notice-not-me-reset = A password reset for your account was declined on your phone as another person's. Nothing was changed, and your phone is not asked in resets for a while.
notice-break-glass = Somebody signed in with a break-glass code, which an administrator had made for you.
notice-account-locked = Your account is locked: nobody can sign in to it, and its password cannot be reset. Your strongest method unlocks it, or an administrator.
notice-renamed = Your security info belongs to your new name now. An administrator of this host has said so.
notice-account-unlocked = Your account was unlocked with a method of yours: { $kind }. If that was not you, lock it again: secinfo lock
notice-account-unlocked-by-administrator = An administrator unlocked your account.
notice-reported = Something that happened in your account was reported as not by you. What your sign-ins have left is void. See what happened, and lock the account if need be: secinfo activity, secinfo lock
notice-administrator-account-locked = A user of this host locked their account, as one does against an intruder. Whose it is: sudo secinfo users
notice-administrator-renamed = Somebody was not let in to this host: the account had another name, with methods, or has the uid of a user who has left. Which: sudo secinfo users --departed
notice-administrator-reported = A user of this host reported that somebody else has used their account. The log says who: sudo secinfo audit log --type activity-reported
notice-new-place = You signed in from a place that you have not signed in from lately{ $has_origin ->
    [yes] : { $origin }
   *[no] {""}
}. If that was not you: secinfo activity, secinfo lock
