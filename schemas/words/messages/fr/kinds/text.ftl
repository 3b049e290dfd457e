kind-text = SMS
    .inline = SMS
    .one = SMS
    .question = Code{ $digits ->
        [0] {""}
       *[other] {" "}à { $digits } chiffres
    } envoyé { $destination }
    .by = par SMS
