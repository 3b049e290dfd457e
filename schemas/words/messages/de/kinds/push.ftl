kind-push = Telefon
    .inline = Telefon
    .one = Code auf Ihrem Telefon
    .question = { $digits }-stelliger Code von Ihrem Telefon{ $labelled ->
        [yes] {" "}({ $label })
       *[no] {""}
    }
    .deleted = Entfernen Sie den Eintrag auch aus der App auf dem Telefon: Er ist jetzt wertlos.

# What the phone shows: first the title, then the question.
push-title-sign-in = Anmeldung an { $host }
push-title-password-reset = Neues Passwort an { $host }
push-title-own = Bestätigung an { $host }
push-title-enrollment = Test von { $host }
push-question = { $service }{ $has_origin ->
    [yes] {" "}von { $origin }
   *[no] {""}
} als { $account }
push-question-own = Ein Programm von { $account } an diesem Rechner
push-question-enrollment = Haben Sie dieses Telefon gerade für { $account } hinzugefügt?
push-question-plain = Angefragt von { $account }{ $has_origin ->
    [yes] {" "}von { $origin }
   *[no] {""}
}
# Below the code that the phone shows.
push-code-message = Geben Sie diesen Code an { $host } ein, wo Sie begonnen haben. Nennen Sie ihn niemandem.
push-doorbell = Eine Anmeldung an { $host } wartet.

# In the command: adding a phone.

add-push-install = Installieren Sie privacyIDEA Authenticator auf Ihrem Telefon, Version 4.7.0 oder neuer: Die App ist kostenlos, für Android und iPhone.
add-push-scan = Lesen Sie dann in der App den QR-Code darunter ein. Wenn Sie das hier auf dem Telefon selbst lesen, öffnen Sie dort diesen Link:
add-push-open = Öffnen Sie dann auf dem Telefon diesen Link:
add-push-small = (Das Fenster ist zu klein für den QR-Code. Machen Sie es mindestens { $columns } Spalten breit und { $rows } Zeilen hoch, und beginnen Sie von vorn, oder nehmen Sie --qr-file.)
add-push-file = Der QR-Code steht in { $path }. Löschen Sie die Datei, sobald die App ihn hat.
add-push-waiting = Das Telefon wird erwartet, höchstens { $length } lang. Mit Strg-C wird nichts hinzugefügt.
add-push-old-app = Die App auf dem Telefon ist zu alt, um Codes zu zeigen. Bringen Sie sie auf 4.7.0 oder neuer, löschen Sie den Eintrag dort, und lesen Sie den Code noch einmal ein.
add-push-approve = Das Telefon ist da. Stimmen Sie in der App der Testanfrage zu (herunterziehen, wenn sie nicht erscheint), und geben Sie die { $digits } Ziffern ein, die sie dann zeigt.
add-push-question = { $digits }-stelliger Code von Ihrem Telefon (Enter schickt eine neue Anfrage):
add-push-again = Stimmen Sie in der App der Testanfrage zu, und geben Sie die { $digits } Ziffern ein, die sie dann zeigt.
add-push-asking = Das Telefon wird gefragt …
add-push-declined = Die Testanfrage wurde auf dem Telefon abgelehnt. Enter schickt eine neue, mit Strg-C wird nichts hinzugefügt.
add-push-expired = Die Testanfrage gilt nicht mehr. Enter schickt eine neue.
add-push-attempts = Geben Sie die Ziffern ein, die das Telefon zeigt, sobald Sie der neuesten Anfrage zugestimmt haben. Verbleibende Versuche: { $attempts }.
add-push-app = Die Codes einer Authenticator-App gehen auch, wo das Telefon kein Netz hat, und dieselbe App auf dem Telefon kann sie zeigen.
add-push-with-app = Auch eine Authenticator-App hinzufügen?

# In the command: proving who one is.

proof-phone = Stimmen Sie auf Ihrem Telefon der Anfrage zu: Öffnen Sie privacyIDEA Authenticator (schon offen? herunterziehen). Geben Sie dann die { $digits } Ziffern ein, die es zeigt.{ $has_app ->
    [yes] {" "}Der { $app_digits }-stellige Code Ihrer App geht auch.
   *[no] {""}
}
proof-phone-number = Wählen Sie { $number } auf Ihrem Telefon, in privacyIDEA Authenticator (schon offen? herunterziehen).
proof-phone-chosen = Drücken Sie Enter, sobald Sie { $number } gewählt haben:
proof-phone-marks = (Enter fragt neu, sobald diese Anfrage vorbei ist. ? für eine andere Methode.)
proof-phone-soon = Die nächste Anfrage an Ihr Telefon geht in { $seconds } s: bitte warten.
