# The page for oneself.

page-title = Security info
page-administration = Administration
page-loading = Reading your security info…
page-away = The service is not there
page-away-text = secinfod does not run on this host at the moment. Nothing is lost: this page goes on as soon as the service is back. If it stays away, tell an administrator.
page-failed = Your security info cannot be shown
page-again = Try again
page-close = Close
page-cancel = Cancel
page-back = Back
page-continue = Continue
notice-danger = Problem:
notice-warning = Warning:
notice-info = Note:
notice-success = Success:
page-done = Done

# Times.

time-never = never
time-today = today
time-yesterday = yesterday
time-moment = { $day ->
    [today] today at { $hour }
    [yesterday] yesterday at { $hour }
    [tomorrow] tomorrow at { $hour }
   *[date] on { $date } at { $hour }
}
# The same behind "until" and "by".
time-limit = { $day ->
    [today] today at { $hour }
    [yesterday] yesterday at { $hour }
    [tomorrow] tomorrow at { $hour }
   *[date] { $date } at { $hour }
}
time-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
time-minutes = { $count } minutes
time-hours = { $count } hours
time-days = { $count } days

# Methods.

method-plain = { $kind }
method-labelled = { $kind } “{ $label }”
method-hinted = { $kind } { $hint }
hint-place = { $number } ({ $place })
error-unknown = That did not work, for a reason that this page does not know ({ $name }). Try again, or ask an administrator.
error-Unreachable = The service cannot be reached at the moment. Try again in a moment.
error-Unsupported = The service and this page are of different versions: ask an administrator to install matching ones.
error-AccessDenied = That takes administrative access: turn it on at the top of the page.
error-InvalidArgument = That cannot be used: check what you have entered.

# The list of methods.

list-default = Default sign-in method: { $method }
list-no-default = Default sign-in method: none
list-change-default = Change
list-add = Add method
list-methods = Your methods
list-is-default = Default
list-serves = Serves
list-serves-sign-in = sign-in
list-serves-password-reset = password reset
list-serves-nothing = nothing
list-added = Added
list-used = Last used
list-empty = You have no method yet
list-empty-text = A method proves that it is you when somebody else knows your password. It takes two minutes to add one.
list-nothing-allowed = Policy lets you add no method on this host. Ask an administrator.
list-used-today = today at { $hour }
list-actions = Actions for { $method }
method-quoted = “{ $label }”
method-may-be-copied = There may be a copy of this key: delete it and add another one.
method-deletion = Will be deleted { $when }.
method-locked = Locked after wrong codes until { $when }.
method-confirm = Is this still yours? A code confirms it.
method-confirm-now = Confirm
method-confirmed = { $method } is confirmed.
method-begins = Begins { $when }.
method-expires = Expires { $when }.
method-expired = Expired { $when }.
method-not-allowed = Switched off by policy: no longer asked for.
method-codes-left = { $count ->
    [0] No code left
    [one] { $count } code left
   *[other] { $count } codes left
}
method-keep = Keep this method
method-new-codes = Issue new codes
action-rename = Rename
action-resynchronize = Resynchronize
action-delete = Delete
action-codes = Issue new codes
action-keep = Call the deletion off

# What the user should know or do.

attention-locked = After wrong codes, no code is accepted until { $when }.
attention-push-paused = No requests are sent to your phone until { $when }, because one was declined there as another person’s. If it was not you who began that, change your password.
attention-required-by = { $count ->
    [one] Your organization asks for one more method by { $when }.
   *[other] Your organization asks for { $count } more methods by { $when }.
}
attention-required-now = { $count ->
    [one] Your organization asks for one more method. Add it now: sign-in may be refused without it.
   *[other] Your organization asks for { $count } more methods. Add them now: sign-in may be refused without them.
}
attention-reset = { $count ->
    [one] To reset a forgotten password, you need one more method.
   *[other] To reset a forgotten password, you need { $count } more methods.
}
attention-codes = If you lose your device, recovery codes let you in.
attention-codes-get = Get recovery codes

# Below the list.

lost-title = Lost something? What to do
lost-text = Prove yourself by another method or a recovery code, delete the method that was lost, then add a new one. If you have nothing else, ask an administrator for an access pass.
fresh-until = You have proved who you are, which counts until { $when }.
fresh-none = Changes ask you first to prove who you are.
fresh-prove = Prove it now

# Renaming.

rename-title = Rename { $method }
rename-label = Name
rename-submit = Rename
rename-done = It is now called { $method }.

# Changing the default.

default-title = Change the default sign-in method
default-choices = Method that is asked first at sign-in
default-confirm = Confirm
default-set = Your default sign-in method is now { $method }.

# Deleting.

delete-title = Delete { $method }?
delete-warning = This cannot be undone: its key is destroyed.
delete-next-default = { $method } becomes your default sign-in method.
delete-no-default = You will have no default sign-in method any more.
delete-wait = If you prove yourself by a weaker method than this one, it is deleted only after { $length }, and you can call that off until then.
delete-confirm = Delete
delete-done = { $method } is deleted.
delete-later = { $method } will be deleted { $when }.
delete-later-text = You have proved yourself by a weaker method. Until then everything stays as it is, and you can call it off in the list.
delete-cancelled = { $method } is kept.

# Resynchronizing a hardware token.

resync-title = Resynchronize { $method }
resync-text = If its codes are not accepted any more, two codes in a row bring the token back in step.
resync-first = The code that the token shows now
resync-second = The next code that it shows
resync-submit = Resynchronize
resync-done = { $method } is in step again.

# Proving who one is.

verify-title = Prove that it is you
verify-lead = Before you change your security info, prove that it is you.
verify-starting = Asking…
verify-choose = Choose a way to prove it
verify-other = Another way
verify-submit = Verify
verify-unknown = This page does not know how to ask for this method. Choose another way.
code-question = { $digits ->
    [0] Code
   *[other] { $digits }-digit code
}
code-missing = Enter the code.
code-attempts = { $count ->
    [one] { $text } One attempt left.
   *[other] { $text } { $count } attempts left.
}
code-title = Enter the code
code-send = Send code
time-until = Open until { $when }.
time-left = { $length } left.
time-is-over = The time is over.
time-start-again = Start again
sent-sending = Sending a code to { $destination }…
sent = A { $digits }-digit code { $state ->
    [delivered] has arrived at
    [sent] was sent to
   *[waiting] is on its way to
} { $destination } { $by }. It is valid for { $length }.
sent-failed = The code was not delivered: { $problem }.
sent-again = Send another code
sent-again-in = Send another code (in { $count } s)
approval-code = Approve the request on your phone: open privacyIDEA Authenticator (open already? pull down). Then enter the { $digits } digits that it shows.
approval-number = Choose { $number } on your phone, in privacyIDEA Authenticator (open already? pull down).
approval-waiting = Waiting for your phone…
approval-again = Send another request

# Security keys.

key-use = Use security key
key-use-text = Plug in your security key or hold it to the reader. The browser asks for its PIN and a touch.
key-waiting = Waiting for the security key…
key-not-done = The browser did not get an answer from a security key. Try again, or use another way.
key-other-name = Security keys of this host work only where this page is opened as https://{ $name } or below. Open it there, or use another way.
key-insecure = Browsers offer security keys only to pages that are opened by https, without a certificate error.
key-address = Browsers offer security keys only to pages that are opened by the name of the host, not by an IP address.
key-missing = This browser cannot use security keys. Use another one.

# Adding a method.

add-title = Add a method
add-kind = Add { $kind }
add-choose = What do you want to add? The strongest comes first.
add-other = Different method
add-submit = Add
add-name = Name (optional)
add-name-hint-app = Such as “Tablet”, to tell it from others.
add-name-hint-push = Such as “Work phone”, to tell it from others.
add-name-hint-key = Such as “Key ring”, to tell it from others.
add-unknown = This page does not know that kind. Use the command secinfo.
add-no-channel = This host cannot send such codes at the moment.
add-no-push = This host cannot ask phones at the moment.
add-beside = Add an authenticator app or a phone first: this goes beside another method.
add-has-email = You have an email address already. Delete it to add another.
about-authenticator-app = An app on your phone or computer shows a code, without a network.
about-hardware-token = A small device that your organization has handed out shows a code.
about-push = You approve the sign-in on your phone, and enter the code that it shows.
about-text = A code by text message.
about-call = A code by phone call.
about-security-key = A key that you plug in and touch. It cannot be phished.
about-email = A code by email, to reset a forgotten password only.
about-security-questions = Your answers, to reset a forgotten password only.
about-recovery-codes = Codes on paper, each good once, for when your device is lost.

app-get = Get an authenticator app
app-get-text = Any authenticator app will do, such as Aegis, FreeOTP, Google Authenticator or Microsoft Authenticator. Install one on your phone, if you have none.
app-scan = Scan the QR code
app-scan-text = In the app, choose to add an account, then scan this code or enter the key.
app-issuer = Issuer
app-account = Account
app-key = Key
app-codes = Codes
app-parameters = { $digits } digits, every { $period } seconds, { $algorithm }
app-copy-key = Copy key
app-copy-link = Copy link
app-test = Try it out
app-test-text = Enter the code that the app shows now.
qr-label = QR code; the key stands beside it
copy-done = Copied.
copy-failed = It could not be copied: mark it and copy it by hand.

push-get = Get the app
push-get-text = Install privacyIDEA Authenticator on your phone, version 4.7.0 or newer. It is free, for Android and iPhone.
push-scan = Scan the QR code with the app
push-scan-text = Open privacyIDEA Authenticator and scan this code. Is this page on the phone itself?
push-open = Open the link in the app
push-waiting = Waiting for the phone…
push-test = Approve the test request
push-test-text = The phone is there. Approve the test request in the app (pull down if it does not show), then enter the { $digits } digits that it shows.
push-sent-again = Another test request was sent.
push-refused-Declined = The test request was declined on the phone. Send another request.
push-refused-CodeExpired = The test request is no longer good. Send another request.
push-refused-NotApproved = Approve the test request on your phone first, then enter the digits that it shows.

token-serial-title = Serial number of the token
token-serial = Serial number
token-serial-hint = It stands on the back of the token.
token-code = Code from the token
token-code-text = Enter the code that { $model } shows now. If it is not accepted, enter the next one: the two together find the token again.

number-title = Your phone number
number = Phone number
number-hint = As you write it at home, or with + and the country code.
number-country = Country
number-place = Which phone is it?
number-place-mobile = Mobile phone
number-place-alternate = Alternate mobile phone
number-place-office = Office phone
number-extension = The extension was left out: codes cannot be sent to extensions.
address-title = Your email address
address = Email address
address-hint = It serves to reset a forgotten password only.

add-key-title = Add a security key
add-key-text = You need a FIDO2 security key with a PIN or a fingerprint sensor. It is touched twice: once to register it, once to prove that it works.
add-key-touch-title = Register the key
add-key-touch-text = Plug in the security key or hold it to the reader. The browser asks for its PIN and a touch.
add-key-register = Register key
add-key-again = Prove that it works
add-key-again-text = The key is registered. Use it once more, to prove that it works.
add-key-another = Add a second security key and keep it elsewhere, for when you lose this one.
add-key-unavailable = Security keys cannot be used on this page
add-key-elsewhere = You can also add one at the host itself, by the command: secinfo add security-key

questions-choose = Choose your questions
questions-choose-text = Choose { $count } questions and answer them. A password reset asks you { $asked } of them. Nobody else should know or find out the answers. They need not be true: they must be the same next time.
questions-row = Question { $number }
questions-pick = Choose a question
questions-answer = Answer
questions-show = Show answers
questions-wrong = An answer has 3 to 40 characters. Capital letters and blanks do not matter.
questions-alike = That answer is like another one, or stands in the question. Give each question its own.
questions-missing = Choose { $count } different questions.
questions-again = Answer once more
questions-again-text = Answer all questions once more, so that you do not depend on a typing error.
questions-not-same = Not all answers are as before. Answer all questions again.

codes-title = Get recovery codes
codes-text = Each code lets you in once, when you have nothing else at hand. Keep them on paper, where nobody else finds them.
codes-former = { $count ->
    [one] You have one unused code. It stops working when you get new ones.
   *[other] You have { $count } unused codes. They stop working when you get new ones.
}
codes-issue = Issue codes
codes-shown = Your recovery codes
codes-shown-text = They are shown only now, and codes that you got before are void. Print them or write them down.
codes-heading = Recovery codes of { $user } on { $host }
codes-copy = Copy
codes-download = Download
codes-print = Print
codes-downloaded = Downloaded.
codes-printed = Sent to the printer, unless you have cancelled that.
codes-kept = I keep them safe
codes-leave = The codes are shown only now. Close anyway?
codes-leave-yes = Close

done-added = { $method } is added
done-default = It is your default sign-in method.
done-default-instead = It is your default sign-in method now, instead of { $method }.
done-keep = Keep { $method } as the default
done-kept = Your default sign-in method is { $method }, as before.
done-reset-only = It serves to reset a forgotten password, not to sign in.
done-next = Add { $kind } as well

# The same as the command says, without its options.

error-PlaceTaken = That number, or the place that it would have, is taken: choose another place, or delete the methods there first.

# What happened in the account.

page-tabs = Your security info
activity-heading = Activity
activity-lead = What happened in your account, the newest first. If a line was not you, say so.
activity-older = Show older
line-service = at { $service }
line-source = from { $source }
line-by = by { $who }
line-by-login = { $by } ({ $login })
line-reported = Not you
line-not-me = This was not me
line-not-me-of = This was not me: { $what }, { $when }
line-proof = Proof
line-proof-of = Proof of: { $what }, { $when }
not-me-title = Was this not you?
not-me-text = What your sign-ins have left is void then: proofs, and that terminals are remembered. Your other means and the administrators are told.
not-me-done = It is noted that this was not you.
not-me-next = If somebody else knows your password, change it. Delete methods that are not yours. To keep everybody out at once, lock your account.
lock-now = Lock my account now
lock-title = Lock your account?
lock-text = Nobody signs in any more, you included, and the password cannot be reset. Proofs, open sign-ins and remembered terminals end. Your other means and the administrators are told.
lock-sessions = What is open for you on this host ends at once, this session too. What is not saved is lost.
lock-lift = Your strongest method unlocks the account again, or an administrator.
lock-done = Your account is locked.
lock-next = Unlock it by your strongest method once you are safe again, here or with the command: secinfo unlock
proof-title = Proof of event { $number }
proof-checking = Checking…
proof-right = This event is in the log, as it is shown here.
proof-wrong = It could not be proved that this event is in the log. Tell an administrator.
proof-event = The event, as it is stored
proof-hashes = The hashes from it to the root of the log
proof-checkpoint = The signed checkpoint of the log
proof-copy = Copy all
attention-account-locked = Your account was locked { $when }: nobody signs in. Your strongest method unlocks it.
attention-unlock = Unlock
