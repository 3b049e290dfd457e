# Avis : ce qui est arrivé aux informations de sécurité.

notice-added = Une méthode a été ajoutée : { $kind }.
notice-deleted = Une méthode a été supprimée : { $kind }.
notice-deletion-scheduled = Une méthode sera supprimée à la fin de son délai d’attente : { $kind }. D’ici là, vous pouvez l’annuler.
notice-deletion-cancelled = Une méthode qui devait être supprimée est conservée : { $kind }.
notice-default = Votre méthode par défaut est désormais : { $kind }.
notice-no-default = Vous n’avez plus de méthode par défaut.
notice-recovery-codes = De nouveaux codes de récupération ont été émis. Les anciens ne sont plus valables.
notice-access-pass = Un administrateur a émis un passe d’accès pour votre compte.
notice-locked = Des codes erronés ont bloqué une méthode pour un moment : { $kind }.
notice-unlocked = Un administrateur a levé les blocages de vos méthodes.
notice-break-glass = Quelqu’un s’est connecté avec un code d’accès d’urgence qu’un administrateur avait créé pour vous.
