kind-access-pass = Access pass
    .inline = access pass
    .one = Access pass
