kind-email = E-Mail
    .inline = E-Mail
    .one = E-Mail
