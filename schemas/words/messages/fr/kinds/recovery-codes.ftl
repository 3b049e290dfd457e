kind-recovery-codes = Codes de récupération
    .inline = codes de récupération
    .one = Code de récupération
    .question = Un de vos codes de récupération
    .deleted = Détruisez le papier avec les codes : ils ne valent plus rien.

add-codes-former = Vous avez des codes de récupération, dont { $count } encore utilisables. Ils ne fonctionneront plus dès que vous en aurez de nouveaux.
add-codes-confirm = En créer de nouveaux ?
add-codes-kept = Les anciens codes restent valables.
add-codes-yes-missing = ajoutez --yes pour invalider les anciens codes quand l’entrée standard n’est pas un terminal
add-codes-shown = Ces codes ne sont affichés que maintenant. Imprimez-les ou notez-les, et gardez-les là où vous les retrouverez si vous perdez votre appareil, et où personne d’autre ne les trouvera. Chacun sert une fois.
add-codes-void = Les codes que vous aviez avant ne sont plus valables.
