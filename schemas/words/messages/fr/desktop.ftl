# Notifications sur le bureau. Ce qui s’est passé est dit par les phrases de notices.ftl.

desktop-title = Informations de sécurité
desktop-open = Ouvrir les informations de sécurité
desktop-since = En votre absence :
desktop-account-locked = Votre compte est verrouillé : toute connexion est refusée jusqu’à ce que vous prouviez une méthode forte ou qu’un administrateur lève le verrou.
desktop-account-unlocked = Votre compte n’est plus verrouillé.
desktop-lock = Verrouiller mon compte maintenant
desktop-lock-question = Verrouiller votre compte ? Toute connexion sera refusée jusqu’à ce que vous prouviez une méthode forte ou qu’un administrateur lève le verrou.
desktop-not-locked = Votre compte n’a pas pu être verrouillé. Ouvrez les informations de sécurité, ou adressez-vous à un administrateur.
