kind-call = Appel
    .inline = appel
    .one = Appel
