# Avis : ce qui est arrivé aux informations de sécurité.

notice-added = Une méthode a été ajoutée : { $kind }.
notice-deleted = Une méthode a été supprimée : { $kind }.
notice-deletion-scheduled = Une méthode sera supprimée à la fin de son délai d’attente : { $kind }. D’ici là, vous pouvez l’annuler.
notice-deletion-cancelled = Une méthode qui devait être supprimée est conservée : { $kind }.
notice-default = Votre méthode par défaut est désormais : { $kind }.
notice-no-default = Vous n’avez plus de méthode par défaut.
notice-recovery-codes = De nouveaux codes de récupération ont été émis. Les anciens ne sont plus valables.
notice-access-pass = Un administrateur a émis un passe d’accès pour votre compte.
notice-locked = Des codes ou codes PIN erronés ont bloqué une méthode pour un moment : { $kind }.
notice-may-be-copied = Il existe peut-être une copie d’une de vos clés de sécurité : son compteur n’a pas augmenté. Supprimez cette clé et ajoutez-en une autre.
notice-unlocked = Un administrateur a levé les blocages de vos méthodes.
notice-unlocked-by-reset = Les blocages de vos méthodes ont été levés après une preuve lors d’une réinitialisation du mot de passe.
notice-password-reset = Un nouveau mot de passe a été défini pour votre compte lors d’une réinitialisation.
notice-administrator-reset = Un nouveau mot de passe a été défini pour un administrateur de cette machine lors d’une réinitialisation. Le journal dit pour qui.
notice-administrator-unlocked-by-reset = Les blocages des méthodes d’un administrateur de cette machine ont été levés après une preuve lors d’une réinitialisation. Le journal dit pour qui.
notice-password-uncertain = La réinitialisation de votre mot de passe a été interrompue : le nouveau mot de passe ou l’ancien peut être en vigueur.
notice-reset-locked = Des réponses fausses ont bloqué la réinitialisation de votre mot de passe pour un moment.
notice-reset-locked-kind = Des réponses fausses ont bloqué cette méthode pour la réinitialisation du mot de passe pour un moment : { $kind }.
notice-not-me = Une connexion a été refusée sur votre téléphone comme étrangère : { $service }{ $has_origin ->
    [yes] , depuis { $origin }
   *[no] {""}
}. Quelqu’un connaît votre mot de passe : changez-le. Les demandes à votre téléphone sont suspendues un moment.
notice-not-me-own = La demande d’un programme de votre compte a été refusée sur votre téléphone comme étrangère. Si vous ne l’avez pas commencée, ce programme n’est pas le vôtre : regardez lesquels tournent. Les demandes à votre téléphone sont suspendues un moment.
notice-not-me-reset = Une réinitialisation de votre mot de passe a été refusée sur votre téléphone comme étrangère. Rien n’a été changé, et votre téléphone n’est pas demandé pour cela pendant un moment.
notice-break-glass = Quelqu’un s’est connecté avec un code d’accès d’urgence qu’un administrateur avait créé pour vous.
notice-account-locked = Votre compte est verrouillé : personne ne peut s’y connecter ni réinitialiser son mot de passe. Votre méthode la plus forte le déverrouille, ou un administrateur.
notice-renamed = Vos informations de sécurité appartiennent désormais à votre nouveau nom. Un administrateur de cette machine l’a décidé.
notice-account-unlocked = Votre compte a été déverrouillé avec l’une de vos méthodes : { $kind }. Si ce n’était pas vous, verrouillez-le à nouveau : secinfo lock
notice-account-unlocked-by-administrator = Un administrateur a déverrouillé votre compte.
notice-reported = Quelque chose qui s’est passé dans votre compte a été signalé comme n’étant pas de vous. Ce que vos connexions ont laissé n’est plus valable. Regardez ce qui s’est passé et verrouillez le compte s’il le faut : secinfo activity, secinfo lock
notice-administrator-account-locked = Un utilisateur de cette machine a verrouillé son compte, comme on le fait contre un intrus. Lequel : sudo secinfo users
notice-administrator-renamed = Quelqu’un n’a pas pu se connecter à cette machine : le compte avait un autre nom, avec des méthodes, ou il a l’UID d’un utilisateur parti. Lequel : sudo secinfo users --departed
notice-administrator-reported = Un utilisateur de cette machine a signalé que quelqu’un d’autre s’est servi de son compte. Le journal dit qui : sudo secinfo audit log --type activity-reported
notice-new-place = Vous vous êtes connecté depuis un endroit d’où vous ne vous étiez pas connecté récemment{ $has_origin ->
    [yes] {" "}: { $origin }
   *[no] {""}
}. Si ce n’était pas vous : secinfo activity, secinfo lock
