kind-text = SMS
    .inline = SMS
    .one = SMS
