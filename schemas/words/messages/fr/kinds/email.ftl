kind-email = E-mail
    .inline = e-mail
    .one = E-mail
    .question = Code{ $digits ->
        [0] {""}
       *[other] {" "}à { $digits } chiffres
    } envoyé { $destination }
    .by = par e-mail

add-email-address = Adresse e-mail :
add-email-missing = indiquez l’adresse e-mail, par exemple : secinfo add email alice@example.org
