kind-hardware-token = Hardware-Token
    .inline = Hardware-Token
    .one = Hardware-Token
