# Ce qui s’est passé dans un compte : les lignes d’une liste et ses titres.

activity-title-when = Quand
activity-title-what = Quoi
activity-title-where = Où
activity-title-number = N°
activity-none = Il ne s’est encore rien passé dans ce compte.
activity-more = Plus anciennes : secinfo activity --before { $number }
activity-proved = Chaque ligne figure dans le journal, preuve à l’appui, sous son point de contrôle de { $size } événements.
activity-not-proved = rien ne prouve que l’événement { $number } figure dans le journal : { $problem } ; prévenez l’administrateur de cette machine
activity-of = { $what } : { $method }
activity-by = par { $name }

activity-verification-succeeded = { $purpose ->
    [password-reset] Preuve pour une réinitialisation du mot de passe
   *[other] { $at_service ->
        [yes] Connexion
       *[no] Preuve apportée
    }
}
activity-verification-failed = { $reason ->
    [used-code] Refus, code déjà utilisé
    [wrong-assertion] Refus, réponse d’une autre clé de sécurité
    [user-verification-missing] Refus, clé de sécurité sans code PIN ni empreinte
    [wrong-pin] Refus, code PIN erroné d’une clé de sécurité
    [counter-not-increased] Refus, il existe peut-être une copie de la clé de sécurité
   *[other] Refus, code erroné
}
activity-remembered-sign-in = Connexion sans question, dans un terminal mémorisé
activity-break-glass-used = Connexion avec un code d’accès d’urgence
activity-activation-failed = Code erroné lors de l’ajout d’une méthode
activity-set-up-postponed = Mise en place d’une méthode reportée
activity-code-requested = Code envoyé
activity-message-failed = Message non distribué
activity-approval-requested = Demande envoyée au téléphone
activity-approval-answered = { $reason ->
    [accepted] Approuvé sur le téléphone
    [wrong-number] Mauvais nombre choisi sur le téléphone
    [not-me] Refusé sur le téléphone comme étranger
   *[other] Refusé sur le téléphone
}
activity-locked = Blocage après des codes erronés
activity-unlocked = Blocages levés
activity-method-enrolled = Ajout
activity-method-imported = Reprise d’un autre système
activity-method-renamed = Nouveau nom
activity-method-deleted = { $reason ->
    [used-up] Épuisé
    [expired] Expiré
    [replaced] Remplacé par du nouveau
    [waiting-over] Suppression à la fin du délai d’attente
    [administrator] Suppression par un administrateur
   *[other] Suppression
}
activity-deletion-scheduled = Suppression prévue
activity-deletion-cancelled = Suppression annulée
activity-default-changed = Méthode par défaut modifiée
activity-recovery-codes-issued = Émission
activity-access-pass-issued = Émission par un administrateur
activity-token-resynchronized = Resynchronisation
activity-password-reset = Nouveau mot de passe défini
activity-password-reset-failed = Nouveau mot de passe non défini
activity-password-reset-locked = Réinitialisation du mot de passe bloquée après des réponses fausses
activity-account-locked = Compte verrouillé
activity-user-renamed = Transféré à un nouveau nom
activity-account-unlocked = Compte déverrouillé
activity-activity-reported = Signalé comme n’étant pas de vous

# « Ce n’était pas moi », et verrouiller le compte.

page-account-locked = Ce compte est verrouillé depuis { $when } : personne ne peut s’y connecter. Pour le déverrouiller : secinfo unlock
lock-warning = Personne ne pourra se connecter à votre compte ni réinitialiser son mot de passe avant que votre méthode la plus forte ou un administrateur ne le déverrouille. Ce que vos connexions ont laissé prend fin.
lock-sessions = Tout ce qui est ouvert à votre nom sur cette machine se ferme aussitôt, cette session comprise. Ce qui n’est pas enregistré est perdu.
lock-confirm = Verrouiller votre compte maintenant ?
lock-nothing = Rien n’a été verrouillé.
lock-yes-missing = indiquez --yes pour verrouiller quand l’entrée standard n’est pas un terminal
account-locked = Votre compte est verrouillé. Pour le déverrouiller, prouvez votre méthode la plus forte : secinfo unlock
account-locked-of = Le compte de { $user } est verrouillé. Pour le déverrouiller : secinfo unlock { $word }
account-unlocked = Votre compte est déverrouillé.
account-not-locked = Votre compte n’est pas verrouillé.
report-warning = Il sera signalé que ce n’était pas vous :
report-confirm = Le signaler ?
report-nothing = Rien n’a été signalé.
report-yes-missing = indiquez --yes pour signaler quand l’entrée standard n’est pas un terminal
reported = C’est signalé. Ce que vos connexions ont laissé n’est plus valable ; pour des changements, prouvez à nouveau une méthode.
report-next = Changez votre mot de passe et supprimez les méthodes qui ne sont pas les vôtres.
report-no-line = il n’y a pas de ligne { $number } dans votre activité ; voir : secinfo activity
