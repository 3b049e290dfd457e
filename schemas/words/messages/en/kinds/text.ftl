kind-text = Text message
    .inline = text message
    .one = Text message
