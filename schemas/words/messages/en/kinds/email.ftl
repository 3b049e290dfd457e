kind-email = Email
    .inline = email
    .one = Email
    .question = { $digits ->
        [0] Code
       *[other] { $digits }-digit code
    } sent to { $destination }
    .by = by email

add-email-address = Email address:
add-email-missing = say the email address, such as: secinfo add email alice@example.org
