kind-hardware-token = Jeton matériel
    .inline = jeton matériel
    .one = Jeton matériel
