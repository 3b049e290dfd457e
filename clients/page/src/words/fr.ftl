# La page pour soi-même.

page-title = Informations de sécurité
page-administration = Administration
page-loading = Lecture de vos informations de sécurité…
page-away = Le service n’est pas là
page-away-text = secinfod ne tourne pas sur cet hôte en ce moment. Rien n’est perdu : cette page reprend dès que le service revient. S’il ne revient pas, prévenez un administrateur.
page-failed = Vos informations de sécurité ne peuvent pas être affichées
page-again = Réessayer
page-close = Fermer
page-cancel = Annuler
page-back = Retour
page-continue = Continuer
notice-danger = Problème :
notice-warning = Avertissement :
notice-info = Note :
notice-success = Succès :
page-done = Terminer

# Dates et heures.

time-never = jamais
time-today = aujourd’hui
time-yesterday = hier
time-moment = { $day ->
    [today] aujourd’hui à { $hour }
    [yesterday] hier à { $hour }
    [tomorrow] demain à { $hour }
   *[date] le { $date } à { $hour }
}
# Le même après « jusqu’à » et « avant ».
time-limit = { $day ->
    [today] aujourd’hui à { $hour }
    [yesterday] hier à { $hour }
    [tomorrow] demain à { $hour }
   *[date] le { $date } à { $hour }
}
time-seconds = { $count ->
    [one] { $count } seconde
   *[other] { $count } secondes
}
time-minutes = { $count } minutes
time-hours = { $count } heures
time-days = { $count } jours

# Méthodes.

method-plain = { $kind }
method-labelled = { $kind } « { $label } »
method-hinted = { $kind } { $hint }
hint-place = { $number } ({ $place })
error-unknown = Cela n’a pas marché, pour une raison que cette page ne connaît pas ({ $name }). Réessayez, ou demandez à un administrateur.
error-Unreachable = Le service n’est pas joignable en ce moment. Réessayez dans un instant.
error-Unsupported = Le service et cette page sont de versions différentes : demandez à un administrateur d’installer des versions assorties.
error-AccessDenied = Il faut pour cela un accès administrateur : activez-le en haut de la page.
error-InvalidArgument = Cela ne convient pas : vérifiez ce que vous avez saisi.

# La liste des méthodes.

list-default = Méthode de connexion par défaut : { $method }
list-no-default = Méthode de connexion par défaut : aucune
list-change-default = Modifier
list-add = Ajouter une méthode
list-methods = Vos méthodes
list-is-default = Par défaut
list-serves = Sert à
list-serves-sign-in = connexion
list-serves-password-reset = nouveau mot de passe
list-serves-nothing = rien
list-added = Ajoutée
list-used = Dernière utilisation
list-empty = Vous n’avez pas encore de méthode
list-empty-text = Une méthode prouve que c’est bien vous quand quelqu’un d’autre connaît votre mot de passe. En ajouter une prend deux minutes.
list-nothing-allowed = La politique ne vous permet d’ajouter aucune méthode sur cet hôte. Demandez à un administrateur.
list-used-today = aujourd’hui à { $hour }
list-actions = Actions pour { $method }
method-quoted = « { $label } »
method-may-be-copied = Il existe peut-être une copie de cette clé : supprimez-la et ajoutez-en une autre.
method-deletion = Sera supprimée { $when }.
method-locked = Bloquée après des codes erronés, jusqu’à { $when }.
method-confirm = Est-ce toujours à vous ? Un code le confirme.
method-confirm-now = Confirmer
method-confirmed = { $method } : confirmé.
method-begins = Commence { $when }.
method-expires = Expire { $when }.
method-expired = Expirée { $when }.
method-not-allowed = Désactivée par la politique : n’est plus demandée.
method-codes-left = { $count ->
    [0] Aucun code restant
    [one] { $count } code restant
   *[other] { $count } codes restants
}
method-keep = Garder cette méthode
method-new-codes = Créer de nouveaux codes
action-rename = Renommer
action-resynchronize = Resynchroniser
action-delete = Supprimer
action-codes = Créer de nouveaux codes
action-keep = Annuler la suppression

# Ce qu’il faut savoir ou faire.

attention-locked = Après des codes erronés, aucun code n’est accepté avant { $when }.
attention-push-paused = Aucune demande n’est envoyée à votre téléphone avant { $when } : l’une d’elles y a été refusée comme étrangère. Si elle ne venait pas de vous, changez votre mot de passe.
attention-required-by = { $count ->
    [one] Votre organisation demande encore une méthode avant { $when }.
   *[other] Votre organisation demande encore { $count } méthodes avant { $when }.
}
attention-required-now = { $count ->
    [one] Votre organisation demande encore une méthode. Ajoutez-la maintenant : sans elle, la connexion peut être refusée.
   *[other] Votre organisation demande encore { $count } méthodes. Ajoutez-les maintenant : sans elles, la connexion peut être refusée.
}
attention-reset = { $count ->
    [one] Pour réinitialiser un mot de passe oublié, il vous faut encore une méthode.
   *[other] Pour réinitialiser un mot de passe oublié, il vous faut encore { $count } méthodes.
}
attention-codes = Si vous perdez votre appareil, des codes de récupération vous permettent d’entrer.
attention-codes-get = Obtenir des codes de récupération

# Sous la liste.

lost-title = Vous avez perdu quelque chose ? Que faire
lost-text = Prouvez qui vous êtes par une autre méthode ou un code de récupération, supprimez la méthode perdue, puis ajoutez-en une nouvelle. Si vous n’avez rien d’autre, demandez un passe d’accès à un administrateur.
fresh-until = Vous avez prouvé qui vous êtes ; cela compte jusqu’à { $when }.
fresh-none = Avant une modification, il vous sera demandé de prouver qui vous êtes.
fresh-prove = Le prouver maintenant

# Renommer.

rename-title = Renommer { $method }
rename-label = Nom
rename-submit = Renommer
rename-done = S’appelle maintenant { $method }.

# Changer la méthode par défaut.

default-title = Modifier la méthode de connexion par défaut
default-choices = Méthode demandée en premier à la connexion
default-confirm = Confirmer
default-set = Votre méthode de connexion par défaut est désormais { $method }.

# Supprimer.

delete-title = Supprimer { $method } ?
delete-warning = C’est irréversible : sa clé est détruite.
delete-next-default = { $method } devient votre méthode de connexion par défaut.
delete-no-default = Vous n’aurez plus de méthode de connexion par défaut.
delete-wait = Si vous prouvez qui vous êtes par une méthode plus faible que celle-ci, elle n’est supprimée qu’après { $length }, et vous pouvez l’annuler d’ici là.
delete-confirm = Supprimer
delete-done = { $method } est supprimée.
delete-later = { $method } sera supprimée { $when }.
delete-later-text = Vous avez prouvé qui vous êtes par une méthode plus faible. D’ici là, tout reste comme avant, et vous pouvez l’annuler dans la liste.
delete-cancelled = { $method } est gardée.

# Resynchroniser un jeton matériel.

resync-title = Resynchroniser { $method }
resync-text = Si ses codes ne sont plus acceptés, deux codes de suite remettent le jeton au pas.
resync-first = Le code que le jeton affiche maintenant
resync-second = Le code suivant
resync-submit = Resynchroniser
resync-done = { $method } est de nouveau au pas.

# Prouver qui l’on est.

verify-title = Prouvez que c’est bien vous
verify-lead = Avant de modifier vos informations de sécurité, prouvez que c’est bien vous.
verify-starting = Demande en cours…
verify-choose = Comment voulez-vous le prouver ?
verify-other = Autre méthode
verify-submit = Vérifier
verify-unknown = Cette page ne sait pas demander cette méthode. Choisissez-en une autre.
code-question = { $digits ->
    [0] Code
   *[other] Code à { $digits } chiffres
}
code-missing = Saisissez le code.
code-attempts = { $count ->
    [one] { $text } Un essai restant.
   *[other] { $text } { $count } essais restants.
}
code-title = Saisir le code
code-send = Envoyer le code
time-until = Ouvert jusqu’à { $when }.
time-left = Encore { $length }.
time-is-over = Le temps est écoulé.
time-start-again = Recommencer
sent-sending = Envoi d’un code { $destination }…
sent = Un code à { $digits } chiffres { $state ->
    [delivered] est arrivé { $by } ({ $destination })
    [sent] a été envoyé { $by } ({ $destination })
   *[waiting] est en route { $by } ({ $destination })
}. Il est valable { $length }.
sent-failed = Le code n’a pas été remis : { $problem }.
sent-again = Envoyer un autre code
sent-again-in = Envoyer un autre code (dans { $count } s)
approval-code = Approuvez la demande sur votre téléphone : ouvrez privacyIDEA Authenticator (déjà ouvert ? tirez vers le bas). Saisissez ensuite les { $digits } chiffres affichés.
approval-number = Choisissez { $number } sur votre téléphone, dans privacyIDEA Authenticator (déjà ouvert ? tirez vers le bas).
approval-waiting = En attente de votre téléphone…
approval-again = Envoyer une autre demande

# Clés de sécurité.

key-use = Utiliser la clé de sécurité
key-use-text = Branchez votre clé de sécurité ou approchez-la du lecteur. Le navigateur demande son code PIN et un contact.
key-waiting = En attente de la clé de sécurité…
key-not-done = Le navigateur n’a reçu de réponse d’aucune clé de sécurité. Réessayez, ou prenez une autre méthode.
key-other-name = Les clés de sécurité de cet hôte ne fonctionnent que là où la page est ouverte sous https://{ $name } ou en dessous. Ouvrez-la là, ou prenez une autre méthode.
key-insecure = Les navigateurs ne proposent les clés de sécurité qu’aux pages ouvertes par https, sans erreur de certificat.
key-address = Les navigateurs ne proposent les clés de sécurité qu’aux pages ouvertes par le nom de l’hôte, non par une adresse IP.
key-missing = Ce navigateur ne peut pas utiliser de clés de sécurité. Prenez-en un autre.

# Ajouter une méthode.

add-title = Ajouter une méthode
add-kind = Ajouter : { $kind }
add-choose = Que voulez-vous ajouter ? La plus forte vient en premier.
add-other = Autre méthode
add-submit = Ajouter
add-name = Nom (facultatif)
add-name-hint-app = Par exemple « Tablette », pour la distinguer.
add-name-hint-push = Par exemple « Téléphone de service », pour le distinguer.
add-name-hint-key = Par exemple « Trousseau », pour la distinguer.
add-unknown = Cette page ne connaît pas ce type. Utilisez la commande secinfo.
add-no-channel = Cet hôte ne peut pas envoyer de tels codes en ce moment.
add-no-push = Cet hôte ne peut pas interroger de téléphone en ce moment.
add-beside = Ajoutez d’abord une application d’authentification ou un téléphone : ceci ne va qu’avec une autre méthode.
add-has-email = Vous avez déjà une adresse e-mail. Supprimez-la pour en ajouter une autre.
about-authenticator-app = Une application sur votre téléphone ou ordinateur affiche un code, même sans réseau.
about-hardware-token = Un petit appareil remis par votre organisation affiche un code.
about-push = Vous approuvez la connexion sur votre téléphone et saisissez le code qu’il affiche.
about-text = Un code par SMS.
about-call = Un code par appel téléphonique.
about-security-key = Une clé que vous branchez et touchez. Elle résiste à l’hameçonnage.
about-email = Un code par e-mail, seulement pour un mot de passe oublié.
about-security-questions = Vos réponses, seulement pour un mot de passe oublié.
about-recovery-codes = Des codes sur papier, valables une fois chacun, en cas de perte de votre appareil.

app-get = Installer une application d’authentification
app-get-text = Toute application d’authentification convient, par exemple Aegis, FreeOTP, Google Authenticator ou Microsoft Authenticator. Installez-en une sur votre téléphone si vous n’en avez pas.
app-scan = Scanner le code QR
app-scan-text = Dans l’application, choisissez d’ajouter un compte, puis scannez ce code ou saisissez la clé.
app-issuer = Émetteur
app-account = Compte
app-key = Clé
app-codes = Codes
app-parameters = { $digits } chiffres, toutes les { $period } secondes, { $algorithm }
app-copy-key = Copier la clé
app-copy-link = Copier le lien
app-test = Essayer
app-test-text = Saisissez le code que l’application affiche maintenant.
qr-label = Code QR ; la clé figure à côté
copy-done = Copié.
copy-failed = La copie a échoué : sélectionnez le texte et copiez-le à la main.

push-get = Installer l’application
push-get-text = Installez privacyIDEA Authenticator sur votre téléphone, version 4.7.0 ou plus récente. L’application est gratuite, pour Android et iPhone.
push-scan = Scanner le code QR avec l’application
push-scan-text = Ouvrez privacyIDEA Authenticator et scannez ce code. Cette page est-elle ouverte sur le téléphone même ?
push-open = Ouvrir le lien dans l’application
push-waiting = En attente du téléphone…
push-test = Approuver la demande d’essai
push-test-text = Le téléphone est là. Approuvez la demande d’essai dans l’application (tirez vers le bas si elle ne s’affiche pas), puis saisissez les { $digits } chiffres affichés.
push-sent-again = Une autre demande d’essai a été envoyée.
push-refused-Declined = La demande d’essai a été refusée sur le téléphone. Envoyez-en une autre.
push-refused-CodeExpired = La demande d’essai n’est plus valable. Envoyez-en une autre.
push-refused-NotApproved = Approuvez d’abord la demande d’essai sur votre téléphone, puis saisissez les chiffres affichés.

token-serial-title = Numéro de série du jeton
token-serial = Numéro de série
token-serial-hint = Il figure au dos du jeton.
token-code = Code du jeton
token-code-text = Saisissez le code que { $model } affiche maintenant. S’il n’est pas accepté, saisissez le suivant : les deux ensemble permettent de retrouver le jeton.

number-title = Votre numéro de téléphone
number = Numéro de téléphone
number-hint = Comme vous l’écrivez chez vous, ou avec + et l’indicatif du pays.
number-country = Pays
number-place = Quel téléphone est-ce ?
number-place-mobile = Téléphone mobile
number-place-alternate = Second téléphone mobile
number-place-office = Téléphone du bureau
number-extension = Le numéro de poste est omis : aucun code ne peut y être envoyé.
address-title = Votre adresse e-mail
address = Adresse e-mail
address-hint = Elle ne sert qu’à réinitialiser un mot de passe oublié.

add-key-title = Ajouter une clé de sécurité
add-key-text = Il vous faut une clé de sécurité FIDO2 avec code PIN ou capteur d’empreinte. Elle est touchée deux fois : une fois pour l’enregistrer, une fois pour prouver qu’elle marche.
add-key-touch-title = Enregistrer la clé
add-key-touch-text = Branchez la clé de sécurité ou approchez-la du lecteur. Le navigateur demande son code PIN et un contact.
add-key-register = Enregistrer la clé
add-key-again = Prouver qu’elle marche
add-key-again-text = La clé est enregistrée. Utilisez-la encore une fois, pour prouver qu’elle marche.
add-key-another = Ajoutez une seconde clé de sécurité et gardez-la ailleurs, pour le cas où vous perdriez celle-ci.
add-key-unavailable = Les clés de sécurité ne peuvent pas être utilisées sur cette page
add-key-elsewhere = Vous pouvez aussi en ajouter une sur l’hôte même, par la commande : secinfo add security-key

questions-choose = Choisir vos questions
questions-choose-text = Choisissez { $count } questions et répondez-y. Une réinitialisation du mot de passe vous en pose { $asked }. Personne d’autre ne doit connaître ni trouver les réponses. Elles n’ont pas besoin d’être vraies : elles doivent être les mêmes la prochaine fois.
questions-row = Question { $number }
questions-pick = Choisir une question
questions-answer = Réponse
questions-show = Afficher les réponses
questions-wrong = Une réponse a de 3 à 40 caractères. Les majuscules et les espaces ne comptent pas.
questions-alike = Cette réponse ressemble à une autre ou se trouve dans la question. Donnez à chaque question la sienne.
questions-missing = Choisissez { $count } questions différentes.
questions-again = Répondre encore une fois
questions-again-text = Répondez encore une fois à toutes les questions, pour qu’il ne reste pas de faute de frappe.
questions-not-same = Les réponses ne sont pas toutes les mêmes qu’avant. Répondez de nouveau à toutes les questions.

codes-title = Obtenir des codes de récupération
codes-text = Chaque code vous laisse entrer une fois, quand vous n’avez rien d’autre sous la main. Gardez-les sur papier, là où personne d’autre ne les trouve.
codes-former = { $count ->
    [one] Vous avez un code inutilisé. Il ne fonctionnera plus dès que vous en aurez de nouveaux.
   *[other] Vous avez { $count } codes inutilisés. Ils ne fonctionneront plus dès que vous en aurez de nouveaux.
}
codes-issue = Créer des codes
codes-shown = Vos codes de récupération
codes-shown-text = Ils ne sont affichés que maintenant, et les anciens ne valent plus rien. Imprimez-les ou notez-les.
codes-heading = Codes de récupération de { $user } sur { $host }
codes-copy = Copier
codes-download = Télécharger
codes-print = Imprimer
codes-downloaded = Téléchargés.
codes-printed = Envoyés à l’imprimante, sauf si vous avez annulé.
codes-kept = Je les garde en lieu sûr
codes-leave = Les codes ne sont affichés que maintenant. Fermer quand même ?
codes-leave-yes = Fermer

done-added = { $method } : ajout réussi
done-default = C’est votre méthode de connexion par défaut.
done-default-instead = C’est maintenant votre méthode de connexion par défaut, à la place de { $method }.
done-keep = Garder { $method } par défaut
done-kept = Votre méthode de connexion par défaut reste { $method }.
done-reset-only = Cela sert à réinitialiser un mot de passe oublié, non à se connecter.
done-next = Ajouter aussi : { $kind }

# Comme le dit la commande, sans ses options.

error-PlaceTaken = Ce numéro ou son emplacement est déjà pris : choisissez un autre emplacement, ou supprimez d’abord les méthodes qui s’y trouvent.

# Ce qui s’est passé dans le compte.

page-tabs = Vos informations de sécurité
activity-heading = Activité
activity-lead = Ce qui s’est passé dans votre compte, le plus récent d’abord. Si une ligne n’est pas de vous, dites-le.
activity-older = Afficher les plus anciennes
line-service = par { $service }
line-source = depuis { $source }
line-by = de { $who }
line-by-login = { $by } ({ $login })
line-reported = Pas vous
line-not-me = Ce n’était pas moi
line-not-me-of = Ce n’était pas moi : { $what }, { $when }
line-proof = Preuve
line-proof-of = Preuve de : { $what }, { $when }
not-me-title = N’était-ce pas vous ?
not-me-text = Ce que vos connexions ont laissé ne vaut alors plus rien : preuves et terminaux mémorisés. Vos autres moyens et les administrateurs sont prévenus.
not-me-done = Il est noté que ce n’était pas vous.
not-me-next = Si quelqu’un d’autre connaît votre mot de passe, changez-le. Supprimez les méthodes qui ne sont pas à vous. Pour écarter tout le monde sur-le-champ, verrouillez votre compte.
lock-now = Verrouiller mon compte maintenant
lock-title = Verrouiller votre compte ?
lock-text = Plus personne ne se connecte, vous compris, et le mot de passe ne peut pas être réinitialisé. Les preuves, les connexions en cours et les terminaux mémorisés prennent fin. Vos autres moyens et les administrateurs sont prévenus.
lock-sessions = Tout ce qui est ouvert à votre nom sur cette machine se ferme aussitôt, cette session comprise. Ce qui n’est pas enregistré est perdu.
lock-lift = Votre méthode la plus forte déverrouille le compte, ou un administrateur.
lock-done = Votre compte est verrouillé.
lock-next = Déverrouillez-le par votre méthode la plus forte une fois le danger passé, ici ou par la commande : secinfo unlock
proof-title = Preuve de l’événement { $number }
proof-checking = Vérification…
proof-right = Cet événement figure dans le journal, tel qu’il est affiché ici.
proof-wrong = Il n’a pas été prouvé que cet événement figure dans le journal. Prévenez un administrateur.
proof-event = L’événement, tel qu’il est enregistré
proof-hashes = Les empreintes de celui-ci à la racine du journal
proof-checkpoint = Le point de contrôle signé du journal
proof-copy = Tout copier
attention-account-locked = Votre compte est verrouillé ({ $when }) : personne ne se connecte. Votre méthode la plus forte le déverrouille.
attention-unlock = Déverrouiller
