# Avis : ce qui est arrivé aux informations de sécurité.

news-added = Une méthode a été ajoutée : { $kind }.
news-deleted = Une méthode a été supprimée : { $kind }.
news-deletion-scheduled = Une méthode sera supprimée à la fin de son délai d’attente : { $kind }. D’ici là, vous pouvez l’annuler.
news-deletion-cancelled = Une méthode qui devait être supprimée est conservée : { $kind }.
news-default = Votre méthode par défaut est désormais : { $kind }.
news-no-default = Vous n’avez plus de méthode par défaut.
news-recovery-codes = De nouveaux codes de récupération ont été émis. Les anciens ne sont plus valables.
news-access-pass = Un administrateur a émis un passe d’accès pour votre compte.
news-locked = Des codes erronés ont bloqué une méthode pour un moment : { $kind }.
news-unlocked = Un administrateur a levé les blocages de vos méthodes.
news-break-glass = Quelqu’un s’est connecté avec un code d’accès d’urgence qu’un administrateur avait créé pour vous.
