# What users read from the command. Sentences that end a failed command begin with a small letter:
# the command's name and a colon stand before them.

# Times.

time-never = never
time-today = today
time-yesterday = yesterday
time-moment = { $day ->
    [today] today at { $hour }
    [yesterday] yesterday at { $hour }
   *[date] on { $date } at { $hour }
}
# The same behind "until" and "by".
time-limit = { $day ->
    [today] today at { $hour }
    [yesterday] yesterday at { $hour }
   *[date] { $date } at { $hour }
}
time-seconds = { $seconds } s
time-minutes = { $minutes } minutes
time-hours = { $hours } hours
time-days = { $days } days

# Questions.

question = { $question }:
question-or-new = { $question } (or press Enter for a new one):
question-or-new-later = { $question } (or press Enter for a new one after { $seconds } s):
question-code-of = { $digits ->
    [0] Code
   *[other] { $digits }-digit code
} of { $method }
question-send = Press Enter to have a code sent to { $destination }:
confirm = { $question } [y/N]
confirm-yes = y yes
confirm-no = n no
confirm-again = Answer y for yes or n for no.
choose-number = Answer with a number from 1 to { $most }.

# Methods.

method-named = { $kind } ({ $detail })
method-candidate = { $method }, id { $id }
purpose-sign-in = sign-in
purpose-password-reset = password reset

select-none-yet = there is no method yet; "secinfo add" adds one
select-unknown = no method is "{ $text }"; name one by its number, label, kind or id:
select-ambiguous = "{ $text }" can be several methods; name one by its number, label, kind or id:

# The page.

page-heading = Security info of { $user } on { $host }
page-default = Default sign-in method: { $method }
page-no-default = Default sign-in method: none
page-method = Method
page-label = Label
page-serves = Serves
page-added = Added
page-last-used = Last used
page-serves-nothing = nothing
page-not-allowed = switched off by policy: no longer asked for
page-may-be-copied = There may be a copy of this key: delete it and add another one
page-is-default = default
page-codes-left = { $count ->
    [one] 1 code
   *[other] { $count } codes
} left
page-confirm = still yours? Confirm it by a code: secinfo verify --method { $number }{ $reset ->
    [yes] {" "}--purpose password-reset
   *[no] {""}
}
page-begins = begins { $when }
page-expires = expires { $when }
page-expired = expired { $when }
page-locked = locked after wrong codes until { $when }
page-deletion = will be deleted { $when }; keep it: secinfo cancel-deletion { $number }
page-user-locked = After wrong codes, no code is accepted until { $when }.
page-push-paused = No requests are sent to your phone until { $when }, because one was declined there as another person’s. If it was not you who began that, change your password.
page-required-by = Policy still requires { $count ->
    [one] 1 more method. Add it
   *[other] { $count } more methods. Add them
} by { $when }.
page-required-now = Policy still requires { $count ->
    [one] 1 more method. Add it now: sign-in may be refused without it.
   *[other] { $count } more methods. Add them now: sign-in may be refused without them.
}
page-lacks-for-reset = To reset a forgotten password, { $count ->
    [one] 1 more method is needed
   *[other] { $count } more methods are needed
}: secinfo add
page-empty = There is no method yet. Add the first: secinfo add authenticator-app
page-lacks-codes = If you lose the device, recovery codes let you in: secinfo add recovery-codes
page-commands = Change something: secinfo add, default, rename, delete (secinfo --help)

# Proving who one is.

proof-first = First prove that it is you.
proof-answers-wrong = Not all answers are right. Other questions are asked now.
proof-none-given = no code was given; write it on standard input, or run this on a terminal
proof-other-by-mark = (Answer ? to use another method.)
proof-other-by-enter = (Press Enter without a code to use another method.)
proof-no-other = There is no other method to verify with.
proof-others = Verify another way:
proof-number = Number of the method (Enter to stay with 1):

verified = Verified by { $kind }.
verified-last-code = Verified by { $kind }. That was the last code; for new ones: secinfo add recovery-codes
verified-codes-left = Verified by { $kind }. Codes left: { $count }.

# Codes that are sent.

sent = { $again ->
    [yes] A new
   *[no] A
} { $digits }-digit code { $state ->
    [delivered] has arrived at
    [sent] was sent to
   *[waiting] is on its way to
} { $destination } { $by }. It is valid for { $length }{ $again ->
    [yes] ; former ones are not
   *[no] {""}
}.
sent-again-in = If it does not arrive, you can ask for another one in { $seconds } s.
sent-failed = The code was not delivered.
sent-failed-why = The code was not delivered: { $problem }.

# Adding a method.

add-enter-code = Enter a code, or press Ctrl-C to add nothing.
add-next-code = Wait for the next code and enter it. Attempts left: { $attempts }.
add-second-code = If the token was not used for long, it may be out of step: enter the code that it shows next, and the two find it again. Attempts left: { $attempts }.
add-newest-code = Look at the newest code that was sent and enter it. Attempts left: { $attempts }.
add-no-code = no code was given, so nothing was added; start again when you have one
add-nothing-entered = nothing was entered, so nothing was added; start again when you have it at hand
add-gone = the method was added and is gone again; see "secinfo"
added = Added: { $method }.
added-default = It is your default sign-in method.
added-default-instead = It is your default sign-in method now, instead of { $method }.
added-keep-default = Keep { $method } as the default?
added-kept-default = Your default sign-in method is { $method }, as before.

add-phone-number = Phone number, with country code:
add-phone-missing = say the phone number, such as: secinfo add text "+49 30 901820"
add-phone-extension = The extension was left out: codes cannot be sent to extensions.

# Changing and deleting.

default-choices = Methods that can be asked first at sign-in:
default-marked = { $method }  (default now)
default-number = Number of the method (Enter to leave it):
default-confirm = Ask { $method } first at sign-in?
default-stays = The default stays as it is.
default-set = Your default sign-in method is now: { $method }.
default-none-serves = no method of yours serves sign-in; "secinfo add" adds one
default-argument-missing = name the method when standard input is not a terminal: secinfo default METHOD

renamed = It is now called: { $method }.

delete-warning = { $method } will be deleted. This cannot be undone.
delete-confirm = Delete it?
delete-nothing = Nothing was deleted.
delete-yes-missing = say --yes to delete when standard input is not a terminal
deleted = Deleted: { $method }.
delete-later = { $method } will be deleted { $when }, because you proved yourself with a weaker method. Until then it works as before. To keep it: secinfo cancel-deletion { $argument }
delete-cancelled = { $method } is kept.
default-moved = The default sign-in method is now: { $method }.
default-gone = There is no default sign-in method any more; "secinfo add" adds a method.

# For administrators who help a user.

unlocked = { $user } can sign in again.

# What a command fails by, beside the daemon's refusals.

failure-unreachable = secinfod cannot be reached ({ $cause }); see "systemctl status secinfod"
failure-untrusted = the service on the bus runs as uid { $uid }, which is neither root nor the user "secinfo"; nothing was sent to it: tell the administrator
failure-unknown-account = the system does not know the account with uid { $uid }; if it belongs to a directory, see whether that can be reached, or ask the administrator
failure-protocol = secinfod answered in a way that this version does not know ({ $cause }); install matching versions
failure-output = cannot write to the output: { $cause }
failure-read = cannot read { $path }: { $cause }
failure-write = cannot write { $path }: { $cause }

# What policy forbids.

add-not-allowed = policy does not let you add { $kind }: what you can add is { $kinds }
add-nothing-allowed = policy lets you add nothing here: ask an administrator
