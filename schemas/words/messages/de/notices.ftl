# Nachrichten darüber, was mit den Sicherheitsinformationen geschehen ist.

news-added = Eine Methode wurde hinzugefügt: { $kind }.
news-deleted = Eine Methode wurde gelöscht: { $kind }.
news-deletion-scheduled = Eine Methode wird nach ihrer Wartezeit gelöscht: { $kind }. Bis dahin können Sie das abbrechen.
news-deletion-cancelled = Eine Methode, die gelöscht werden sollte, bleibt: { $kind }.
news-default = Ihre Standardmethode ist jetzt: { $kind }.
news-no-default = Sie haben keine Standardmethode mehr.
news-recovery-codes = Neue Wiederherstellungscodes wurden ausgestellt. Frühere sind ungültig.
news-access-pass = Die Administration hat einen Zugangspass für Ihr Konto ausgestellt.
news-locked = Falsche Codes haben eine Methode für eine Weile gesperrt: { $kind }.
news-unlocked = Die Administration hat die Sperren Ihrer Methoden aufgehoben.
news-break-glass = Jemand hat sich mit einem Notfallcode angemeldet, den die Administration für Sie erstellt hatte.
