# What happened in the account of a user: the lines of a list, and its titles.

activity-title-when = When
activity-title-what = What
activity-title-where = Where
activity-title-number = No.
activity-none = Nothing has happened in this account yet.
activity-more = Older ones: secinfo activity --before { $number }
activity-proved = Each line was proved to be in the log, under its checkpoint of { $size } events.
activity-not-proved = event { $number } is not proved to be in the log: { $problem }; tell the administrator of this host
activity-of = { $what }: { $method }
activity-by = by { $name }

activity-verification-succeeded = { $purpose ->
    [password-reset] Proved for a password reset
   *[other] { $at_service ->
        [yes] Signed in
       *[no] Proved
    }
}
activity-verification-failed = { $reason ->
    [used-code] Refused, code was used before
    [wrong-assertion] Refused, answer of another security key
    [user-verification-missing] Refused, security key without PIN or fingerprint
    [wrong-pin] Refused, wrong PIN of a security key
    [counter-not-increased] Refused, there may be a copy of the security key
   *[other] Refused, wrong code
}
activity-remembered-sign-in = Signed in without being asked, in a remembered terminal
activity-break-glass-used = Signed in with a break-glass code
activity-activation-failed = Wrong code while adding a method
activity-set-up-postponed = Setting up a method was put off
activity-code-requested = Code sent
activity-message-failed = Message not delivered
activity-approval-requested = Request sent to the phone
activity-approval-answered = { $reason ->
    [accepted] Approved on the phone
    [wrong-number] Wrong number chosen on the phone
    [not-me] Declined on the phone as another person’s
   *[other] Declined on the phone
}
activity-locked = Locked after wrong codes
activity-unlocked = Locks lifted
activity-method-enrolled = Added
activity-method-imported = Brought over from another system
activity-method-renamed = Renamed
activity-method-deleted = { $reason ->
    [used-up] Used up
    [expired] Expired
    [replaced] Replaced by a new one
    [waiting-over] Deleted after its waiting time
    [administrator] Deleted by an administrator
   *[other] Deleted
}
activity-deletion-scheduled = Deletion scheduled
activity-deletion-cancelled = Deletion cancelled
activity-default-changed = Default method changed
activity-recovery-codes-issued = Issued
activity-access-pass-issued = Issued by an administrator
activity-token-resynchronized = Brought back into step
activity-password-reset = New password set
activity-password-reset-failed = New password not set
activity-password-reset-locked = Password reset locked after wrong answers
activity-account-locked = Account locked
activity-user-renamed = Moved to a new name
activity-account-unlocked = Account unlocked
activity-activity-reported = Reported as not by you

# “This was not me”, and locking the account.

page-account-locked = This account is locked since { $when }: nobody can sign in to it. To unlock it: secinfo unlock
lock-warning = Nobody will be able to sign in to your account, and its password cannot be reset, until your strongest method unlocks it or an administrator does. What your sign-ins have left ends.
lock-sessions = What is open for you on this host ends at once, this session too. What is not saved is lost.
lock-confirm = Lock your account now?
lock-nothing = Nothing was locked.
lock-yes-missing = say --yes to lock when standard input is not a terminal
account-locked = Your account is locked. To unlock it, prove your strongest method: secinfo unlock
account-locked-of = The account of { $user } is locked. To unlock it: secinfo unlock { $word }
account-unlocked = Your account is unlocked.
account-not-locked = Your account is not locked.
report-warning = It will be reported that this was not you:
report-confirm = Report it?
report-nothing = Nothing was reported.
report-yes-missing = say --yes to report when standard input is not a terminal
reported = It is reported. What your sign-ins have left is void; prove a method anew for changes.
report-next = Change your password, and delete methods that are not yours.
report-no-line = there is no line { $number } in your activity; see: secinfo activity
