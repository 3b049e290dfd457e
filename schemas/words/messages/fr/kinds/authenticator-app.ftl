kind-authenticator-app = Application d’authentification
    .inline = application d’authentification
    .one = Application d’authentification
