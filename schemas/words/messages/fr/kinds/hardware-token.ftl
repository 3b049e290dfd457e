kind-hardware-token = Jeton matériel
    .inline = jeton matériel
    .one = Jeton matériel
    .question = Code{ $digits ->
        [0] {""}
       *[other] {" "}à { $digits } chiffres
    } de votre jeton matériel{ $labelled ->
        [yes] {" "}({ $label })
       *[no] {""}
    }
    .deleted = Rendez le jeton à la personne qui vous l’a remis.

add-token-serial = Numéro de série, au dos du jeton :
add-token-serial-missing = indiquez le numéro de série du jeton : --serial SERIAL
add-token-model = Jeton : { $model }
resync-first = Le code que le jeton affiche maintenant :
resync-second = Le code suivant qu’il affiche :
resync-none-given = il faut deux codes ; rien n’a été modifié
resynchronized = De nouveau synchronisé : { $method }.
