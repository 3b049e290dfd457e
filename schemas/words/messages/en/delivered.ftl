# What users are told by text, by phone call and by email.
#
# The same messages with the same variables stand in every language. A text should fit into 160
# characters of the GSM alphabet. A call is spoken, and the digits of the code follow it.

# Text messages. A line with the code that programs read is put below those that hold a code.

text-enrollment = { $organization }: { $code } is the code to add this phone to your account on { $host }. Give it to nobody. Did not ask for it? Ignore it.
text-sign-in = { $organization }: { $code } is your code to sign in to { $place }{ $knows-origin ->
    [yes] {" "}from { $origin }
   *[no] {""}
}. Give it to nobody. If this was not you, change your password.
text-password-reset = { $organization }: { $code } is your code for a new password on { $host }. Give it to nobody. Did not ask for it? Ignore it.
text-notice = { $organization }: your security info on { $host } has changed. If this was not you, tell your administrator at once.
text-test = { $organization }: this is a test of text messages from { $host }. There is nothing to do.

# Phone calls.

call-enrollment = Hello. This is { $organization }. You will hear a code that adds this phone to your account on { $host }. Give it to nobody. If you did not ask for this call, just hang up.
call-sign-in = Hello. This is { $organization }. You will hear a code to sign in to { $knows-service ->
    [yes] the service { $service } on { $host }
   *[no] { $host }
}. Give it to nobody. If you are not signing in right now, hang up and change your password.
call-password-reset = Hello. This is { $organization }. You will hear a code to set a new password on { $host }. Give it to nobody. If you did not ask for this call, just hang up.
call-notice = Hello. This is { $organization }. Your security info on { $host } has changed. If this was not you, tell your administrator at once.
call-test = Hello. This is { $organization }. This is a test of phone calls from { $host }. There is nothing to do. Goodbye.

# Emails.

email-enrollment =
    .subject = { $organization }: confirm your email address for { $host }
    .lead = You are adding this email address to your security info on { $host }. Enter this code there:
    .otherwise = If you did not ask for it, ignore this message. Without the code, nobody can add your address.
email-sign-in =
    .subject = { $organization }: your code to sign in to { $host }
    .lead = You are signing in to { $place }. Enter this code there:
    .otherwise = If this was not you, somebody knows your password. Change it now, and tell your administrator.
email-password-reset =
    .subject = { $organization }: your code for a new password on { $host }
    .lead = You want to set a new password on { $host }. Enter this code there:
    .otherwise = If you did not ask for it, ignore this message. Your password stays as it is. If this happens again, tell your administrator.
email-notice =
    .subject = { $organization }: your security info on { $host } has changed
    .lead = Your security info on { $host } has changed.
    .otherwise = If this was not you, tell your administrator at once.
email-test =
    .subject = { $organization }: test of email from { $host }
    .lead = This is a test of email from { $host }. It has arrived.
    .otherwise = There is nothing to do.

email-greeting = { $knows-user ->
    [yes] Hello { $user },
   *[no] Hello,
}
email-valid = The code is valid for { $unit ->
    [minutes] { $valid ->
        [one] one minute
       *[other] { $valid } minutes
    }
   *[seconds] { $valid ->
        [one] one second
       *[other] { $valid } seconds
    }
}. If you ask for a new one, only the new one counts.
email-secrecy = Give the code to nobody. Nobody who works for { $organization } will ever ask you for it.
email-organization = Organization:
email-host = Host:
email-service = Service:
email-origin = Requested from:
