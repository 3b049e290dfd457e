kind-authenticator-app = Application d’authentification
    .inline = application d’authentification
    .one = Application d’authentification
    .question = Code{ $digits ->
        [0] {""}
       *[other] {" "}à { $digits } chiffres
    } de votre application d’authentification{ $labelled ->
        [yes] {" "}({ $label })
       *[no] {""}
    }
    .deleted = Supprimez aussi le compte dans l’application : ses codes ne valent plus rien.

add-app-enter = Saisissez ceci dans votre application d’authentification :
add-app-enter-or-scan = Saisissez ceci dans votre application d’authentification, ou scannez le code QR en dessous :
add-app-narrow = (Cette fenêtre est trop étroite pour le code QR. Élargissez-la et recommencez, ou utilisez --qr-file.)
add-app-undrawn = (Ce terminal ne peut pas dessiner le code QR. Pour l’avoir dans un fichier, recommencez avec --qr-file.)
add-app-uncoloured = (Il est dessiné sans couleurs. Si l’application ne le voit pas, recommencez avec --color always.)
add-app-file = Le code QR se trouve dans { $path }. Supprimez le fichier dès que l’application l’a lu : il contient la clé.
add-app-issuer = Émetteur
add-app-account = Compte
add-app-key = Clé
add-app-uri = URI
add-app-codes = Codes
add-app-parameters = { $digits } chiffres, toutes les { $period } secondes, { $algorithm }
add-app-no-picture = { $path } n’est pas une image qui peut être écrite : son nom doit finir par .png ou .svg
add-app-file-exists = { $path } existe déjà ; indiquez un autre fichier, ou remplacez-le avec --force
add-app-too-long = l’URI ne tient pas dans un code QR ({ $cause }) ; saisissez la clé à la main
