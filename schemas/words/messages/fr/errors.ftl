# Pourquoi le service refuse, d’après le nom de son erreur sur le bus. En anglais, la commande montre
# la phrase du service, qui peut en dire plus.

error-NotAuthorized = Vous n’y êtes pas autorisé.
error-NotFound = Cet utilisateur ou cette méthode n’existe pas : vérifiez le nom.
error-FreshProofNeeded = Prouvez d’abord qui vous êtes : vérifiez une de vos méthodes dans cette session, puis recommencez.
error-StrongerProofNeeded = Il faut une preuve plus forte : vérifiez une clé de sécurité, une application d’authentification, un jeton matériel ou un de vos codes de récupération, puis recommencez.
error-AccessPassNeeded = La politique exige un passe d’accès avant la première méthode : demandez-en un à un administrateur.
error-Expired = Le passe d’accès a expiré : demandez-en un nouveau à un administrateur.
error-AnotherMethodFirst = Ce type ne va qu’avec une autre méthode : ajoutez d’abord une application d’authentification ou un jeton matériel.
error-WrongCode = Ce code n’est pas juste : vérifiez-le et réessayez.
error-WrongForm = Cette réponse ne correspond pas à ce qui est demandé : donnez ce que demande l’invite.
error-WrongAssertion = Aucune de vos clés de sécurité n’a signé cela pour cette demande : recommencez, puis utilisez la clé de sécurité demandée.
error-UserVerificationMissing = La clé de sécurité ne vous a pas vérifié : saisissez son code PIN ou touchez son capteur d’empreinte, puis réessayez.
error-KeyNotAllowed = Cette clé de sécurité n’est pas autorisée ici : utilisez-en une autre, ou demandez à un administrateur lesquelles le sont.
error-AlreadyRegistered = Cette clé de sécurité est déjà enregistrée : utilisez-en une autre.
error-CounterNotIncreased = Il existe peut-être une copie de cette clé de sécurité : utilisez une autre méthode, puis supprimez celle-ci et ajoutez-la de nouveau.
error-CodeAlreadyUsed = Ce code a déjà servi : attendez le suivant.
error-NoCodeSent = Aucun code n’a encore été envoyé : demandez-en d’abord un.
error-CodeExpired = Ce code n’est plus valable : demandez-en un autre.
error-NotApproved = La demande n’est pas encore approuvée : approuvez-la sur votre téléphone, puis saisissez le code qu’il affiche.
error-Declined = La demande a été refusée sur le téléphone : recommencez si elle est de vous.
error-AppTooOld = L’application de ce téléphone est trop ancienne pour afficher des codes : mettez-la à jour (4.7.0 ou plus récente), puis scannez à nouveau le code.
error-PushPaused = Aucune demande n’est envoyée à vos téléphones pour l’instant : utilisez une autre méthode.
error-PushUnavailable = Cette machine ne peut pas envoyer de demandes aux téléphones en ce moment : utilisez une autre méthode, ou réessayez dans une minute.
error-ChannelUnavailable = Cette machine ne peut pas envoyer de codes de ce type : choisissez un autre type, ou adressez-vous à un administrateur.
error-DeliveryFailed = Le code n’a pas pu être remis : utilisez une autre méthode, ou demandez un nouveau code plus tard.
error-TooManyCodes = Trop de codes ont été envoyés : utilisez une autre méthode, ou réessayez plus tard.
error-InvalidDestination = Aucun code ne peut être envoyé à ce numéro ou à cette adresse : vérifiez et réessayez.
error-DestinationNotAllowed = Rien n’est envoyé vers ce pays : prenez un autre numéro, ou adressez-vous à un administrateur.
error-PlaceTaken = Ce numéro ou son emplacement est déjà pris : choisissez-en un autre avec --place, ou supprimez d’abord les méthodes qui s’y trouvent.
error-TooSoon = Il faut attendre avant le prochain essai : réessayez plus tard.
error-TooOften = Cela a été fait trop souvent ces derniers temps : attendez que le délai soit écoulé, puis recommencez.
error-MethodLocked = Des codes erronés ont bloqué cette méthode pour un moment : utilisez une autre méthode, attendez, ou demandez à un administrateur de la débloquer.
error-AccountLocked = Le compte est verrouillé : prouvez votre méthode la plus forte pour le déverrouiller, ou demandez-le à un administrateur.
error-RenamedAccount = Ce compte avait un autre nom, et ses méthodes sont encore sous celui-ci : demandez à un administrateur de vous renommer dans secinfo.
error-NoMethod = Il n’y a pas de méthode de vérification : ajoutez-en d’abord une, ou demandez un passe d’accès à un administrateur.
error-LastMethod = La politique exige cette méthode : ajoutez-en une autre qui la remplace, puis supprimez celle-ci.
error-KindNotAllowed = La politique n’autorise pas ce type ici : choisissez-en un autre.
error-NotForThisPurpose = Cette méthode ne sert pas à cela : choisissez-en une autre.
error-TooManyMethods = Vous avez déjà autant de méthodes de ce type que permis : supprimez-en d’abord une.
error-InvalidLabel = Ce nom ne convient pas : il est vide, trop long, ou contient des caractères qui ne peuvent pas être affichés.
error-SessionExpired = La session est terminée : recommencez.
error-TooManyAttempts = C’était un code erroné de trop : recommencez.
error-NothingScheduled = Aucune suppression n’est prévue pour cette méthode : il n’y a rien à annuler.
error-TokenUnknown = Aucun jeton avec ce numéro de série n’attend d’être activé : vérifiez le numéro au dos, ou demandez à un administrateur de l’importer.
error-NotForYourself = Personne ne s’émet un passe d’accès à soi-même : demandez à un autre administrateur.
error-StorageUnavailable = Le journal ne peut pas être écrit pour le moment, rien n’a donc été modifié. Demandez à un administrateur d’examiner le service, puis réessayez.
error-LimitsExceeded = Trop de sessions sont ouvertes, ou trop est demandé à la fois : terminez une session, ou réessayez dans un instant.
error-ClockBehind = L’horloge de cet hôte retarde de { $length } sur ce que contient la sauvegarde : réglez d’abord l’horloge, puis restaurez de nouveau.
error-NotEmpty = Cet hôte a déjà des informations de sécurité, et une sauvegarde ne se restaure que sur un hôte vide.
error-ShuttingDown = Le service est en train de s’arrêter. Réessayez dans un instant.
error-Internal = Une erreur s’est produite dans le service. Son journal en dit plus.

# The same, told apart more exactly than by the name of the error.
finer-added-meanwhile = Une autre méthode a été ajoutée en même temps : recommencez.
finer-never-the-default = Une méthode de ce type ne peut jamais être la méthode par défaut : choisissez-en une qui est demandée à la connexion.
finer-no-token = Seuls les jetons matériels peuvent être resynchronisés.
finer-not-consecutive = Ce ne sont pas deux codes consécutifs de ce jeton : prenez les deux suivants et réessayez.
finer-number-known = Ce numéro existe déjà, à une autre place : ajoutez la méthode à cette place.
finer-room-kept = Le disque de cet hôte est presque plein, et le reste est gardé pour les connexions : demandez à un administrateur de faire de la place.
finer-too-weak-here = Une méthode de ce type ne suffit pas pour se connecter ici : choisissez une méthode plus forte.

error-undelivered = Le code n’a pas été remis : { $problem }. Utilisez une autre méthode ou demandez un nouveau code plus tard.
error-time-left = Temps restant : { $length }.

# Pourquoi un message n’a pas été remis, après un deux-points.
undelivered-destination = il n’a pas pu être remis à cette destination
undelivered-refused = le fournisseur refuse de remettre des messages à cette destination
undelivered-timed-out = aucune nouvelle n’est arrivée à temps, et il se peut qu’il n’arrive pas
undelivered-provider = le fournisseur n’est pas joignable pour le moment
undelivered-host = une panne de cette machine, que l’administration doit réparer

# Why a code counts as used that was not accepted before.
used-brought-over = Ce code a pu servir dans le système dont cette méthode provient : attendez le suivant.
used-clock-ahead = L’horloge de cet hôte avançait quand un code de cette méthode a été accepté pour la dernière fois, et ses codes comptent encore comme utilisés : prenez une autre méthode ou attendez.
