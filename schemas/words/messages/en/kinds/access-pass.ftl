kind-access-pass = Access pass
    .inline = access pass
    .one = Access pass
    .question = Your access pass

access-pass-issued = This access pass is shown only now. It is good for { $once ->
    [yes] one verification
   *[no] any number of verifications
} of { $user }{ $later ->
    [yes] , begins { $from }
   *[no] {""}
} and expires { $when }. Hand it over in person or by a way that you trust.
access-pass-revoked = The access pass of { $user } is void.
