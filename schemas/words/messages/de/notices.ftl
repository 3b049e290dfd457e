# Nachrichten darüber, was mit den Sicherheitsinformationen geschehen ist.

notice-added = Eine Methode wurde hinzugefügt: { $kind }.
notice-deleted = Eine Methode wurde gelöscht: { $kind }.
notice-deletion-scheduled = Eine Methode wird nach ihrer Wartezeit gelöscht: { $kind }. Bis dahin können Sie das abbrechen.
notice-deletion-cancelled = Eine Methode, die gelöscht werden sollte, bleibt: { $kind }.
notice-default = Ihre Standardmethode ist jetzt: { $kind }.
notice-no-default = Sie haben keine Standardmethode mehr.
notice-recovery-codes = Neue Wiederherstellungscodes wurden ausgestellt. Frühere sind ungültig.
notice-access-pass = Die Administration hat einen Zugangspass für Ihr Konto ausgestellt.
notice-locked = Falsche Codes oder PINs haben eine Methode für eine Weile gesperrt: { $kind }.
notice-may-be-copied = Von einem Ihrer Sicherheitsschlüssel gibt es vielleicht eine Kopie: Sein Zähler ist nicht gewachsen. Löschen Sie diesen Schlüssel, und fügen Sie einen anderen hinzu.
notice-unlocked = Die Administration hat die Sperren Ihrer Methoden aufgehoben.
notice-unlocked-by-reset = Die Sperren Ihrer Methoden wurden nach einem Nachweis beim Zurücksetzen des Passworts aufgehoben.
notice-password-reset = Für Ihr Konto wurde beim Zurücksetzen ein neues Passwort festgelegt.
notice-administrator-reset = Für jemanden, der diesen Rechner administriert, wurde beim Zurücksetzen ein neues Passwort festgelegt. Das Protokoll sagt, für wen.
notice-administrator-unlocked-by-reset = Die Sperren der Methoden von jemandem, der diesen Rechner administriert, wurden nach einem Nachweis beim Zurücksetzen aufgehoben. Das Protokoll sagt, für wen.
notice-password-uncertain = Das Zurücksetzen Ihres Passworts wurde unterbrochen: Es kann das neue Passwort gelten oder das bisherige.
notice-reset-locked = Falsche Antworten haben das Zurücksetzen Ihres Passworts für eine Weile gesperrt.
notice-reset-locked-kind = Falsche Antworten haben diese Methode für das Zurücksetzen des Passworts eine Weile gesperrt: { $kind }.
notice-not-me = Eine Anmeldung wurde auf Ihrem Telefon als fremd abgelehnt: { $service }{ $has_origin ->
    [yes] , von { $origin }
   *[no] {""}
}. Jemand kennt Ihr Passwort: Ändern Sie es. Anfragen an Ihr Telefon ruhen eine Zeit lang.
notice-not-me-own = Die Anfrage eines Programms unter Ihrem Konto wurde auf Ihrem Telefon als fremd abgelehnt. Wenn Sie sie nicht begonnen haben, ist das Programm nicht von Ihnen: Sehen Sie nach, welche laufen. Anfragen an Ihr Telefon ruhen eine Zeit lang.
notice-not-me-reset = Ein Zurücksetzen Ihres Passworts wurde auf Ihrem Telefon als fremd abgelehnt. Nichts wurde geändert, und beim Zurücksetzen wird Ihr Telefon eine Zeit lang nicht gefragt.
notice-break-glass = Jemand hat sich mit einem Notfallcode angemeldet, den die Administration für Sie erstellt hatte.
notice-account-locked = Ihr Konto ist gesperrt: Niemand kann sich anmelden oder das Passwort zurücksetzen. Ihre stärkste Methode entsperrt es, oder die Administration.
notice-renamed = Ihre Sicherheitsinformationen gehören jetzt zu Ihrem neuen Namen. Das hat die Administration dieses Rechners festgelegt.
notice-account-unlocked = Ihr Konto wurde mit einer Ihrer Methoden entsperrt: { $kind }. Wenn Sie das nicht waren, sperren Sie es wieder: secinfo lock
notice-account-unlocked-by-administrator = Die Administration hat Ihr Konto entsperrt.
notice-reported = Etwas, was in Ihrem Konto geschehen ist, wurde als fremd gemeldet. Was Ihre Anmeldungen hinterlassen haben, ist ungültig. Sehen Sie nach, was geschehen ist, und sperren Sie nötigenfalls das Konto: secinfo activity, secinfo lock
notice-administrator-account-locked = Jemand hat auf diesem Rechner das eigene Konto gesperrt, wie man es gegen Eindringlinge tut. Welches: sudo secinfo users
notice-administrator-renamed = Jemand wurde auf diesem Rechner nicht eingelassen: Das Konto hatte einen anderen Namen mit Methoden, oder es hat die UID eines ausgeschiedenen Benutzers. Welches: sudo secinfo users --departed
notice-administrator-reported = Jemand hat auf diesem Rechner gemeldet, dass andere das eigene Konto benutzt haben. Wer, sagt das Protokoll: sudo secinfo audit log --type activity-reported
notice-new-place = Sie haben sich von einem Ort aus angemeldet, von dem aus Sie sich lange nicht angemeldet haben{ $has_origin ->
    [yes] : { $origin }
   *[no] {""}
}. Wenn Sie das nicht waren: secinfo activity, secinfo lock
