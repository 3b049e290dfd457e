# The tabs of administrators.

admin-title = Administration
admin-reading = Reading…
admin-limited = Turn on administrative access
admin-limited-text = Your account may administer this host, but this sign-in has limited access. Turn on administrative access at the top of the page.
admin-users = Users
admin-tokens = Tokens
admin-channels = Channels
admin-policy = Policy
admin-log = Log
admin-health = Health
admin-none = none
admin-actions = Actions
admin-former-page = Previous page
admin-next-page = Next page
admin-search-on = Search on

# Users.

admin-user = User
admin-uid = Uid
admin-methods = Methods
admin-default = Default
admin-state = State
admin-users-begins = Name begins with
admin-wanted-any = any
admin-wanted-ok = in order
admin-wanted-locked = locked
admin-wanted-account-locked = account locked
admin-wanted-methods-required = methods required
admin-wanted-renamed = renamed
admin-wanted-gone = account gone
admin-wanted-access-pass = has an access pass
admin-users-nobody = Nobody has security info yet.
admin-users-none = Nobody is in this state.
admin-users-not-found = No user with security info is called that.
admin-users-open = Open { $user } all the same
admin-users-unknown = This host has no user { $user }.
admin-users-departed = This host has no account { $user } any more. If it has another name now: sudo secinfo users rename { $word } NEW. If its user has left: sudo secinfo erase --departed { $word }
admin-user-panel = Security info of { $user }
admin-until = until { $when }
admin-waits = After wrong codes has to wait
admin-push-paused = Requests to phones are paused
admin-account-locked = The user has locked the account
admin-still-required = Policy still asks for
admin-still-required-by = { $count ->
    [one] { $count } method
   *[other] { $count } methods
}{ $by ->
    [none] {""}
   *[other] {" "}by { $by }
}
admin-no-method = No method yet.
admin-added = added { $when }
admin-used = last used: { $when }
admin-left = { $count } left
admin-begins = good from { $when }
admin-expires = good until { $when }
admin-locked-until = locked until { $when }
admin-not-allowed = not allowed by policy
admin-may-be-copied = there may be a copy
admin-deletion-due = will be deleted { $when }
admin-keep = Call off the deletion
admin-kept = { $method } stays.
admin-unlock = Unlock
admin-unlocked = All locks of { $user } are lifted.
admin-delete = Delete
admin-delete-title = Delete { $method }
admin-delete-text = The method of { $user } is deleted at once. This cannot be undone. { $user } is told by every other means.
admin-deleted = { $method } of { $user } is deleted.
admin-deletion-scheduled = { $method } of { $user } will be deleted { $when }.
admin-pass-issue = Issue an access pass
admin-pass-revoke = Revoke the access pass
admin-pass-title = Access pass for { $user }
admin-pass-text = With an access pass { $user } can sign in without any method, and add one. A former pass is void.
admin-pass-from = Good from
admin-pass-from-help = Leave it empty for at once.
admin-pass-valid = Good for
admin-pass-once = For one verification only
admin-pass-shown = The access pass
admin-pass-copy = Copy the pass
admin-pass-issued = { $user } has an access pass.
admin-erase = Erase the user
admin-erase-title = Erase { $user }
admin-erase-text = This destroys the keys of all methods of { $user }, and of the name in the log: nothing in the log leads to them any more. It cannot be undone. The account itself stays.
admin-erase-type = Type { $user } to confirm
admin-erase-mismatch = That is not the name. Type { $user }.
admin-erased = The security info of { $user } is erased.

# Tokens.

admin-tokens-text = Hardware tokens that wait for their users to activate them.
admin-tokens-none = No token waits.
admin-tokens-waiting = Tokens that wait
admin-tokens-import = Import tokens
admin-token-serial = Serial number
admin-token-maker = Manufacturer
admin-token-model = Model
admin-token-mode = Codes
admin-mode-totp = by time
admin-mode-hotp = by button
admin-token-remove = Remove
admin-token-remove-title = Remove the token { $serial }
admin-token-remove-text = Nobody can activate it any more. It can be imported again.
admin-token-removed = The token { $serial } is removed.
admin-import-file = File
admin-import-help = A CSV table, or a PSKC file (RFC 6030), of at most 4 MiB.
admin-import-format = Its name says nothing of its format: it has to end in .csv, .pskc or .xml.
admin-import-too-large = It is larger than 4 MiB: import it in parts.
admin-import-no-file = Choose a file first.
admin-import-failed = Nothing can be imported of this file
admin-import-protection = Protected by
admin-protection-none = nothing
admin-protection-passphrase = Passphrase
admin-protection-key = Pre-shared key, in hexadecimal
admin-would-import = { $count ->
    [0] No token would be imported
    [one] { $count } token would be imported
   *[other] { $count } tokens would be imported
}
admin-import-now = Import
admin-imported = { $count ->
    [0] No token was imported
    [one] { $count } token was imported
   *[other] { $count } tokens were imported
}
admin-import-users = For one user alone: { $users }.
admin-import-left-out = { $count ->
    [one] One line is left out:
   *[other] { $count } lines are left out:
}
admin-import-delete-file = The file holds the secrets of the tokens: delete it now.

# Channels.

admin-channels-text = Channels deliver codes and notices.
admin-channels-none = There are no channels, so no codes can be sent. config.toml turns them on.
admin-channel-ready = ready
admin-channel-ill = not healthy
admin-channel-starting = starting
admin-channel-down = down
admin-kind = Kind
admin-plugin = Plugin
admin-queue-title = Queue
admin-queue = { $waiting } waiting, { $sending } under way
admin-last-error = Last error
admin-no-error = none
admin-confined = Confined by
admin-not-confined = nothing
admin-test = Test
admin-test-title = Test the channel { $channel }
admin-test-text = Sends a message without a code through this channel alone.
admin-test-number = Phone number, with the country’s code
admin-test-address = Email address
admin-test-send = Send
admin-test-waiting = Waiting for what becomes of the message…
admin-test-waiting-still = The message is on its way.
admin-test-sent = The provider has taken the message. Look whether it has arrived.
admin-test-delivered = The message has arrived.
admin-test-failed = The message was not delivered.

# Policy.

admin-policy-text = Policy as it applies to one user. It is changed in /etc/secinfo/config.toml.
admin-policy-service = Service
admin-policy-service-hint = Such as sshd or sudo. Empty: what holds at every service.
admin-policy-show = Show
admin-policy-of = Policy for { $user }
admin-policy-at = Policy for { $user } at { $service }
admin-policy-allowed = Allowed kinds
admin-no-kind = none
admin-policy-required = Required methods
admin-policy-grace = Time to add them
admin-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
admin-policy-first = The first method takes
admin-first-session = a sign-in
admin-first-access-pass = an access pass
admin-policy-gates = Methods to prove for a password reset
admin-policy-wait = Wait before a deletion by a weaker proof
admin-policy-fresh = A proof is fresh for
admin-policy-sessions = A lock ends sessions
admin-policy-sessions-yes = yes
admin-policy-sessions-no = no
admin-policy-sections = Comes from

# Log.

admin-log-type = What happened
admin-log-every = everything
admin-log-none = No such event.
admin-log-number = Number
admin-log-when = When
admin-log-what = What
admin-log-by = By
admin-log-service = Service
admin-log-through = { $login } as { $who }
admin-log-bytes = The event exactly as it is hashed
admin-log-bytes-of = Event { $number }, exactly as it is hashed
admin-log-copy = Copy the event
admin-newer = Newer events
admin-older = Older events
admin-actor-system = the service
admin-actor-root = root
admin-verify = Verify the log
admin-verifying = Checking the log, event by event…
admin-verified = { $count ->
    [one] The log is as it was signed: { $count } event. Its root:
   *[other] The log is as it was signed: { $count } events. Their root:
}
admin-not-verified = The log is not as it was signed
admin-not-verified-from = The log is not as it was signed, from event { $from } on
admin-checkpoint = Checkpoint
admin-checkpoint-text = Keep this checkpoint on another host: with it one can prove later that the log was not rewritten since.
admin-checkpoint-copy = Copy
admin-checkpoint-download = Download
admin-event-access-pass-issued = Access pass issued
admin-event-account-locked = Account locked by its user
admin-event-account-unlocked = Account unlocked
admin-event-activity-reported = Activity reported as not theirs
admin-event-activation-failed = Token not activated
admin-event-approval-answered = Request on the phone answered
admin-event-approval-requested = Request sent to a phone
admin-event-break-glass-used = Break-glass code used
admin-event-code-requested = Code requested
admin-event-default-changed = Default changed
admin-event-deletion-cancelled = Deletion called off
admin-event-deletion-scheduled = Deletion scheduled
admin-event-locked = Method locked
admin-event-log-created = Log begun
admin-event-log-restored = Log restored from a backup
admin-event-message-delivered = Message delivered
admin-event-message-failed = Message not delivered
admin-event-method-deleted = Method deleted
admin-event-method-enrolled = Method added
admin-event-method-imported = Method imported
admin-event-method-renamed = Method renamed
admin-event-password-reset = Password reset
admin-event-password-reset-failed = Password not reset
admin-event-password-reset-locked = Password reset locked
admin-event-password-reset-requested = Password reset begun
admin-event-policy-changed = Policy changed
admin-event-recovery-codes-issued = Recovery codes issued
admin-event-remembered-sign-in = Sign-in at a remembered terminal
admin-event-set-up-postponed = Set-up postponed
admin-event-terminal-remembered = Terminal remembered
admin-event-token-imported = Token imported
admin-event-token-removed = Token removed
admin-event-token-resynchronized = Token found again
admin-event-unlocked = Locks lifted
admin-event-user-added = User added
admin-event-user-erased = User erased
admin-event-user-renamed = User renamed
admin-event-verification-failed = Verification failed
admin-event-verification-succeeded = Verification succeeded

# Health.

admin-healthy = The service is in order
admin-unhealthy = The service has a problem
admin-room-kept = The disk of the log is nearly full: what is left is kept for sign-ins. Make room on the file system of /var/lib/secinfo.
admin-version = Version
admin-started = Started
admin-authorization = Who decides on administrators
admin-authorization-polkit = polkit
admin-authorization-uid = nobody: only root is one
admin-push = Requests to phones
admin-push-off = off
admin-push-making-key = being prepared
admin-push-unreachable = not reachable
admin-push-ready = ready
admin-figure-users = Users
admin-figure-with-methods = Users with a method
admin-figure-locked = Users with a locked method
admin-figure-accounts-locked = Locked accounts
admin-figure-reports = Users who reported activity as not theirs
admin-figure-passes = Access passes that are out
admin-figure-events = Events in the log
admin-figure-log = Log on disk
admin-figure-memory = Memory
admin-doctor = What the doctor finds
admin-doctor-looks = The doctor looks at the host…
admin-doctor-nothing = Nothing needs your attention.
admin-doctor-again = Look again
admin-doctor-failed = The doctor could not look at the host.
admin-doctor-unseen = { $count ->
    [one] One thing was not looked at: that takes administrative access.
   *[other] { $count } things were not looked at: that takes administrative access.
}
admin-severity-error = Error
admin-severity-warning = Warning
admin-severity-info = Info
admin-remedy = What to do:
