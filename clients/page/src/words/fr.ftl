# La page pour soi-même.

page-title = Informations de sécurité
page-loading = Lecture de vos informations de sécurité…
page-away = Le service n’est pas là
page-away-text = secinfod ne tourne pas sur cet hôte en ce moment. Rien n’est perdu : cette page reprend dès que le service revient. S’il ne revient pas, prévenez un administrateur.
page-failed = Vos informations de sécurité ne peuvent pas être affichées
page-again = Réessayer
page-close = Fermer
page-cancel = Annuler
page-back = Retour
page-continue = Continuer
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
