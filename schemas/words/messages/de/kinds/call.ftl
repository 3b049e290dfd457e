kind-call = Anruf
    .inline = Anruf
    .one = Anruf
    .question = { $digits ->
        [0] Code
       *[other] { $digits }-stelliger Code
    }, geschickt an { $destination }
    .by = per Anruf
