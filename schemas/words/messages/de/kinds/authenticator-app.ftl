kind-authenticator-app = Authenticator-App
    .inline = Authenticator-App
    .one = Authenticator-App
