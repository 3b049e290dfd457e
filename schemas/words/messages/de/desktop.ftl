# Benachrichtigungen auf dem Desktop. Was geschehen ist, sagen die Sätze in notices.ftl.

desktop-title = Sicherheitsinformationen
desktop-open = Sicherheitsinformationen öffnen
desktop-since = Während Ihrer Abwesenheit:
desktop-account-locked = Ihr Konto ist gesperrt: Jede Anmeldung wird abgelehnt, bis Sie eine starke Methode nachweisen oder ein Administrator die Sperre aufhebt.
desktop-account-unlocked = Ihr Konto ist nicht mehr gesperrt.
desktop-lock = Mein Konto jetzt sperren
desktop-lock-question = Ihr Konto sperren? Jede Anmeldung wird dann abgelehnt, bis Sie eine starke Methode nachweisen oder ein Administrator die Sperre aufhebt.
desktop-not-locked = Ihr Konto konnte nicht gesperrt werden. Öffnen Sie die Sicherheitsinformationen, oder wenden Sie sich an einen Administrator.
