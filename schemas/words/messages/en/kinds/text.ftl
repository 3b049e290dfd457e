kind-text = Text message
    .inline = text message
    .one = Text message
    .question = { $digits ->
        [0] Code
       *[other] { $digits }-digit code
    } sent to { $destination }
    .by = by text message
