kind-recovery-codes = Wiederherstellungscodes
    .inline = Wiederherstellungscodes
    .one = Wiederherstellungscode
