
# Ce qu’on lit en se connectant : dans un terminal, ou sur la seule ligne d’un écran de connexion.
#
# Une invite finit là où l’on répond. Tout ce qui doit être vu s’y trouve, car OpenSSH ne montre rien
# d’autre avant la fin.

way-named = { $way } « { $label } »
way-to = { $way } au { $hint }

# Demander un code.

prompt-code = Code ({ $way }){ $others ->
    [yes] , ou ? pour un autre moyen
   *[no] {""}
} :{" "}
prompt-secret = { $way }{ $others ->
    [yes] , ou ? pour un autre moyen
   *[no] {""}
} :{" "}
prompt-sent = Code envoyé par { $call ->
    [yes] appel
   *[no] SMS
} au { $hint } (Entrée pour un nouveau{ $others ->
    [yes] , ? pour un autre moyen
   *[no] {""}
}) :{" "}
prompt-send = Entrée pour recevoir un code par { $call ->
    [yes] appel
   *[no] SMS
} au { $hint }{ $others ->
    [yes] , ou ? pour un autre moyen
   *[no] {""}
} :{" "}

prompt-account-locked = Ce compte est verrouillé. Votre méthode la plus forte le déverrouille, ou un administrateur (Entrée pour terminer) :{" "}
prompt-renamed = Ce compte avait un autre nom, et ses méthodes sont encore sous celui-ci. Demandez à un administrateur de vous renommer dans secinfo (Entrée pour terminer) :{" "}
note-account-locked = Ce compte est verrouillé. Ce que vous prouvez maintenant le déverrouille.
note-wrong = Ce code n’est pas juste.
note-no-code = Ce n’est pas un code : un code a { $digits } chiffres.
note-password = C’est votre mot de passe : ici, il faut un code.
note-used = Ce code a déjà servi : attendez le suivant.
note-used-next = Ce code a déjà servi : le suivant vient dans { $seconds } s.
note-used-once = Ce code a déjà servi : prenez-en un autre.
note-brought-over = Ce code a pu servir dans le système dont cette méthode provient : attendez le suivant.
note-clock-ahead = L’horloge de cet hôte avançait lors d’une connexion précédente, et les codes comptent comme utilisés pendant encore { $length } : prenez un autre moyen ou attendez.
note-slow = Après des codes faux il faut attendre : réessayez dans { $seconds } s.
note-locked = Des codes faux ont bloqué cette méthode pour { $length }.
note-gone = Ce code n’est plus valable : demandez-en un autre.
note-none-sent = Aucun code n’a encore été envoyé.
note-just-sent = Un code vient d’être envoyé ; le prochain pourra l’être dans { $seconds } s.
note-too-many-codes = Trop de codes ont été envoyés : le prochain pourra l’être dans { $length }.
note-not-sent = { $reason ->
    [destination] Le code n’a pas pu être remis à cette adresse.
    [late] Aucune nouvelle du code : il n’arrivera peut-être pas.
    [fault] Le code n’a pas pu être envoyé à cause d’une panne de cette machine.
   *[provider] Le code ne peut pas être envoyé pour le moment.
}
note-method-gone = Cette méthode n’existe plus.
note-no-other = Il n’y a pas d’autre moyen.

# Demander une approbation sur le téléphone.

push-prompt = Ouvrez privacyIDEA Authenticator (déjà ouvert ? tirez vers le bas), approuvez et tapez le code à { $digits } chiffres{ $has_app ->
    [yes] . Le code à { $app_digits } chiffres de votre application convient aussi
   *[no] {""}
}{ $others ->
    [yes] {" "}; ? pour un autre moyen
   *[no] {""}
} :{" "}
push-number = Ouvrez privacyIDEA Authenticator (déjà ouvert ? tirez vers le bas), choisissez-y { $number }, puis appuyez ici sur Entrée{ $has_app ->
    [yes] . Le code à { $app_digits } chiffres de votre application convient aussi
   *[no] {""}
}{ $others ->
    [yes] {" "}; ? pour un autre moyen
   *[no] {""}
} :{" "}
push-send = Entrée pour approuver sur votre téléphone{ $has_app ->
    [yes] , ou le code à { $app_digits } chiffres de votre application
   *[no] {""}
}{ $others ->
    [yes] {" "}; ? pour un autre moyen
   *[no] {""}
} :{" "}

note-push-not-approved = Votre téléphone n’a pas encore approuvé.
note-push-approved = Votre téléphone a approuvé.
note-push-expired = La demande n’a pas été approuvée à temps.
note-push-wrong-number = Un autre nombre a été choisi sur votre téléphone ; cela compte comme un code faux.
note-push-no-code = Ce n’est pas un code : le code sur votre téléphone a { $digits } chiffres.
note-push-open = Une autre demande est ouverte sur votre téléphone, ou l’était à l’instant : la prochaine pourra être envoyée dans { $seconds } s.
note-push-paused = Les demandes à votre téléphone sont suspendues pour { $length }, car une connexion y a été refusée comme étrangère.
note-push-unanswered = Trop de demandes à votre téléphone n’ont pas été approuvées : il sera de nouveau demandé dans { $length }, ou quand vous vous serez connecté autrement.
note-push-away = Votre téléphone ne peut pas être demandé pour le moment.

# Choisir un autre moyen.

ways-lead = Autres moyens :
ways-prompt = Numéro{ $back ->
    [yes] , ou Entrée pour revenir
   *[no] {""}
} :{" "}

# Installer une méthode.

set-up-lead = { $more ->
    [yes] Il vous faut encore un moyen de prouver qui vous êtes. Installez-le maintenant :
   *[no] Il vous faut un moyen de prouver qui vous êtes. Installez-le maintenant :
}
set-up-later = Plus tard (jusqu’au { $date })
set-up-later-times = Plus tard (jusqu’au { $date }, encore { $left } fois)
set-up-prompt = Numéro :{" "}
app-scan = Scannez cette image avec une application d’authentification. Pour la saisir :
app-type = Ajoutez ceci à une application d’authentification :
app-account = Compte : { $account }
app-key = Clé :
app-unreadable = Si l’application ne voit pas l’image : i.
app-prompt = Code affiché par l’application ({ $picture ->
    [yes] i inverse l’image,{" "}
   *[no] {""}
}? pour revenir) :{" "}
app-prompt-key = Code affiché par l’application (q affiche un code QR, ? pour revenir) :{" "}
number-prompt = { $call ->
    [yes] Votre numéro de téléphone
   *[no] Votre numéro de mobile
}, par exemple +33 6 12 34 56 78 (? pour revenir) :{" "}
number-sent = Code envoyé par { $call ->
    [yes] appel
   *[no] SMS
} au { $number } (Entrée pour un nouveau, ? pour un autre numéro) :{" "}
number-send = Entrée pour recevoir un code par { $call ->
    [yes] appel
   *[no] SMS
} au { $number }, ou ? pour un autre numéro :{" "}
note-number = Ce numéro ne convient pas : écrivez un numéro ordinaire { $call ->
    [yes] de téléphone
   *[no] de mobile
}, avec + et l’indicatif du pays.
note-country = Rien n’est envoyé vers ce pays : prenez un autre numéro.
note-taken = Vous avez déjà ce numéro, ou autant de numéros que permis : choisissez un autre moyen.
note-extension = L’extension est omise, car elle n’est pas composée.
note-cannot-add = Cela ne peut pas être installé ici : choisissez un autre moyen.

recovery-offer = { $way } : c’est installé. Créer des codes de récupération, pour le cas où vous ne l’auriez pas ? (o/n) :{" "}
recovery-again = Créer des codes de récupération ? Répondez o ou n :{" "}
recovery-yes = o oui y yes
recovery-no = n non no
recovery-lead = Gardez ces codes de récupération en lieu sûr. Chacun sert une fois :
recovery-kept = Entrée quand vous les avez :{" "}

# Comment cela s’est terminé.

end-prompt = Appuyez sur Entrée pour terminer (pas de mot de passe ici) :{" "}
end-too-many-attempts = Trop de codes faux : recommencez.
end-locked = Des codes faux ont bloqué vos méthodes pour { $length } : attendez, ou demandez à un administrateur de les débloquer.
end-expired = Cela a pris trop de temps : recommencez.
end-account-locked = Ce compte est verrouillé. Votre méthode la plus forte le déverrouille, ou un administrateur.
end-renamed = Ce compte avait un autre nom, et ses méthodes sont encore sous celui-ci. Demandez à un administrateur de vous renommer dans secinfo.
end-account-unlocked = Votre compte est déverrouillé.
end-no-method = Il vous faut une méthode pour prouver qui vous êtes, et vous ne pouvez pas en installer ici : adressez-vous à un administrateur.
end-grace-over = Le délai pour installer une méthode est passé : demandez un passe d’accès à un administrateur.
end-set-up-elsewhere = Il vous faut une méthode pour prouver qui vous êtes, et vous ne pouvez pas en installer ici : connectez-vous pour cela par SSH ou dans un terminal, ou demandez un passe d’accès à un administrateur.
end-pass-needed = Avant d’installer une méthode il vous faut un passe d’accès : demandez-le à un administrateur.
end-too-many-codes = Trop de codes ont été envoyés : réessayez dans { $length }.
end-push-not-me = Cette connexion a été refusée sur le téléphone comme étrangère. Si elle ne vient pas de vous, quelqu’un connaît votre mot de passe : changez-le.
end-push-cancelled = Vous avez refusé cette connexion sur votre téléphone : recommencez si vous voulez vous connecter.
end-postponed = Vous avez jusqu’au { $date } pour installer un moyen de prouver qui vous êtes : secinfo add authenticator-app
end-postponed-pass = Vous avez jusqu’au { $date } pour installer un moyen de prouver qui vous êtes, et il vous faut un passe d’accès : demandez-le à un administrateur.
end-postponed-times = { $left ->
    [0] À la prochaine connexion, vous ne pourrez plus remettre cela à plus tard.
   *[other] Vous pouvez remettre cela à plus tard encore { $left } fois.
}
end-more = Il vous faut encore un moyen de prouver qui vous êtes : secinfo add authenticator-app
end-set-up = { $way } : c’est installé.
end-few-codes = Il vous reste { $count ->
    [one] un code de récupération
   *[other] { $count } codes de récupération
}. Pour en créer : secinfo add recovery-codes
end-last-code = C’était votre dernier code de récupération. Pour en créer : secinfo add recovery-codes
