kind-email = E-mail
    .inline = e-mail
    .one = E-mail
