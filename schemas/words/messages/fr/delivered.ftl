# Ce que les utilisateurs apprennent par SMS, par appel et par courriel.
#
# Les mêmes messages avec les mêmes variables existent dans chaque langue. Un SMS devrait tenir en
# 160 caractères de l'alphabet GSM, qui n'a ni ê, ni ç, ni apostrophe courbe. Un appel est lu à voix
# haute ; les chiffres du code le suivent.

# SMS. Sous ceux qui contiennent un code est placée une ligne que lisent les programmes.

text-enrollment = { $organization } : le code { $code } ajoute ce téléphone à votre compte sur { $host }. Ne le donnez à personne. Pas demandé ? Ignorez-le.
text-sign-in = { $organization } : { $code } est votre code de connexion à { $place }{ $knows-origin ->
    [yes] {" "}depuis { $origin }
   *[no] {""}
}. Ne le donnez à personne. Pas vous ? Changez de mot de passe.
text-password-reset = { $organization } : { $code } est votre code pour un nouveau mot de passe sur { $host }. Ne le donnez à personne. Pas demandé ? Ignorez-le.
text-notice = { $organization } : vos infos de sécurité sur { $host } ont changé. Si ce n'est pas vous, prévenez vite votre administrateur.
text-test = { $organization } : ceci est un SMS de test de { $host }. Vous n'avez rien à faire.

# Appels.

call-enrollment = Bonjour. Ici { $organization }. Vous allez entendre un code qui ajoute ce téléphone à votre compte sur { $host }. Ne le donnez à personne. Si vous n’avez pas demandé cet appel, raccrochez simplement.
call-sign-in = Bonjour. Ici { $organization }. Vous allez entendre un code de connexion { $knows-service ->
    [yes] au service { $service } sur { $host }
   *[no] à { $host }
}. Ne le donnez à personne. Si vous n’êtes pas en train de vous connecter, raccrochez et changez de mot de passe.
call-password-reset = Bonjour. Ici { $organization }. Vous allez entendre un code pour choisir un nouveau mot de passe sur { $host }. Ne le donnez à personne. Si vous n’avez pas demandé cet appel, raccrochez simplement.
call-notice = Bonjour. Ici { $organization }. Vos informations de sécurité sur { $host } ont changé. Si ce n’est pas vous, prévenez immédiatement votre administrateur.
call-test = Bonjour. Ici { $organization }. Ceci est un appel de test de { $host }. Vous n’avez rien à faire. Au revoir.

# Courriels.

email-enrollment =
    .subject = { $organization } : confirmez votre adresse électronique pour { $host }
    .lead = Vous ajoutez cette adresse électronique à vos informations de sécurité sur { $host }. Saisissez-y ce code :
    .otherwise = Si vous n’avez rien demandé, ignorez ce message. Sans le code, personne ne peut ajouter votre adresse.
email-sign-in =
    .subject = { $organization } : votre code de connexion à { $host }
    .lead = Vous vous connectez à { $place }. Saisissez-y ce code :
    .otherwise = Si ce n’est pas vous, quelqu’un connaît votre mot de passe. Changez-le immédiatement et prévenez votre administrateur.
email-password-reset =
    .subject = { $organization } : votre code pour un nouveau mot de passe sur { $host }
    .lead = Vous souhaitez choisir un nouveau mot de passe sur { $host }. Saisissez-y ce code :
    .otherwise = Si vous n’avez rien demandé, ignorez ce message. Votre mot de passe reste inchangé. Si cela se reproduit, prévenez votre administrateur.
email-notice =
    .subject = { $organization } : vos informations de sécurité sur { $host } ont changé
    .lead = Vos informations de sécurité sur { $host } ont changé.
    .otherwise = Si ce n’est pas vous, prévenez immédiatement votre administrateur.
email-test =
    .subject = { $organization } : courriel de test de { $host }
    .lead = Ceci est un courriel de test de { $host }. Il est arrivé.
    .otherwise = Vous n’avez rien à faire.

email-greeting = { $knows-user ->
    [yes] Bonjour { $user },
   *[no] Bonjour,
}
email-valid = Le code est valable { $unit ->
    [minutes] { $valid ->
        [one] une minute
       *[other] { $valid } minutes
    }
   *[seconds] { $valid ->
        [one] une seconde
       *[other] { $valid } secondes
    }
}. Si vous en demandez un nouveau, seul le nouveau compte.
email-secrecy = Ne donnez le code à personne. Personne travaillant pour { $organization } ne vous le demandera jamais.
email-organization = Organisation :
email-host = Machine :
email-service = Service :
email-origin = Demandé depuis :
