kind-access-pass = Zugangspass
    .inline = Zugangspass
    .one = Zugangspass
