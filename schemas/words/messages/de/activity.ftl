# Was in einem Konto geschehen ist: die Zeilen einer Liste und ihre Überschriften.

activity-title-when = Wann
activity-title-what = Was
activity-title-where = Wo
activity-title-number = Nr.
activity-none = In diesem Konto ist noch nichts geschehen.
activity-more = Ältere: secinfo activity --before { $number }
activity-proved = Jede Zeile steht nachweislich im Protokoll, unter dessen Prüfpunkt von { $size } Ereignissen.
activity-not-proved = Ereignis { $number } steht nicht nachweislich im Protokoll: { $problem }; sagen Sie es der Administration dieses Rechners
activity-of = { $what }: { $method }
activity-by = durch { $name }

activity-verification-succeeded = { $purpose ->
    [password-reset] Nachweis zum Zurücksetzen des Passworts
   *[other] { $at_service ->
        [yes] Angemeldet
       *[no] Nachweis erbracht
    }
}
activity-verification-failed = { $reason ->
    [used-code] Abgelehnt, Code war schon benutzt
    [wrong-assertion] Abgelehnt, Antwort eines anderen Sicherheitsschlüssels
    [user-verification-missing] Abgelehnt, Sicherheitsschlüssel ohne PIN oder Fingerabdruck
    [wrong-pin] Abgelehnt, falsche PIN eines Sicherheitsschlüssels
    [counter-not-increased] Abgelehnt, vom Sicherheitsschlüssel gibt es vielleicht eine Kopie
   *[other] Abgelehnt, falscher Code
}
activity-remembered-sign-in = Ohne Nachfrage angemeldet, in einem gemerkten Terminal
activity-break-glass-used = Mit einem Notfallcode angemeldet
activity-activation-failed = Falscher Code beim Hinzufügen einer Methode
activity-set-up-postponed = Einrichten einer Methode aufgeschoben
activity-code-requested = Code geschickt
activity-message-failed = Nachricht nicht zugestellt
activity-approval-requested = Anfrage an das Telefon geschickt
activity-approval-answered = { $reason ->
    [accepted] Auf dem Telefon bestätigt
    [wrong-number] Auf dem Telefon falsche Zahl gewählt
    [not-me] Auf dem Telefon als fremd abgelehnt
   *[other] Auf dem Telefon abgelehnt
}
activity-locked = Nach falschen Codes gesperrt
activity-unlocked = Sperren aufgehoben
activity-method-enrolled = Hinzugefügt
activity-method-imported = Aus einem anderen System übernommen
activity-method-renamed = Umbenannt
activity-method-deleted = { $reason ->
    [used-up] Aufgebraucht
    [expired] Abgelaufen
    [replaced] Durch Neues ersetzt
    [waiting-over] Nach der Wartezeit gelöscht
    [administrator] Von der Administration gelöscht
   *[other] Gelöscht
}
activity-deletion-scheduled = Löschung geplant
activity-deletion-cancelled = Löschung abgebrochen
activity-default-changed = Standardmethode geändert
activity-recovery-codes-issued = Ausgestellt
activity-access-pass-issued = Von der Administration ausgestellt
activity-token-resynchronized = Wieder in Takt gebracht
activity-password-reset = Neues Passwort festgelegt
activity-password-reset-failed = Neues Passwort nicht festgelegt
activity-password-reset-locked = Zurücksetzen des Passworts nach falschen Antworten gesperrt
activity-account-locked = Konto gesperrt
activity-user-renamed = Auf einen neuen Namen übertragen
activity-account-unlocked = Konto entsperrt
activity-activity-reported = Als fremd gemeldet

# „Das war ich nicht“, und das Konto sperren.

page-account-locked = Dieses Konto ist gesperrt, seit { $when }: Niemand kann sich anmelden. Entsperren: secinfo unlock
lock-warning = Niemand wird sich an Ihrem Konto anmelden oder sein Passwort zurücksetzen können, bis Ihre stärkste Methode es entsperrt oder die Administration. Was Ihre Anmeldungen hinterlassen haben, endet.
lock-sessions = Was auf diesem Rechner unter Ihrem Namen läuft, endet sofort, auch diese Sitzung. Ungespeichertes geht verloren.
lock-confirm = Konto jetzt sperren?
lock-nothing = Nichts wurde gesperrt.
lock-yes-missing = ohne Terminal sperrt nur: secinfo lock --yes
account-locked = Ihr Konto ist gesperrt. Zum Entsperren weisen Sie sich mit Ihrer stärksten Methode aus: secinfo unlock
account-locked-of = Das Konto von { $user } ist gesperrt. Entsperren: secinfo unlock { $word }
account-unlocked = Ihr Konto ist entsperrt.
account-not-locked = Ihr Konto ist nicht gesperrt.
report-warning = Gemeldet wird, dass Sie das nicht waren:
report-confirm = Melden?
report-nothing = Nichts wurde gemeldet.
report-yes-missing = ohne Terminal meldet nur: secinfo activity --not-me SEQ --yes
reported = Das ist gemeldet. Was Ihre Anmeldungen hinterlassen haben, ist ungültig; für Änderungen weisen Sie sich neu aus.
report-next = Ändern Sie Ihr Passwort, und löschen Sie Methoden, die nicht von Ihnen sind.
report-no-line = in Ihrem Konto gibt es keine Zeile { $number }; siehe: secinfo activity
