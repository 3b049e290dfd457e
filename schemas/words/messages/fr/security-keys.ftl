# Ce que lisent les utilisateurs quand une clé de sécurité sert : de la commande, et à la connexion.

# Pourquoi cela n’a rien donné, chaque fois avec ce qu’il faut faire ensuite.

key-no-key = Aucune clé de sécurité n’est branchée.
key-not-theirs = Aucune de vos clés de sécurité n’est branchée.
key-already-registered = Cette clé de sécurité est déjà enregistrée : utilisez-en une autre.
key-several-keys = Plusieurs clés de sécurité sont branchées : débranchez-les toutes sauf celle que vous voulez.
key-not-permitted = Les clés de sécurité ne peuvent pas servir dans cette session : connectez-vous sur l’hôte même, ou demandez à un administrateur.
key-no-pin = La clé de sécurité n’a pas de code PIN et ne peut pas vous vérifier : définissez-en un avec le programme de son fabricant.
key-wrong-pin = Ce code PIN n’est pas juste. Essais restants : { $tries }.
key-few-tries = Après des codes PIN erronés, il reste { $tries } essais à la clé de sécurité, qui ne sont pas dépensés à une connexion : utilisez un autre moyen.
key-replug = Après des codes PIN erronés, la clé de sécurité n’en accepte plus : débranchez-la et rebranchez-la.
key-pin-blocked = La clé de sécurité n’accepte plus aucun code PIN : utilisez un autre moyen, réinitialisez la clé avec le programme de son fabricant, puis ajoutez-la de nouveau.
key-pin-refused = La clé de sécurité n’accepte pas ce code PIN : choisissez-en un autre.
key-wrong-finger = La clé de sécurité ne connaît pas ce doigt : réessayez, ou saisissez le code PIN.
key-not-touched = La clé de sécurité n’a pas été touchée à temps : réessayez.
key-busy = Un autre programme utilise la clé de sécurité : fermez ce qui la demande, une page d’un navigateur par exemple, puis réessayez.
key-unplugged = La clé de sécurité a été débranchée : branchez-la, puis réessayez.
key-not-answering = La clé de sécurité ne répond pas : débranchez-la, rebranchez-la, puis réessayez.
key-unsupported = Cette clé de sécurité ne peut pas servir ici, car elle ne connaît pas FIDO2 : utilisez-en une autre.
key-refused = La clé de sécurité refuse (état { $status }) : réessayez, ou utilisez-en une autre.
key-fault = Le programme qui parle aux clés de sécurité a échoué : utilisez un autre moyen, ou demandez à un administrateur.
key-pin-unfit = Un code PIN a de 4 à 63 caractères : ceci n’a pas été envoyé à la clé de sécurité.

# Dans la commande.

add-key-plug = Branchez votre clé de sécurité, puis appuyez sur Entrée :
add-key-none = aucune clé de sécurité n’a été branchée, et rien n’a été ajouté ; recommencez quand vous l’aurez sous la main
add-key-choose = Touchez la clé de sécurité que vous voulez ajouter.
add-key-found = Trouvée : { $name }.
add-key-new-pin = La clé n’a pas encore de code PIN. Choisissez-en un d’au moins { $count } caractères :
add-key-new-pin-again = Le même code PIN encore une fois :
add-key-new-pin-differs = Ce n’était pas le même : choisissez de nouveau.
add-key-pin = Code PIN de la clé :
add-key-pin-or-finger = Code PIN de la clé (ou Entrée pour votre empreinte) :
add-key-touch = Touchez la clé quand elle clignote.
add-key-touch-again = Enregistrée. Touchez-la encore une fois, pour prouver qu’elle fonctionne.
add-key-second = Ajoutez une seconde clé de sécurité et gardez-la ailleurs, pour le cas où vous perdriez celle-ci.
add-key-remote = une clé de sécurité sur votre propre machine n’est pas accessible par SSH : lancez ceci sur l’hôte même, ou laissez un autre programme parler à la clé avec --exchange
add-key-terminal = lancez ceci dans un terminal, ou laissez un autre programme parler à la clé avec --exchange
proof-key-plug = Branchez une de vos clés de sécurité et appuyez sur Entrée :
proof-key-pin = Code PIN de votre clé de sécurité{ $labelled ->
    [yes] {" "}({ $label })
   *[no] {""}
} :
proof-key-pin-or-finger = Code PIN de votre clé de sécurité{ $labelled ->
    [yes] {" "}({ $label })
   *[no] {""}
}, ou Entrée pour votre empreinte :
proof-key-touch = Touchez-la quand elle clignote.

# À la connexion.

prompt-key = { $way } : code PIN, puis touchez-la{ $others ->
    [yes] {" "}; ou ? pour un autre moyen
   *[no] {""}
} :{" "}
prompt-key-finger = { $way } : Entrée, puis touchez le capteur, ou saisissez le code PIN{ $others ->
    [yes] {" "}; ou ? pour un autre moyen
   *[no] {""}
} :{" "}
prompt-key-plug = Branchez votre clé de sécurité et appuyez sur Entrée{ $others ->
    [yes] , ou ? pour un autre moyen
   *[no] {""}
} :{" "}
note-key-remote = Votre clé de sécurité ne peut servir que sur l’hôte même.
note-key-ssh = Votre clé de sécurité compte ici dès que ssh vous connecte avec elle : voir secinfo security-key ssh.
note-key-locked = Des codes PIN erronés ont bloqué cette clé de sécurité ici pour { $length }.
