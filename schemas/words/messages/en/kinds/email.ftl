kind-email = Email
    .inline = email
    .one = Email
