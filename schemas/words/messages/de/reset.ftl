# Was man liest, während man ein neues Passwort setzt, weil man das alte vergessen hat.
#
# Bis etwas bewiesen ist, lesen Fremde dasselbe wie der Benutzer, auch zu einem Namen, den kein Konto hat:
# Nichts darf hier mehr sagen. Eine Aufforderung endet dort, wo die Antwort eingegeben wird.

reset-lead = { $second ->
    [yes] Es fehlt noch ein Nachweis auf einem anderen Weg. Wie können Sie ihn geben?
   *[no] Um ein neues Passwort zu setzen, weisen Sie nach, dass das Konto Ihnen gehört. Wie können Sie das?
}
reset-number = Nummer:{" "}
reset-code = Code von { $way } (? für einen anderen Weg):{" "}
reset-secret = { $way } (? für einen anderen Weg):{" "}
reset-question = Frage { $number } von { $count }: { $question } (? für einen anderen Weg):{" "}
reset-sent = Wenn der Nachweis bei diesem Konto so möglich ist, wurde ein Code { $by } geschickt; er braucht höchstens eine Minute. Code (Enter für einen neuen, ? für einen anderen Weg):{" "}
reset-sent-to = { $way }: Ein Code wurde an { $hint } geschickt. Code (Enter für einen neuen, ? für einen anderen Weg):{" "}
reset-push = Wenn der Nachweis bei diesem Konto so möglich ist, wurde sein Telefon gerade gefragt, sofern das nicht eben erst geschah: Öffnen Sie privacyIDEA Authenticator, stimmen Sie zu, und geben Sie den { $digits }-stelligen Code ein (Enter fragt noch einmal, ? für einen anderen Weg):{" "}
reset-password = Neues Passwort:{" "}
reset-again = Das neue Passwort noch einmal:{" "}
reset-choice = Wählen Sie nun:
reset-choice-password = Ein neues Passwort setzen
reset-choice-unlock = Das Passwort behalten und die Sperren aufheben, die falsche Codes für Ihre Methoden bewirkt haben

reset-note-wrong = Das wurde nicht angenommen. Prüfen Sie es, und warten Sie einige Sekunden, bevor Sie es wieder versuchen: Ein benutzter Code gilt nicht noch einmal.
reset-note-busy = Im Moment wird zu viel für andere geprüft, und das wurde nicht angesehen: Versuchen Sie es in einigen Sekunden wieder.
reset-note-differ = Das war zweimal nicht dasselbe.
reset-note-unfit = Das kann kein Passwort sein: Nehmen Sie 1 bis 511 Byte ohne Steuerzeichen.
reset-note-refused = Dieses Passwort wurde nicht angenommen.

reset-end-set = Ihr neues Passwort ist gesetzt: Melden Sie sich damit an.
reset-end-unlocked = Die Sperren Ihrer Methoden sind aufgehoben, und Ihr Passwort ist das bisherige.
reset-end-not-proved = Der Nachweis ist nicht gelungen: Beginnen Sie von vorn, oder fragen Sie die Administration. Nach mehreren Fehlern ist das Zurücksetzen einen Tag lang gesperrt.
reset-end-expired = Das hat zu lange gedauert: Beginnen Sie von vorn.
reset-end-lacking = Dieses Konto hat keinen zweiten Weg für einen Nachweis: Bitten Sie die Administration um ein neues Passwort.
reset-end-barred = Das Passwort dieses Kontos kann hier nicht gesetzt werden: Fragen Sie die Administration.
reset-end-elsewhere = Das Passwort dieses Kontos liegt nicht bei denen dieses Rechners: Ändern Sie es dort, wo es liegt, oder fragen Sie die Administration.
reset-end-failed = Das Passwort konnte nicht gesetzt werden, und das bisherige gilt: Versuchen Sie es später wieder, oder fragen Sie die Administration.
reset-end-unknown = Es ist nicht sicher, welches Passwort gilt: Versuchen Sie es mit dem neuen, dann mit dem bisherigen. Gilt keines, beginnen Sie von vorn.

# Bei der Anmeldung, wo die Richtlinie daran erinnert.

reset-lacking = Ein vergessenes Passwort könnten Sie nicht zurücksetzen: Fügen Sie mit secinfo add noch { $count ->
    [one] eine Methode
   *[other] { $count } Methoden
} hinzu.

# Was der Befehl sagt.

reset-name = Name des Kontos:{" "}
reset-cancelled = es wurde nichts geändert; beginnen Sie von vorn mit: secinfo reset
reset-over = das hat zu lange gedauert, oder ein neueres Zurücksetzen hat es abgelöst; beginnen Sie von vorn mit: secinfo reset
reset-not-offered = auf diesem Rechner werden keine Passwörter zurückgesetzt; bitten Sie die Administration um ein neues
reset-limits = von hier aus wurde zu oft ein Zurücksetzen begonnen; warten Sie eine Weile, oder fragen Sie die Administration
reset-fault = das Passwort kann wegen eines Fehlers dieses Rechners im Moment nicht zurückgesetzt werden; fragen Sie die Administration
reset-stopping = secinfod wird gerade beendet; beginnen Sie gleich von vorn
reset-needs-terminal = was Sie eingeben, wäre zu sehen, weil es hier kein Terminal gibt; verbinden Sie sich mit: ssh -t
