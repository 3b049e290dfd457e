
# What users read while they sign in: on a terminal, or in one line of a graphical greeter.
#
# A prompt ends where the answer is typed. Everything that must be seen stands in the prompt,
# because OpenSSH shows nothing else before the end.

way-named = { $way } "{ $label }"
way-to = { $way } to { $hint }

# Asking for a code.

prompt-code = Code from { $way }{ $others ->
    [yes] , or ? for another way
   *[no] {""}
}:{" "}
prompt-secret = { $way }{ $others ->
    [yes] , or ? for another way
   *[no] {""}
}:{" "}
prompt-sent = Code sent by { $call ->
    [yes] call
   *[no] text
} to { $hint } (Enter to send another{ $others ->
    [yes] , ? for another way
   *[no] {""}
}):{" "}
prompt-send = Press Enter to have a code sent by { $call ->
    [yes] call
   *[no] text
} to { $hint }{ $others ->
    [yes] , or type ? for another way
   *[no] {""}
}:{" "}

prompt-account-locked = This account is locked. Your strongest method unlocks it, or an administrator (Enter to end):{" "}
prompt-renamed = This account had another name, and its methods are still under that one. Ask an administrator to rename you in secinfo (Enter to end):{" "}
note-account-locked = This account is locked. What you prove now unlocks it.
note-wrong = That code is not right.
note-no-code = That is no code: a code has { $digits } digits.
note-password = That is your password: here a code is asked for.
note-used = That code was used already: wait for the next one.
note-used-next = That code was used already: wait for the next one, in { $seconds } s.
note-used-once = That code was used already: use another one.
note-brought-over = That code may have been used in the system that this method was brought over from: wait for the next one.
note-clock-ahead = The clock of this host was ahead at a former sign-in, so that codes count as used for another { $length }: use another way, or wait.
note-slow = After wrong codes you have to wait: try again in { $seconds } s.
note-locked = Wrong codes locked this method for { $length }.
note-gone = That code is no longer good: have another sent.
note-none-sent = No code was sent yet.
note-just-sent = A code was sent a moment ago; the next can be sent in { $seconds } s.
note-too-many-codes = Too many codes were sent: the next can be sent in { $length }.
note-not-sent = { $reason ->
    [destination] The code could not be delivered there.
    [late] Nothing was heard of the code, and it may not arrive.
    [fault] The code could not be sent because of a fault of this host.
   *[provider] The code could not be sent at the moment.
}
note-method-gone = That method can be used no more.
note-no-other = There is no other way.

# Asking for approval on the phone.

push-prompt = Open privacyIDEA Authenticator (open already? pull down), approve, and type the { $digits }-digit code{ $has_app ->
    [yes] . The { $app_digits }-digit code of your app works too
   *[no] {""}
}{ $others ->
    [yes] ; ? for another way
   *[no] {""}
}:{" "}
push-number = Open privacyIDEA Authenticator (open already? pull down), choose { $number } there, then press Enter here{ $has_app ->
    [yes] . The { $app_digits }-digit code of your app works too
   *[no] {""}
}{ $others ->
    [yes] ; ? for another way
   *[no] {""}
}:{" "}
push-send = Press Enter to approve on your phone{ $has_app ->
    [yes] , or type the { $app_digits }-digit code of your app
   *[no] {""}
}{ $others ->
    [yes] ; ? for another way
   *[no] {""}
}:{" "}

note-push-not-approved = Your phone has not approved this yet.
note-push-approved = Your phone has approved this.
note-push-expired = The request was not approved in time.
note-push-wrong-number = Another number was chosen on your phone, which counts as a wrong code.
note-push-no-code = That is no code: the code on your phone has { $digits } digits.
note-push-open = Another request is open on your phone, or was a moment ago: the next can be sent in { $seconds } s.
note-push-paused = Requests to your phone are paused for { $length }, because a sign-in was declined there as another person's.
note-push-unanswered = Too many requests to your phone were not approved: it is asked again in { $length }, or once you have signed in another way.
note-push-away = Your phone cannot be asked at the moment.

# Choosing another way.

ways-lead = Other ways:
ways-prompt = Number{ $back ->
    [yes] , or Enter to go back
   *[no] {""}
}:{" "}

# Setting up a method.

set-up-lead = { $more ->
    [yes] You need one more way to verify that it is you. Set it up now:
   *[no] You need a way to verify that it is you. Set it up now:
}
set-up-later = Later (until { $date })
set-up-later-times = Later (until { $date }, { $left ->
    [one] once more
   *[other] { $left } times more
})
set-up-prompt = Number:{" "}
app-scan = Scan this picture with an authenticator app. To type it in instead:
app-type = Add this to an authenticator app:
app-account = Account: { $account }
app-key = Key:
app-unreadable = If the app does not see the picture, type i.
app-prompt = Code that the app shows ({ $picture ->
    [yes] i to invert the picture,{" "}
   *[no] {""}
}? to go back):{" "}
app-prompt-key = Code that the app shows (q for a QR code, ? to go back):{" "}
number-prompt = { $call ->
    [yes] Number of your phone
   *[no] Number of your mobile phone
}, such as +49 1511 2345678 (? to go back):{" "}
number-sent = Code sent by { $call ->
    [yes] call
   *[no] text
} to { $number } (Enter to send another, ? for another number):{" "}
number-send = Press Enter to have a code sent by { $call ->
    [yes] call
   *[no] text
} to { $number }, or type ? for another number:{" "}
note-number = That number cannot be used: write an ordinary { $call ->
    [yes] phone number
   *[no] mobile number
}, with + and the country code.
note-country = No messages are sent to numbers of that country: use another number.
note-taken = You have that number, or as many numbers as there may be: use another way.
note-extension = The extension is left out, because it is not dialled.
note-cannot-add = That cannot be set up here: choose another way.

recovery-offer = { $way } is set up. Make recovery codes, for when you do not have it? (y/n):{" "}
recovery-again = Make recovery codes? Type y or n:{" "}
recovery-yes = y yes
recovery-no = n no
recovery-lead = Keep these recovery codes in a safe place. Each is good once:
recovery-kept = Press Enter when you have them:{" "}

# How it ended.

end-prompt = Press Enter to end (no password here):{" "}
end-too-many-attempts = Too many wrong codes: begin again.
end-locked = Wrong codes locked your methods for { $length }: wait, or ask an administrator to unlock them.
end-expired = That took too long: begin again.
end-account-locked = This account is locked. Your strongest method unlocks it, or an administrator.
end-renamed = This account had another name, and its methods are still under that one. Ask an administrator to rename you in secinfo.
end-account-unlocked = Your account is unlocked.
end-no-method = You need a method to verify that it is you, and cannot set one up here: ask an administrator.
end-grace-over = The time in which you could put off setting up a method is over: ask an administrator for an access pass.
end-set-up-elsewhere = You need a method to verify that it is you, and cannot set one up here: sign in over SSH or at a terminal to do so, or ask an administrator for an access pass.
end-pass-needed = Before you can set up a method you need an access pass: ask an administrator for one.
end-too-many-codes = Too many codes were sent: try again in { $length }.
end-push-not-me = This sign-in was declined on the phone as another person's. If you did not begin it, somebody knows your password: change it.
end-push-cancelled = You declined this sign-in on your phone: begin again if you want to sign in.
end-postponed = You have until { $date } to set up a way to verify that it is you: secinfo add authenticator-app
end-postponed-pass = You have until { $date } to set up a way to verify that it is you, and need an access pass for that: ask an administrator for one.
end-postponed-times = { $left ->
    [0] At the next sign-in it can be put off no longer.
    [one] It can be put off once more.
   *[other] It can be put off { $left } times more.
}
end-more = You need one more way to verify that it is you: secinfo add authenticator-app
end-set-up = { $way } is set up.
end-few-codes = You have { $count ->
    [one] one recovery code
   *[other] { $count } recovery codes
} left. For new ones: secinfo add recovery-codes
end-last-code = That was your last recovery code. For new ones: secinfo add recovery-codes
