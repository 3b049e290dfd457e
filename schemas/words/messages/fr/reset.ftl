# Ce qu’on lit en choisissant un nouveau mot de passe parce qu’on a oublié le sien.
#
# Tant que rien n’est prouvé, un étranger lit la même chose que l’utilisateur, même pour un nom qu’aucun
# compte ne porte : rien ici ne doit en dire plus. Une invite finit là où l’on répond.

reset-lead = { $second ->
    [yes] Il faut encore une preuve, par un autre moyen. Lequel ?
   *[no] Pour choisir un nouveau mot de passe, prouvez que le compte est à vous. Par quel moyen ?
}
reset-number = Numéro :{" "}
reset-code = Code ({ $way }) (? pour un autre moyen) :{" "}
reset-secret = { $way } (? pour un autre moyen) :{" "}
reset-question = Question { $number } sur { $count } : { $question } (? pour un autre moyen) :{" "}
reset-sent = Si ce compte permet cette preuve, un code a été envoyé { $by } ; il met une minute au plus. Code (Entrée pour un nouveau, ? pour un autre moyen) :{" "}
reset-sent-to = { $way } : un code a été envoyé à { $hint }. Code (Entrée pour un nouveau, ? pour un autre moyen) :{" "}
reset-push = Si ce compte permet cette preuve, son téléphone vient d’être interrogé, sauf s’il l’a été à l’instant : ouvrez privacyIDEA Authenticator, approuvez et tapez le code à { $digits } chiffres (Entrée pour demander encore, ? pour un autre moyen) :{" "}
reset-password = Nouveau mot de passe :{" "}
reset-again = Le nouveau mot de passe encore une fois :{" "}
reset-choice = Choisissez maintenant :
reset-choice-password = Choisir un nouveau mot de passe
reset-choice-unlock = Garder le mot de passe et lever les blocages que des codes faux ont mis sur vos méthodes

reset-note-wrong = Cela n’a pas été accepté. Vérifiez, et attendez quelques secondes avant de réessayer : un code qui a servi ne vaut plus.
reset-note-busy = Trop de réponses d’autres personnes sont en cours de vérification, et la vôtre n’a pas été lue : réessayez dans quelques secondes.
reset-note-differ = Les deux n’étaient pas identiques.
reset-note-unfit = Ce ne peut pas être un mot de passe : prenez de 1 à 511 octets sans caractères de contrôle.
reset-note-refused = Ce mot de passe n’a pas été accepté.

reset-end-set = Votre nouveau mot de passe est en place : connectez-vous avec lui.
reset-end-unlocked = Les blocages de vos méthodes sont levés, et votre mot de passe reste le même.
reset-end-not-proved = La preuve n’a pas été faite : recommencez, ou demandez à l’administrateur. Après plusieurs erreurs, la réinitialisation est refusée pendant un jour.
reset-end-expired = Cela a pris trop de temps : recommencez.
reset-end-lacking = Ce compte n’a pas de second moyen de preuve : demandez un nouveau mot de passe à l’administrateur.
reset-end-barred = Le mot de passe de ce compte ne peut pas être changé ici : demandez à l’administrateur.
reset-end-elsewhere = Le mot de passe de ce compte n’est pas gardé avec ceux de cette machine : changez-le là où il est gardé, ou demandez à l’administrateur.
reset-end-failed = Le mot de passe n’a pas pu être changé, et l’ancien reste valable : réessayez plus tard, ou demandez à l’administrateur.
reset-end-unknown = Il n’est pas certain quel mot de passe est valable : essayez le nouveau, puis l’ancien. Si aucun n’est accepté, recommencez.

# À l’ouverture de session, où la politique le rappelle.

reset-lacking = Vous ne pourriez pas réinitialiser un mot de passe oublié : ajoutez encore { $count ->
    [one] une méthode
   *[other] { $count } méthodes
} avec secinfo add.

# Ce que dit la commande.

reset-name = Nom du compte :{" "}
reset-cancelled = rien n’a été changé ; recommencez avec : secinfo reset
reset-over = cela a pris trop de temps, ou une réinitialisation plus récente l’a remplacée ; recommencez avec : secinfo reset
reset-not-offered = les mots de passe ne sont pas réinitialisés sur cette machine ; demandez-en un nouveau à l’administrateur
reset-limits = trop de réinitialisations ont été commencées d’ici ; attendez un moment, ou demandez à l’administrateur
reset-fault = le mot de passe ne peut pas être réinitialisé pour le moment à cause d’une panne de cette machine ; demandez à l’administrateur
reset-stopping = secinfod s’arrête ; recommencez dans un instant
reset-needs-terminal = ce que vous tapez serait visible, parce qu’il n’y a pas de terminal ici ; connectez-vous avec : ssh -t
