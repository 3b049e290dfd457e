kind-security-key = Security key
    .inline = security key
    .one = Security key
    .question = Security key
    .deleted = Nothing on the key has to be removed, unless it keeps a passkey for this host: its maker’s program shows and deletes those.

exchange-credential = Credential, as JSON:
exchange-assertion = Assertion, as JSON:
exchange-none = nothing was given; nothing was changed

ssh-key-written = Written: { $file }, with which ssh finds the key, and { $file }.pub, whose line you add to your authorized keys on the hosts where the key is to sign you in. Where a host counts security keys over SSH, a sign-in with it asks for nothing else.
ssh-no-key = there is no security key yet: add one first, with secinfo add security-key
ssh-not-written = { $file } cannot be written ({ $why }): choose another file
