kind-call = Appel
    .inline = appel
    .one = Appel
    .question = Code{ $digits ->
        [0] {""}
       *[other] {" "}à { $digits } chiffres
    } envoyé { $destination }
    .by = par appel
