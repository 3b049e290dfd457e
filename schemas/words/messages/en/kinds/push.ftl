kind-push = Phone
    .inline = phone
    .one = Code on your phone
    .question = { $digits }-digit code from your phone{ $labelled ->
        [yes] {" "}({ $label })
       *[no] {""}
    }
    .deleted = Remove the entry from the app on the phone as well: it is worthless now.

# What the phone shows: first the title, then the question.
push-title-sign-in = Sign-in to { $host }
push-title-password-reset = New password at { $host }
push-title-own = Confirmation at { $host }
push-title-enrollment = Test of { $host }
push-question = { $service }{ $has_origin ->
    [yes] {" "}from { $origin }
   *[no] {""}
} as { $account }
push-question-own = A program of { $account } at this host
push-question-enrollment = Did you just add this phone for { $account }?
push-question-plain = Requested by { $account }{ $has_origin ->
    [yes] {" "}from { $origin }
   *[no] {""}
}
# Below the code that the phone shows.
push-code-message = Type this code at { $host }, where you began. Never tell it to anybody.
# What rings phones says; it names no user.
push-doorbell = A sign-in is waiting at { $host }.

# In the command: adding a phone.

add-push-install = Install privacyIDEA Authenticator on your phone, version 4.7.0 or newer: it is free, for Android and iPhone.
add-push-scan = Then scan the QR code below in that app. If you read this on the phone itself, open this link there:
add-push-open = Then open this link on the phone:
add-push-small = (This window is too small to draw the QR code. Make it at least { $columns } columns wide and { $rows } rows high and start again, or use --qr-file.)
add-push-file = The QR code is in { $path }. Delete the file when the app has it.
add-push-waiting = Waiting for the phone, for { $length } at most. Ctrl-C adds nothing.
add-push-old-app = The app on that phone is too old to show codes. Update it to 4.7.0 or newer, delete the entry there, then scan the code again.
add-push-approve = The phone is there. Approve the test request in the app (pull down if it does not show), then type the { $digits } digits that it shows.
add-push-question = { $digits }-digit code from your phone (Enter sends another request):
add-push-again = Approve the test request in the app, then type the { $digits } digits that it shows.
add-push-asking = Asking the phone…
add-push-declined = The test request was declined on the phone. Press Enter to send another, or Ctrl-C to add nothing.
add-push-expired = The test request is no longer good. Press Enter to send another.
add-push-attempts = Type the digits that the phone shows once you have approved the newest request. Attempts left: { $attempts }.
add-push-app = The codes of an authenticator app work where the phone has no network, and the same app on the phone can show them.
add-push-with-app = Add an authenticator app as well?

# In the command: proving who one is.

proof-phone = Approve the request on your phone: open privacyIDEA Authenticator (open already? pull down). Then type the { $digits } digits that it shows.{ $has_app ->
    [yes] {" "}The { $app_digits }-digit code of your app works too.
   *[no] {""}
}
proof-phone-number = Choose { $number } on your phone, in privacyIDEA Authenticator (open already? pull down).
proof-phone-chosen = Press Enter when you have chosen { $number }:
proof-phone-marks = (Enter asks again once this request is over. Answer ? to use another method.)
proof-phone-soon = The next request to your phone can be sent in { $seconds } s: waiting.
