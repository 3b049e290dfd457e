kind-hardware-token = Hardware token
    .inline = hardware token
    .one = Hardware token
