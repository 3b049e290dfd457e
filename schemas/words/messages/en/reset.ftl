# What users read while they set a new password because they forgot theirs.
#
# Until something is proved, a stranger reads the same as the user does, and the same for a name that no
# account has: nothing here may say more. A prompt ends where the answer is typed.

reset-lead = { $second ->
    [yes] One more proof is needed, by another way. How can you prove it?
   *[no] To set a new password, prove that the account is yours. How can you prove it?
}
reset-number = Number:{" "}
reset-code = Code from { $way } (? for another way):{" "}
reset-secret = { $way } (? for another way):{" "}
reset-question = Question { $number } of { $count }: { $question } (? for another way):{" "}
reset-sent = If this account can be proved so, a code was sent { $by }; it takes a minute at most. Code (Enter to send another, ? for another way):{" "}
reset-sent-to = { $way }: a code was sent to { $hint }. Code (Enter to send another, ? for another way):{" "}
reset-push = If this account can be proved so, its phone was asked just now, unless that has been done a moment ago: open privacyIDEA Authenticator, approve, and type the { $digits }-digit code (Enter to ask again, ? for another way):{" "}
reset-password = New password:{" "}
reset-again = The new password once more:{" "}
reset-choice = Now choose:
reset-choice-password = Set a new password
reset-choice-unlock = Keep the password, and lift the locks that wrong codes have put on your methods

reset-note-wrong = That was not accepted. Check it, and wait some seconds before you try again: a code that was used is not good again.
reset-note-busy = Too much is being checked for others right now, so that was not looked at: try again in some seconds.
reset-note-differ = Those two were not the same.
reset-note-unfit = That cannot be a password: take 1 to 511 bytes without control characters.
reset-note-refused = That password was not accepted.

reset-end-set = Your new password is set: sign in with it.
reset-end-unlocked = The locks on your methods are lifted, and your password is what it was.
reset-end-not-proved = You were not let through: begin again, or ask an administrator. After several mistakes a reset is refused for a day.
reset-end-expired = That took too long: begin again.
reset-end-lacking = This account has no second way to prove that it is yours: ask an administrator for a new password.
reset-end-barred = The password of this account cannot be set here: ask an administrator.
reset-end-elsewhere = The password of this account is not kept with those of this host: change it where it is kept, or ask an administrator.
reset-end-failed = The password could not be set, and the former one holds: try again later, or ask an administrator.
reset-end-unknown = It is not certain which password holds: try the new one, then the former one. If neither is taken, begin again.

# At sign-in, where policy reminds of it.

reset-lacking = You could not reset a forgotten password: add { $count ->
    [one] one more method
   *[other] { $count } more methods
} with secinfo add.

# What the command says.

reset-name = Name of the account:{" "}
reset-cancelled = nothing was changed; begin again with: secinfo reset
reset-over = that took too long, or was taken over by a newer reset; begin again with: secinfo reset
reset-not-offered = passwords are not reset on this host; ask an administrator for a new one
reset-limits = too many resets were begun from here; wait a while, or ask an administrator
reset-fault = the password cannot be reset at the moment because of a fault of this host; ask an administrator
reset-stopping = secinfod is stopping; begin again in a moment
reset-needs-terminal = what you type would be shown, because there is no terminal here; connect with: ssh -t
