kind-recovery-codes = Recovery codes
    .inline = recovery codes
    .one = Recovery code
