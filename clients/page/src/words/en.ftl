# The page for oneself.

page-title = Security info
page-loading = Reading your security info…
page-away = The service is not there
page-away-text = secinfod does not run on this host at the moment. Nothing is lost: this page goes on as soon as the service is back. If it stays away, tell an administrator.
page-failed = Your security info cannot be shown
page-again = Try again
page-close = Close
page-cancel = Cancel
page-back = Back
page-continue = Continue
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
