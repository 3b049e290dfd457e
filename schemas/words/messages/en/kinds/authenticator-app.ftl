kind-authenticator-app = Authenticator app
    .inline = authenticator app
    .one = Authenticator app
