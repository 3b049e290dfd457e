kind-call = Phone call
    .inline = phone call
    .one = Phone call
