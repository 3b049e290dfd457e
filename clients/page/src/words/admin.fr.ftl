# Les onglets de l’administration.

admin-title = Administration
admin-reading = Lecture…
admin-limited = Activez l’accès administrateur
admin-limited-text = Votre compte peut administrer cet hôte, mais cette connexion a un accès limité. Activez l’accès administrateur en haut de la page.
admin-users = Utilisateurs
admin-tokens = Jetons
admin-channels = Canaux
admin-policy = Politique
admin-log = Journal
admin-health = État
admin-none = aucune
admin-actions = Actions
admin-former-page = Page précédente
admin-next-page = Page suivante
admin-search-on = Continuer la recherche

# Utilisateurs.

admin-user = Utilisateur
admin-uid = UID
admin-methods = Méthodes
admin-default = Par défaut
admin-state = État
admin-users-begins = Le nom commence par
admin-wanted-any = tous
admin-wanted-ok = en ordre
admin-wanted-locked = verrouillé
admin-wanted-account-locked = compte verrouillé
admin-wanted-methods-required = méthodes exigées
admin-wanted-renamed = renommé
admin-wanted-gone = compte disparu
admin-wanted-access-pass = a un passe d’accès
admin-users-nobody = Personne n’a encore d’informations de sécurité.
admin-users-none = Personne n’est dans cet état.
admin-users-not-found = Aucun utilisateur avec des informations de sécurité ne porte ce nom.
admin-users-open = Ouvrir { $user } quand même
admin-users-unknown = Cet hôte n’a pas d’utilisateur { $user }.
admin-users-departed = Cet hôte n’a plus de compte { $user }. S’il a un autre nom maintenant : sudo secinfo users rename { $word } NOUVEAU. Si la personne est partie : sudo secinfo erase --departed { $word }
admin-user-panel = Informations de sécurité de { $user }
admin-until = jusqu’à { $when }
admin-waits = Doit attendre après des codes erronés
admin-push-paused = Les demandes aux téléphones sont suspendues
admin-account-locked = L’utilisateur a verrouillé le compte
admin-still-required = La politique exige encore
admin-still-required-by = { $count ->
    [one] { $count } méthode
   *[other] { $count } méthodes
}{ $by ->
    [none] {""}
   *[other] {" "}avant { $by }
}
admin-no-method = Aucune méthode pour l’instant.
admin-added = ajoutée : { $when }
admin-used = dernière utilisation : { $when }
admin-left = { $count ->
    [one] { $count } restant
   *[other] { $count } restants
}
admin-begins = début : { $when }
admin-expires = valable jusqu’à { $when }
admin-locked-until = verrouillée jusqu’à { $when }
admin-not-allowed = non autorisée par la politique
admin-may-be-copied = il en existe peut-être une copie
admin-deletion-due = sera supprimée : { $when }
admin-keep = Annuler la suppression
admin-kept = { $method } est conservée.
admin-unlock = Déverrouiller
admin-unlocked = Tous les verrous de { $user } sont levés.
admin-delete = Supprimer
admin-delete-title = Supprimer { $method }
admin-delete-text = La méthode de { $user } est supprimée aussitôt, sans retour possible. { $user } en est averti par tous les autres moyens.
admin-deleted = { $method } de { $user } est supprimée.
admin-deletion-scheduled = { $method } de { $user } sera supprimée { $when }.
admin-pass-issue = Délivrer un passe d’accès
admin-pass-revoke = Révoquer le passe d’accès
admin-pass-title = Passe d’accès pour { $user }
admin-pass-text = Avec un passe d’accès, { $user } peut se connecter sans méthode et en ajouter une. Un passe antérieur n’est plus valable.
admin-pass-from = Valable à partir de
admin-pass-from-help = Laissez vide : tout de suite.
admin-pass-valid = Valable pendant
admin-pass-once = Pour une seule vérification
admin-pass-shown = Le passe d’accès
admin-pass-copy = Copier le passe
admin-pass-issued = { $user } a un passe d’accès.
admin-erase = Effacer l’utilisateur
admin-erase-title = Effacer { $user }
admin-erase-text = Ceci détruit les clés de toutes les méthodes de { $user }, et celle du nom dans le journal : plus rien dans le journal n’y mène. C’est sans retour. Le compte lui-même reste.
admin-erase-type = Saisissez { $user } pour confirmer
admin-erase-mismatch = Ce n’est pas le nom. Saisissez { $user }.
admin-erased = Les informations de sécurité de { $user } sont effacées.

# Jetons.

admin-tokens-text = Les jetons matériels que leurs utilisateurs n’ont pas encore activés.
admin-tokens-none = Aucun jeton en attente.
admin-tokens-waiting = Jetons en attente
admin-tokens-import = Importer des jetons
admin-token-serial = Numéro de série
admin-token-maker = Fabricant
admin-token-model = Modèle
admin-token-mode = Codes
admin-mode-totp = selon l’heure
admin-mode-hotp = au bouton
admin-token-remove = Retirer
admin-token-remove-title = Retirer le jeton { $serial }
admin-token-remove-text = Plus personne ne pourra l’activer. Il peut être importé de nouveau.
admin-token-removed = Le jeton { $serial } est retiré.
admin-import-file = Fichier
admin-import-help = Un tableau CSV ou un fichier PSKC (RFC 6030), de 4 Mio au plus.
admin-import-format = Son nom ne dit pas son format : il doit finir par .csv, .pskc ou .xml.
admin-import-too-large = Il dépasse 4 Mio : importez-le en plusieurs parties.
admin-import-no-file = Choisissez d’abord un fichier.
admin-import-failed = Rien ne peut être importé de ce fichier
admin-import-protection = Protégé par
admin-protection-none = rien
admin-protection-passphrase = Phrase de passe
admin-protection-key = Clé prépartagée, en hexadécimal
admin-would-import = { $count ->
    [0] Aucun jeton ne serait importé
    [one] { $count } jeton serait importé
   *[other] { $count } jetons seraient importés
}
admin-import-now = Importer
admin-imported = { $count ->
    [0] Aucun jeton n’a été importé
    [one] { $count } jeton a été importé
   *[other] { $count } jetons ont été importés
}
admin-import-users = Réservés à un utilisateur : { $users }.
admin-import-left-out = { $count ->
    [one] Une ligne est laissée de côté :
   *[other] { $count } lignes sont laissées de côté :
}
admin-import-delete-file = Le fichier contient les secrets des jetons : supprimez-le maintenant.

# Canaux.

admin-channels-text = Les canaux acheminent les codes et les avis.
admin-channels-none = Il n’y a pas de canal : aucun code ne peut être envoyé. config.toml les active.
admin-channel-ready = prêt
admin-channel-ill = en difficulté
admin-channel-starting = démarre
admin-channel-down = hors service
admin-kind = Type
admin-plugin = Greffon
admin-queue-title = File d’attente
admin-queue = { $waiting } en attente, { $sending } en cours
admin-last-error = Dernière erreur
admin-no-error = aucune
admin-confined = Confiné par
admin-not-confined = rien
admin-test = Tester
admin-test-title = Tester le canal { $channel }
admin-test-text = Envoie un message sans code, par ce canal seulement.
admin-test-number = Numéro de téléphone, avec l’indicatif du pays
admin-test-address = Adresse e-mail
admin-test-send = Envoyer
admin-test-waiting = En attente de ce que devient le message…
admin-test-waiting-still = Le message est en route.
admin-test-sent = Le fournisseur a pris le message. Regardez s’il est arrivé.
admin-test-delivered = Le message est arrivé.
admin-test-failed = Le message n’a pas été remis.

# Politique.

admin-policy-text = La politique telle qu’elle s’applique à un utilisateur. Elle se modifie dans /etc/secinfo/config.toml.
admin-policy-service = Service
admin-policy-service-hint = Par exemple sshd ou sudo. Vide : ce qui vaut pour tous les services.
admin-policy-show = Afficher
admin-policy-of = Politique pour { $user }
admin-policy-at = Politique pour { $user } à { $service }
admin-policy-allowed = Types autorisés
admin-no-kind = aucun
admin-policy-required = Méthodes exigées
admin-policy-grace = Délai pour les ajouter
admin-days = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}
admin-policy-first = La première méthode demande
admin-first-session = une connexion
admin-first-access-pass = un passe d’accès
admin-policy-gates = Méthodes à prouver pour un nouveau mot de passe
admin-policy-wait = Attente avant une suppression par une preuve plus faible
admin-policy-fresh = Une preuve est récente pendant
admin-policy-sessions = Un verrouillage ferme les sessions
admin-policy-sessions-yes = oui
admin-policy-sessions-no = non
admin-policy-sections = Vient de

# Journal.

admin-log-type = Ce qui s’est passé
admin-log-every = tout
admin-log-none = Aucun événement de ce type.
admin-log-number = Numéro
admin-log-when = Quand
admin-log-what = Quoi
admin-log-by = Par
admin-log-service = Service
admin-log-through = { $login } en tant que { $who }
admin-log-bytes = L’événement exactement tel qu’il est haché
admin-log-bytes-of = Événement { $number }, exactement tel qu’il est haché
admin-log-copy = Copier l’événement
admin-newer = Événements plus récents
admin-older = Événements plus anciens
admin-actor-system = le service
admin-actor-root = root
admin-verify = Vérifier le journal
admin-verifying = Vérification du journal, événement par événement…
admin-verified = { $count ->
    [one] Le journal est tel qu’il a été signé : { $count } événement. Sa racine :
   *[other] Le journal est tel qu’il a été signé : { $count } événements. Leur racine :
}
admin-not-verified = Le journal n’est pas tel qu’il a été signé
admin-not-verified-from = Le journal n’est pas tel qu’il a été signé, à partir de l’événement { $from }
admin-checkpoint = Point de contrôle
admin-checkpoint-text = Conservez ce point de contrôle sur un autre hôte : il permettra de prouver plus tard que le journal n’a pas été réécrit depuis.
admin-checkpoint-copy = Copier
admin-checkpoint-download = Télécharger
admin-event-access-pass-issued = Passe d’accès délivré
admin-event-account-locked = Compte verrouillé par son utilisateur
admin-event-account-unlocked = Compte déverrouillé
admin-event-activity-reported = Activité signalée comme étrangère
admin-event-activation-failed = Jeton non activé
admin-event-approval-answered = Réponse à la demande sur le téléphone
admin-event-approval-requested = Demande envoyée à un téléphone
admin-event-break-glass-used = Code de secours utilisé
admin-event-code-requested = Code demandé
admin-event-default-changed = Méthode par défaut modifiée
admin-event-deletion-cancelled = Suppression annulée
admin-event-deletion-scheduled = Suppression prévue
admin-event-locked = Méthode verrouillée
admin-event-log-created = Journal commencé
admin-event-log-restored = Journal restauré d’une sauvegarde
admin-event-message-delivered = Message remis
admin-event-message-failed = Message non remis
admin-event-method-deleted = Méthode supprimée
admin-event-method-enrolled = Méthode ajoutée
admin-event-method-imported = Méthode importée
admin-event-method-renamed = Méthode renommée
admin-event-password-reset = Mot de passe réinitialisé
admin-event-password-reset-failed = Mot de passe non réinitialisé
admin-event-password-reset-locked = Réinitialisation du mot de passe verrouillée
admin-event-password-reset-requested = Réinitialisation du mot de passe commencée
admin-event-policy-changed = Politique modifiée
admin-event-recovery-codes-issued = Codes de récupération délivrés
admin-event-remembered-sign-in = Connexion sur un terminal mémorisé
admin-event-set-up-postponed = Configuration remise à plus tard
admin-event-terminal-remembered = Terminal mémorisé
admin-event-token-imported = Jeton importé
admin-event-token-removed = Jeton retiré
admin-event-token-resynchronized = Jeton resynchronisé
admin-event-unlocked = Verrous levés
admin-event-user-added = Utilisateur ajouté
admin-event-user-erased = Utilisateur effacé
admin-event-user-renamed = Utilisateur renommé
admin-event-verification-failed = Vérification échouée
admin-event-verification-succeeded = Vérification réussie

# État.

admin-healthy = Le service est en ordre
admin-unhealthy = Le service a un problème
admin-room-kept = Le disque du journal est presque plein : ce qui reste est réservé aux connexions. Libérez de la place sur le système de fichiers de /var/lib/secinfo.
admin-version = Version
admin-started = Démarré
admin-authorization = Qui décide des administrateurs
admin-authorization-polkit = polkit
admin-authorization-uid = personne : seul root en est un
admin-push = Demandes aux téléphones
admin-push-off = désactivées
admin-push-making-key = en préparation
admin-push-unreachable = injoignables
admin-push-ready = prêtes
admin-figure-users = Utilisateurs
admin-figure-with-methods = Utilisateurs avec une méthode
admin-figure-locked = Utilisateurs avec une méthode verrouillée
admin-figure-accounts-locked = Comptes verrouillés
admin-figure-reports = Utilisateurs ayant signalé une activité qui n’est pas la leur
admin-figure-passes = Passes d’accès en circulation
admin-figure-events = Événements dans le journal
admin-figure-log = Journal sur le disque
admin-figure-memory = Mémoire
admin-doctor = Ce que trouve le docteur
admin-doctor-looks = Le docteur examine l’hôte…
admin-doctor-nothing = Rien ne demande votre attention.
admin-doctor-again = Examiner de nouveau
admin-doctor-failed = Le docteur n’a pas pu examiner l’hôte.
admin-doctor-unseen = { $count ->
    [one] Une chose n’a pas été examinée : il faut un accès administrateur.
   *[other] { $count } choses n’ont pas été examinées : il faut un accès administrateur.
}
admin-severity-error = Erreur
admin-severity-warning = Avertissement
admin-severity-info = Information
admin-remedy = Que faire :
