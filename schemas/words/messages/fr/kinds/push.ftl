kind-push = Téléphone
    .inline = téléphone
    .one = Code sur votre téléphone
    .question = Code à { $digits } chiffres de votre téléphone{ $labelled ->
        [yes] {" "}({ $label })
       *[no] {""}
    }
    .deleted = Supprimez aussi l’entrée de l’application du téléphone : elle ne vaut plus rien.

# What the phone shows: first the title, then the question.
push-title-sign-in = Connexion à { $host }
push-title-password-reset = Nouveau mot de passe sur { $host }
push-title-own = Confirmation sur { $host }
push-title-enrollment = Essai de { $host }
push-question = { $service }{ $has_origin ->
    [yes] {" "}depuis { $origin }
   *[no] {""}
} en tant que { $account }
push-question-own = Un programme de { $account } sur cette machine
push-question-enrollment = Venez-vous d’ajouter ce téléphone pour { $account } ?
push-question-plain = Demandé par { $account }{ $has_origin ->
    [yes] {" "}depuis { $origin }
   *[no] {""}
}
# Below the code that the phone shows.
push-code-message = Saisissez ce code sur { $host }, là où vous avez commencé. Ne le communiquez à personne.
push-doorbell = Une connexion à { $host } attend.

# In the command: adding a phone.

add-push-install = Installez privacyIDEA Authenticator sur votre téléphone, version 4.7.0 ou plus récente : elle est gratuite, pour Android et iPhone.
add-push-scan = Scannez ensuite le code QR ci-dessous dans cette application. Si vous lisez ceci sur le téléphone même, ouvrez-y ce lien :
add-push-open = Ouvrez ensuite ce lien sur le téléphone :
add-push-small = (Cette fenêtre est trop petite pour le code QR. Donnez-lui au moins { $columns } colonnes et { $rows } lignes et recommencez, ou utilisez --qr-file.)
add-push-file = Le code QR se trouve dans { $path }. Supprimez le fichier dès que l’application l’a lu.
add-push-waiting = Le téléphone est attendu, pendant { $length } au plus. Ctrl-C n’ajoute rien.
add-push-old-app = L’application de ce téléphone est trop ancienne pour afficher des codes. Mettez-la à jour, 4.7.0 ou plus récente, supprimez-y l’entrée, puis scannez de nouveau le code.
add-push-approve = Le téléphone est là. Approuvez la demande d’essai dans l’application (tirez vers le bas si elle n’apparaît pas), puis saisissez les { $digits } chiffres qu’elle affiche.
add-push-question = Code à { $digits } chiffres de votre téléphone (Entrée envoie une autre demande) :
add-push-again = Approuvez la demande d’essai dans l’application, puis saisissez les { $digits } chiffres qu’elle affiche.
add-push-asking = Le téléphone est interrogé…
add-push-declined = La demande d’essai a été refusée sur le téléphone. Entrée en envoie une autre, Ctrl-C n’ajoute rien.
add-push-expired = La demande d’essai n’est plus valable. Entrée en envoie une autre.
add-push-attempts = Saisissez les chiffres que le téléphone affiche une fois la dernière demande approuvée. Essais restants : { $attempts }.
add-push-app = Les codes d’une application d’authentification fonctionnent là où le téléphone n’a pas de réseau, et la même application du téléphone peut les afficher.
add-push-with-app = Ajouter aussi une application d’authentification ?

# In the command: proving who one is.

proof-phone = Approuvez la demande sur votre téléphone : ouvrez privacyIDEA Authenticator (déjà ouvert ? tirez vers le bas). Saisissez ensuite les { $digits } chiffres affichés.{ $has_app ->
    [yes] {" "}Le code à { $app_digits } chiffres de votre application convient aussi.
   *[no] {""}
}
proof-phone-number = Choisissez { $number } sur votre téléphone, dans privacyIDEA Authenticator (déjà ouvert ? tirez vers le bas).
proof-phone-chosen = Appuyez sur Entrée quand vous avez choisi { $number } :
proof-phone-marks = (Entrée redemande une fois cette demande terminée. ? pour une autre méthode.)
proof-phone-soon = La prochaine demande à votre téléphone pourra être envoyée dans { $seconds } s : veuillez patienter.
