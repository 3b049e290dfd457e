kind-call = Phone call
    .inline = phone call
    .one = Phone call
    .question = { $digits ->
        [0] Code
       *[other] { $digits }-digit code
    } sent to { $destination }
    .by = by phone call
