# Ce que les utilisateurs lisent de la commande. Les phrases par lesquelles une commande échoue
# commencent par une minuscule : le nom de la commande et un deux-points les précèdent.

# Dates et heures.

time-never = jamais
time-today = aujourd’hui
time-yesterday = hier
time-moment = { $day ->
    [today] aujourd’hui à { $hour }
    [yesterday] hier à { $hour }
   *[date] le { $date } à { $hour }
}
# Le même après « avant ».
time-limit = { $day ->
    [today] aujourd’hui à { $hour }
    [yesterday] hier à { $hour }
   *[date] le { $date } à { $hour }
}
time-seconds = { $seconds } s
time-minutes = { $minutes } minutes
time-hours = { $hours } heures
time-days = { $days } jours

# Questions.

question = { $question } :
question-or-new = { $question } (ou Entrée pour un nouveau) :
question-or-new-later = { $question } (ou Entrée pour un nouveau, dans { $seconds } s) :
question-code-of = Code{ $digits ->
    [0] {""}
   *[other] {" "}à { $digits } chiffres
} de { $method }
question-send = Entrée pour recevoir un code { $destination } :
confirm = { $question } [o/N]
confirm-yes = o oui y yes
confirm-no = n non no
confirm-again = Répondez o pour oui ou n pour non.
choose-number = Répondez par un numéro de 1 à { $most }.

# Méthodes.

method-named = { $kind } ({ $detail })
method-candidate = { $method }, identifiant { $id }
purpose-sign-in = connexion
purpose-password-reset = nouveau mot de passe

select-none-yet = il n’y a pas encore de méthode ; « secinfo add » en ajoute une
select-unknown = aucune méthode n’est « { $text } » ; désignez-en une par son numéro, son nom, son type ou son identifiant :
select-ambiguous = « { $text } » peut désigner plusieurs méthodes ; désignez-en une par son numéro, son nom, son type ou son identifiant :

# La page.

page-heading = Informations de sécurité de { $user } sur { $host }
page-default = Méthode de connexion par défaut : { $method }
page-no-default = Méthode de connexion par défaut : aucune
page-method = Méthode
page-label = Nom
page-serves = Sert à
page-added = Ajoutée
page-last-used = Utilisée
page-serves-nothing = rien
page-not-allowed = désactivée par la politique : n’est plus demandée
page-may-be-copied = Il existe peut-être une copie de cette clé : supprimez-la et ajoutez-en une autre
page-is-default = par défaut
page-codes-left = { $count ->
    [one] { $count } code restant
   *[other] { $count } codes restants
}
page-confirm = toujours à vous ? Confirmez avec un code : secinfo verify --method { $number }{ $reset ->
    [yes] {" "}--purpose password-reset
   *[no] {""}
}
page-begins = commence { $when }
page-expires = expire { $when }
page-expired = expirée { $when }
page-locked = bloquée après des codes erronés, aucun code accepté avant { $when }
page-deletion = sera supprimée { $when } ; pour la garder : secinfo cancel-deletion { $number }
page-user-locked = Après des codes erronés, aucun code n’est accepté avant { $when }.
page-push-paused = Aucune demande n’est envoyée à votre téléphone avant { $when } : l’une d’elles y a été refusée comme étrangère. Si elle ne venait pas de vous, changez votre mot de passe.
page-required-by = La politique exige encore { $count ->
    [one] { $count } méthode. Ajoutez-la
   *[other] { $count } méthodes. Ajoutez-les
} avant { $when }.
page-required-now = La politique exige encore { $count ->
    [one] { $count } méthode. Ajoutez-la maintenant : sans elle, la connexion peut être refusée.
   *[other] { $count } méthodes. Ajoutez-les maintenant : sans elles, la connexion peut être refusée.
}
page-lacks-for-reset = Pour réinitialiser un mot de passe oublié, il manque encore { $count ->
    [one] 1 méthode
   *[other] { $count } méthodes
} : secinfo add
page-empty = Il n’y a pas encore de méthode. Ajoutez la première : secinfo add authenticator-app
page-lacks-codes = Si vous perdez l’appareil, des codes de récupération vous permettent d’entrer : secinfo add recovery-codes
page-commands = Modifier : secinfo add, default, rename, delete (secinfo --help)

# Prouver qui l’on est.

proof-first = Prouvez d’abord que c’est bien vous.
proof-answers-wrong = Les réponses ne sont pas toutes justes. D’autres questions sont posées maintenant.
proof-none-given = aucun code n’a été donné ; écrivez-le sur l’entrée standard, ou utilisez un terminal
proof-other-by-mark = (Répondez ? pour utiliser une autre méthode.)
proof-other-by-enter = (Entrée sans code pour utiliser une autre méthode.)
proof-no-other = Il n’y a pas d’autre méthode de vérification.
proof-others = Autres méthodes :
proof-number = Numéro de la méthode (Entrée pour garder la 1) :

verified = Vérification réussie par : { $kind }.
verified-last-code = Vérification réussie par : { $kind }. C’était le dernier code ; pour en créer : secinfo add recovery-codes
verified-codes-left = Vérification réussie par : { $kind }. Codes restants : { $count }.

# Codes envoyés.

sent = { $again ->
    [yes] Un nouveau code
   *[no] Un code
} à { $digits } chiffres { $state ->
    [delivered] est arrivé { $by } { $destination }
    [sent] a été envoyé { $by } { $destination }
   *[waiting] va arriver { $by } { $destination }
}. Il valable { $length }{ $again ->
    [yes]  ; les anciens ne le sont plus
   *[no] {""}
}.
sent-again-in = S’il n’arrive pas, vous pourrez en demander un autre dans { $seconds } s.
sent-failed = Le code n’a pas été remis.
sent-failed-why = Le code n’a pas été remis : { $problem }.

# Ajouter une méthode.

add-enter-code = Saisissez un code, ou Ctrl-C pour ne rien ajouter.
add-next-code = Attendez le code suivant et saisissez-le. Essais restants : { $attempts }.
add-second-code = Si le jeton n’a pas servi depuis longtemps, il est peut-être décalé : saisissez le code qu’il affiche ensuite, et les deux permettront de le retrouver. Essais restants : { $attempts }.
add-newest-code = Regardez le dernier code envoyé et saisissez-le. Essais restants : { $attempts }.
add-no-code = aucun code n’a été donné, rien n’a donc été ajouté ; recommencez quand vous en aurez un
add-nothing-entered = rien n’a été saisi, rien n’a donc été ajouté ; recommencez quand vous l’aurez sous la main
add-gone = la méthode a été ajoutée et a déjà disparu ; voir « secinfo »
added = Ajoutée : { $method }.
added-default = C’est votre méthode de connexion par défaut.
added-default-instead = C’est maintenant votre méthode de connexion par défaut, à la place de : { $method }.
added-keep-default = Garder par défaut : { $method } ?
added-kept-default = Votre méthode de connexion par défaut reste : { $method }.

add-phone-number = Numéro de téléphone, avec l’indicatif du pays :
add-phone-missing = indiquez le numéro de téléphone, par exemple : secinfo add text "+33 1 40 20 50 50"
add-phone-extension = Le numéro de poste est omis : aucun code ne peut y être envoyé.

# Modifier et supprimer.

default-choices = Méthodes qui peuvent être demandées en premier à la connexion :
default-marked = { $method }  (par défaut)
default-number = Numéro de la méthode (Entrée pour ne rien changer) :
default-confirm = Demander en premier à la connexion : { $method } ?
default-stays = La méthode par défaut reste la même.
default-set = Votre méthode de connexion par défaut est désormais : { $method }.
default-none-serves = aucune de vos méthodes ne sert à la connexion ; « secinfo add » en ajoute une
default-argument-missing = indiquez la méthode quand l’entrée standard n’est pas un terminal : secinfo default METHOD

renamed = Nouveau nom : { $method }.

delete-warning = Cette méthode sera supprimée : { $method }. C’est irréversible.
delete-confirm = La supprimer ?
delete-nothing = Rien n’a été supprimé.
delete-yes-missing = ajoutez --yes pour supprimer quand l’entrée standard n’est pas un terminal
deleted = Supprimée : { $method }.
delete-later = { $method } sera supprimée { $when }, parce que vous avez prouvé qui vous êtes avec une méthode plus faible. D’ici là, elle fonctionne comme avant. Pour la garder : secinfo cancel-deletion { $argument }
delete-cancelled = Conservée : { $method }.
default-moved = La méthode de connexion par défaut est désormais : { $method }.
default-gone = Il n’y a plus de méthode de connexion par défaut ; « secinfo add » en ajoute une.

# Pour les administrateurs qui aident un utilisateur.

unlocked = { $user } peut de nouveau se connecter.

# Ce qui fait échouer une commande, outre les refus du service.

failure-unreachable = secinfod est injoignable ({ $cause }) ; voir « systemctl status secinfod »
failure-untrusted = le service sur le bus tourne sous l’UID { $uid }, qui n’est ni root ni l’utilisateur « secinfo » ; rien ne lui a été envoyé : prévenez l’administrateur
failure-unknown-account = le système ne connaît pas le compte d’UID { $uid } ; s’il vient d’un annuaire, vérifiez que celui-ci est joignable, ou demandez à l’administrateur
failure-protocol = secinfod a répondu d’une façon que cette version ne connaît pas ({ $cause }) ; installez des versions compatibles
failure-output = impossible d’écrire sur la sortie : { $cause }
failure-read = impossible de lire { $path } : { $cause }
failure-write = impossible d’écrire { $path } : { $cause }

# What policy forbids.

add-not-allowed = la politique n’autorise pas { $kind } : vous pouvez ajouter { $kinds }
add-nothing-allowed = la politique ne permet d’ajouter aucune méthode ici : adressez-vous à une personne qui administre cette machine
