kind-access-pass = Passe d’accès
    .inline = passe d’accès
    .one = Passe d’accès
