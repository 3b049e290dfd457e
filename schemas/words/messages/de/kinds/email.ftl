kind-email = E-Mail
    .inline = E-Mail
    .one = E-Mail
    .question = { $digits ->
        [0] Code
       *[other] { $digits }-stelliger Code
    }, geschickt an { $destination }
    .by = per E-Mail

add-email-address = E-Mail-Adresse:
add-email-missing = nennen Sie die E-Mail-Adresse, zum Beispiel: secinfo add email alice@example.org
