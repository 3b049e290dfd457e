kind-text = SMS
    .inline = SMS
    .one = SMS
    .question = { $digits ->
        [0] Code
       *[other] { $digits }-stelliger Code
    }, geschickt an { $destination }
    .by = per SMS
