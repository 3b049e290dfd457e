kind-recovery-codes = Wiederherstellungscodes
    .inline = Wiederherstellungscodes
    .one = Wiederherstellungscode
    .question = Einer Ihrer Wiederherstellungscodes
    .deleted = Vernichten Sie das Papier mit den Codes: Sie sind jetzt wertlos.

add-codes-former = Sie haben Wiederherstellungscodes, unbenutzt: { $count }. Sie gelten nicht mehr, sobald Sie neue bekommen.
add-codes-confirm = Neue ausstellen?
add-codes-kept = Die bisherigen Codes gelten weiter.
add-codes-yes-missing = geben Sie --yes an, um die bisherigen Codes ungültig zu machen, wenn die Standardeingabe kein Terminal ist
add-codes-shown = Diese Codes werden nur jetzt angezeigt. Drucken Sie sie aus, oder schreiben Sie sie auf, und verwahren Sie sie dort, wo Sie sie finden, wenn Sie Ihr Gerät verlieren, und sonst niemand. Jeder gilt einmal.
add-codes-void = Die bisherigen Codes sind ungültig.
