kind-recovery-codes = Codes de récupération
    .inline = codes de récupération
    .one = Code de récupération
