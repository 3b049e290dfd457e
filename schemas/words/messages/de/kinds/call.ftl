kind-call = Anruf
    .inline = Anruf
    .one = Anruf
