# Die Seite für einen selbst.

page-title = Sicherheitsinformationen
page-administration = Administration
page-loading = Ihre Sicherheitsinformationen werden gelesen …
page-away = Der Dienst ist nicht da
page-away-text = secinfod läuft auf diesem Rechner gerade nicht. Nichts ist verloren: Die Seite geht weiter, sobald der Dienst wieder da ist. Bleibt er weg, sagen Sie es der Administration.
page-failed = Ihre Sicherheitsinformationen lassen sich nicht zeigen
page-again = Noch einmal versuchen
page-close = Schließen
page-cancel = Abbrechen
page-back = Zurück
page-continue = Weiter
notice-danger = Problem:
notice-warning = Warnung:
notice-info = Hinweis:
notice-success = Erfolg:
page-done = Fertig

# Zeiten.

time-never = nie
time-today = heute
time-yesterday = gestern
time-moment = { $day ->
    [today] heute um { $hour }
    [yesterday] gestern um { $hour }
    [tomorrow] morgen um { $hour }
   *[date] am { $date } um { $hour }
}
# Dasselbe hinter „bis“.
time-limit = { $day ->
    [today] heute um { $hour }
    [yesterday] gestern um { $hour }
    [tomorrow] morgen um { $hour }
   *[date] { $date } um { $hour }
}
time-seconds = { $count ->
    [one] { $count } Sekunde
   *[other] { $count } Sekunden
}
time-minutes = { $count } Minuten
time-hours = { $count } Stunden
time-days = { $count } Tage

# Methoden.

method-plain = { $kind }
method-labelled = { $kind } „{ $label }“
method-hinted = { $kind } { $hint }
hint-place = { $number } ({ $place })
error-unknown = Das ging nicht, aus einem Grund, den diese Seite nicht kennt ({ $name }). Versuchen Sie es noch einmal, oder fragen Sie die Administration.
error-Unreachable = Der Dienst ist gerade nicht erreichbar. Versuchen Sie es gleich noch einmal.
error-Unsupported = Der Dienst und diese Seite haben verschiedene Versionen: Bitten Sie die Administration, zueinander passende zu installieren.
error-AccessDenied = Dafür braucht es Administrationszugriff: Schalten Sie ihn oben auf der Seite ein.
error-InvalidArgument = Das lässt sich nicht verwenden: Prüfen Sie, was Sie eingegeben haben.

# Die Liste der Methoden.

list-default = Standardmethode für die Anmeldung: { $method }
list-no-default = Standardmethode für die Anmeldung: keine
list-change-default = Ändern
list-add = Methode hinzufügen
list-methods = Ihre Methoden
list-is-default = Standard
list-serves = Dient für
list-serves-sign-in = Anmeldung
list-serves-password-reset = neues Passwort
list-serves-nothing = nichts
list-added = Hinzugefügt
list-used = Zuletzt benutzt
list-empty = Sie haben noch keine Methode
list-empty-text = Eine Methode beweist, dass Sie es sind, wenn jemand anderes Ihr Passwort kennt. In zwei Minuten ist eine hinzugefügt.
list-nothing-allowed = Die Richtlinie lässt Sie auf diesem Rechner keine Methode hinzufügen. Fragen Sie die Administration.
list-used-today = heute um { $hour }
list-actions = Aktionen für { $method }
method-quoted = „{ $label }“
method-may-be-copied = Von diesem Schlüssel gibt es vielleicht eine Kopie: Löschen Sie ihn, und fügen Sie einen anderen hinzu.
method-deletion = Wird { $when } gelöscht.
method-locked = Nach falschen Codes gesperrt bis { $when }.
method-confirm = Ist das noch Ihre? Ein Code bestätigt es.
method-confirm-now = Bestätigen
method-confirmed = { $method } ist bestätigt.
method-begins = Beginnt { $when }.
method-expires = Läuft { $when } ab.
method-expired = Abgelaufen { $when }.
method-not-allowed = Von der Richtlinie abgeschaltet: wird nicht mehr verlangt.
method-codes-left = { $count ->
    [0] Kein Code mehr übrig
    [one] Noch { $count } Code
   *[other] Noch { $count } Codes
}
method-keep = Methode behalten
method-new-codes = Neue Codes ausstellen
action-rename = Umbenennen
action-resynchronize = Neu abgleichen
action-delete = Löschen
action-codes = Neue Codes ausstellen
action-keep = Löschung zurücknehmen

# Was man wissen oder tun sollte.

attention-locked = Nach falschen Codes wird bis { $when } kein Code angenommen.
attention-push-paused = Bis { $when } werden keine Anfragen an Ihr Telefon geschickt, weil dort eine als fremd abgelehnt wurde. Wenn sie nicht von Ihnen kam, ändern Sie Ihr Passwort.
attention-required-by = { $count ->
    [one] Ihre Organisation verlangt noch eine Methode, bis { $when }.
   *[other] Ihre Organisation verlangt noch { $count } Methoden, bis { $when }.
}
attention-required-now = { $count ->
    [one] Ihre Organisation verlangt noch eine Methode. Fügen Sie sie jetzt hinzu: Ohne sie kann die Anmeldung abgelehnt werden.
   *[other] Ihre Organisation verlangt noch { $count } Methoden. Fügen Sie sie jetzt hinzu: Ohne sie kann die Anmeldung abgelehnt werden.
}
attention-reset = { $count ->
    [one] Um ein vergessenes Passwort zurückzusetzen, brauchen Sie noch eine Methode.
   *[other] Um ein vergessenes Passwort zurückzusetzen, brauchen Sie noch { $count } Methoden.
}
attention-codes = Falls Sie Ihr Gerät verlieren, helfen Wiederherstellungscodes.
attention-codes-get = Wiederherstellungscodes holen

# Unter der Liste.

lost-title = Etwas verloren? Was zu tun ist
lost-text = Weisen Sie sich mit einer anderen Methode oder einem Wiederherstellungscode aus, löschen Sie die verlorene Methode, und fügen Sie eine neue hinzu. Haben Sie nichts anderes, bitten Sie die Administration um einen Zugangspass.
fresh-until = Sie haben sich ausgewiesen; das gilt bis { $when }.
fresh-none = Vor Änderungen werden Sie gebeten, sich auszuweisen.
fresh-prove = Jetzt ausweisen

# Umbenennen.

rename-title = { $method } umbenennen
rename-label = Bezeichnung
rename-submit = Umbenennen
rename-done = Heißt jetzt { $method }.

# Den Standard ändern.

default-title = Standardmethode für die Anmeldung ändern
default-choices = Methode, nach der bei der Anmeldung zuerst gefragt wird
default-confirm = Bestätigen
default-set = Ihre Standardmethode für die Anmeldung ist jetzt { $method }.

# Löschen.

delete-title = { $method } löschen?
delete-warning = Das lässt sich nicht rückgängig machen: Der Schlüssel dazu wird vernichtet.
delete-next-default = { $method } wird Ihre Standardmethode für die Anmeldung.
delete-no-default = Sie haben dann keine Standardmethode für die Anmeldung mehr.
delete-wait = Weisen Sie sich mit einer schwächeren Methode als dieser aus, wird sie erst nach { $length } gelöscht, und bis dahin können Sie das zurücknehmen.
delete-confirm = Löschen
delete-done = { $method } ist gelöscht.
delete-later = { $method } wird { $when } gelöscht.
delete-later-text = Sie haben sich mit einer schwächeren Methode ausgewiesen. Bis dahin bleibt alles, wie es ist, und Sie können es in der Liste zurücknehmen.
delete-cancelled = { $method } bleibt erhalten.

# Einen Hardware-Token abgleichen.

resync-title = { $method } neu abgleichen
resync-text = Werden seine Codes nicht mehr angenommen, bringen zwei Codes nacheinander den Token wieder in Takt.
resync-first = Der Code, den der Token jetzt zeigt
resync-second = Der nächste Code, den er zeigt
resync-submit = Abgleichen
resync-done = { $method } ist wieder in Takt.

# Sich ausweisen.

verify-title = Weisen Sie sich aus
verify-lead = Bevor Sie Ihre Sicherheitsinformationen ändern, weisen Sie sich aus.
verify-starting = Wird gefragt …
verify-choose = Wie wollen Sie sich ausweisen?
verify-other = Andere Methode
verify-submit = Bestätigen
verify-unknown = Diese Seite weiß nicht, wie nach dieser Methode gefragt wird. Nehmen Sie eine andere.
code-question = { $digits ->
    [0] Code
   *[other] { $digits }-stelliger Code
}
code-missing = Geben Sie den Code ein.
code-attempts = { $count ->
    [one] { $text } Noch ein Versuch.
   *[other] { $text } Noch { $count } Versuche.
}
code-title = Code eingeben
code-send = Code schicken
time-until = Offen bis { $when }.
time-left = Noch { $length }.
time-is-over = Die Zeit ist um.
time-start-again = Neu beginnen
sent-sending = Ein Code wird an { $destination } geschickt …
sent = Ein { $digits }-stelliger Code { $state ->
    [delivered] ist { $by } bei { $destination } angekommen
    [sent] wurde { $by } an { $destination } geschickt
   *[waiting] ist { $by } an { $destination } unterwegs
}. Er gilt { $length }.
sent-failed = Der Code wurde nicht zugestellt: { $problem }.
sent-again = Neuen Code schicken
sent-again-in = Neuen Code schicken (in { $count } s)
approval-code = Stimmen Sie auf Ihrem Telefon der Anfrage zu: Öffnen Sie privacyIDEA Authenticator (schon offen? herunterziehen). Geben Sie dann die { $digits } Ziffern ein, die es zeigt.
approval-number = Wählen Sie { $number } auf Ihrem Telefon, in privacyIDEA Authenticator (schon offen? herunterziehen).
approval-waiting = Warten auf Ihr Telefon …
approval-again = Neue Anfrage schicken

# Sicherheitsschlüssel.

key-use = Sicherheitsschlüssel benutzen
key-use-text = Stecken Sie Ihren Sicherheitsschlüssel ein, oder halten Sie ihn ans Lesegerät. Der Browser fragt nach PIN und Berührung.
key-waiting = Warten auf den Sicherheitsschlüssel …
key-not-done = Der Browser hat von keinem Sicherheitsschlüssel eine Antwort bekommen. Versuchen Sie es noch einmal, oder nehmen Sie eine andere Methode.
key-other-name = Sicherheitsschlüssel dieses Rechners gehen nur, wo die Seite unter https://{ $name } oder darunter geöffnet ist. Öffnen Sie sie dort, oder nehmen Sie eine andere Methode.
key-insecure = Browser bieten Sicherheitsschlüssel nur Seiten an, die mit https und ohne Zertifikatsfehler geöffnet sind.
key-address = Browser bieten Sicherheitsschlüssel nur Seiten an, die mit dem Namen des Rechners geöffnet sind, nicht mit einer IP-Adresse.
key-missing = Dieser Browser kann keine Sicherheitsschlüssel benutzen. Nehmen Sie einen anderen.

# Eine Methode hinzufügen.

add-title = Methode hinzufügen
add-kind = { $kind } hinzufügen
add-choose = Was wollen Sie hinzufügen? Das Stärkste steht zuerst.
add-other = Andere Methode
add-submit = Hinzufügen
add-name = Bezeichnung (freiwillig)
add-name-hint-app = Etwa „Tablet“, zur Unterscheidung.
add-name-hint-push = Etwa „Diensttelefon“, zur Unterscheidung.
add-name-hint-key = Etwa „Schlüsselbund“, zur Unterscheidung.
add-unknown = Diese Art kennt die Seite nicht. Nehmen Sie den Befehl secinfo.
add-no-channel = Dieser Rechner kann solche Codes gerade nicht schicken.
add-no-push = Dieser Rechner kann gerade keine Telefone fragen.
add-beside = Fügen Sie zuerst eine Authenticator-App oder ein Telefon hinzu: Das hier geht nur neben einer anderen Methode.
add-has-email = Sie haben schon eine E-Mail-Adresse. Löschen Sie sie, um eine andere hinzuzufügen.
about-authenticator-app = Eine App auf Telefon oder Computer zeigt einen Code, auch ohne Netz.
about-hardware-token = Ein kleines Gerät, das Ihre Organisation ausgegeben hat, zeigt einen Code.
about-push = Sie stimmen der Anmeldung auf dem Telefon zu und geben den Code ein, den es zeigt.
about-text = Ein Code per SMS.
about-call = Ein Code per Anruf.
about-security-key = Ein Schlüssel, den Sie einstecken und berühren. Er lässt sich nicht abphishen.
about-email = Ein Code per E-Mail, nur für ein vergessenes Passwort.
about-security-questions = Ihre Antworten, nur für ein vergessenes Passwort.
about-recovery-codes = Codes auf Papier, jeder gilt einmal, falls Ihr Gerät verloren geht.

app-get = Eine Authenticator-App holen
app-get-text = Jede Authenticator-App geht, etwa Aegis, FreeOTP, Google Authenticator oder Microsoft Authenticator. Installieren Sie eine auf Ihrem Telefon, falls Sie keine haben.
app-scan = QR-Code scannen
app-scan-text = Fügen Sie in der App ein Konto hinzu, und scannen Sie diesen Code, oder geben Sie den Schlüssel ein.
app-issuer = Aussteller
app-account = Konto
app-key = Schlüssel
app-codes = Codes
app-parameters = { $digits } Ziffern, alle { $period } Sekunden, { $algorithm }
app-copy-key = Schlüssel kopieren
app-copy-link = Link kopieren
app-test = Ausprobieren
app-test-text = Geben Sie den Code ein, den die App jetzt zeigt.
qr-label = QR-Code; der Schlüssel steht daneben
copy-done = Kopiert.
copy-failed = Das ließ sich nicht kopieren: Markieren Sie es, und kopieren Sie es von Hand.

push-get = Die App holen
push-get-text = Installieren Sie privacyIDEA Authenticator auf Ihrem Telefon, Version 4.7.0 oder neuer. Die App ist kostenlos, für Android und iPhone.
push-scan = QR-Code mit der App scannen
push-scan-text = Öffnen Sie privacyIDEA Authenticator, und scannen Sie diesen Code. Ist diese Seite auf dem Telefon selbst offen?
push-open = Link in der App öffnen
push-waiting = Warten auf das Telefon …
push-test = Der Testanfrage zustimmen
push-test-text = Das Telefon ist da. Stimmen Sie der Testanfrage in der App zu (herunterziehen, falls sie nicht erscheint), und geben Sie die { $digits } Ziffern ein, die sie dann zeigt.
push-sent-again = Eine neue Testanfrage wurde geschickt.
push-refused-Declined = Die Testanfrage wurde auf dem Telefon abgelehnt. Schicken Sie eine neue.
push-refused-CodeExpired = Die Testanfrage gilt nicht mehr. Schicken Sie eine neue.
push-refused-NotApproved = Stimmen Sie zuerst der Testanfrage auf dem Telefon zu, und geben Sie dann die Ziffern ein, die es zeigt.

token-serial-title = Seriennummer des Tokens
token-serial = Seriennummer
token-serial-hint = Sie steht auf der Rückseite des Tokens.
token-code = Code vom Token
token-code-text = Geben Sie den Code ein, den { $model } jetzt zeigt. Wird er nicht angenommen, geben Sie den nächsten ein: An beiden zusammen wird der Token wiedergefunden.

number-title = Ihre Telefonnummer
number = Telefonnummer
number-hint = Wie Sie sie zu Hause schreiben, oder mit + und Landesvorwahl.
number-country = Land
number-place = Welches Telefon ist das?
number-place-mobile = Mobiltelefon
number-place-alternate = Weiteres Mobiltelefon
number-place-office = Telefon im Büro
number-extension = Die Durchwahl entfällt: An Durchwahlen können keine Codes geschickt werden.
address-title = Ihre E-Mail-Adresse
address = E-Mail-Adresse
address-hint = Sie dient nur dazu, ein vergessenes Passwort zurückzusetzen.

add-key-title = Sicherheitsschlüssel hinzufügen
add-key-text = Sie brauchen einen FIDO2-Sicherheitsschlüssel mit PIN oder Fingerabdrucksensor. Er wird zweimal berührt: einmal, um ihn zu registrieren, einmal als Beweis, dass er geht.
add-key-touch-title = Schlüssel registrieren
add-key-touch-text = Stecken Sie den Sicherheitsschlüssel ein, oder halten Sie ihn ans Lesegerät. Der Browser fragt nach PIN und Berührung.
add-key-register = Schlüssel registrieren
add-key-again = Beweisen, dass er geht
add-key-again-text = Der Schlüssel ist registriert. Benutzen Sie ihn noch einmal, als Beweis, dass er geht.
add-key-another = Fügen Sie einen zweiten Sicherheitsschlüssel hinzu, und verwahren Sie ihn anderswo, falls Sie diesen verlieren.
add-key-unavailable = Auf dieser Seite gehen keine Sicherheitsschlüssel
add-key-elsewhere = Sie können auch am Rechner selbst einen hinzufügen, mit dem Befehl: secinfo add security-key

questions-choose = Fragen wählen
questions-choose-text = Wählen Sie { $count } Fragen, und beantworten Sie sie. Beim Zurücksetzen des Passworts werden Ihnen { $asked } davon gestellt. Niemand sonst soll die Antworten kennen oder herausfinden. Sie müssen nicht stimmen: Sie müssen nur beim nächsten Mal dieselben sein.
questions-row = Frage { $number }
questions-pick = Frage wählen
questions-answer = Antwort
questions-show = Antworten zeigen
questions-wrong = Eine Antwort hat 3 bis 40 Zeichen. Groß- und Kleinschreibung und Leerzeichen sind gleichgültig.
questions-alike = Diese Antwort gleicht einer anderen oder steht in der Frage. Geben Sie jeder Frage ihre eigene.
questions-missing = Wählen Sie { $count } verschiedene Fragen.
questions-again = Noch einmal antworten
questions-again-text = Beantworten Sie alle Fragen noch einmal, damit kein Tippfehler bleibt.
questions-not-same = Nicht alle Antworten sind wie zuvor. Beantworten Sie alle Fragen noch einmal.

codes-title = Wiederherstellungscodes holen
codes-text = Jeder Code lässt Sie einmal herein, wenn Sie nichts anderes zur Hand haben. Verwahren Sie sie auf Papier, wo niemand sonst sie findet.
codes-former = { $count ->
    [one] Sie haben einen unbenutzten Code. Er gilt nicht mehr, sobald Sie neue bekommen.
   *[other] Sie haben { $count } unbenutzte Codes. Sie gelten nicht mehr, sobald Sie neue bekommen.
}
codes-issue = Codes ausstellen
codes-shown = Ihre Wiederherstellungscodes
codes-shown-text = Sie werden nur jetzt gezeigt, und frühere Codes gelten nicht mehr. Drucken Sie sie aus, oder schreiben Sie sie auf.
codes-heading = Wiederherstellungscodes von { $user } auf { $host }
codes-copy = Kopieren
codes-download = Herunterladen
codes-print = Drucken
codes-downloaded = Heruntergeladen.
codes-printed = An den Drucker geschickt, falls Sie es nicht abgebrochen haben.
codes-kept = Ich verwahre sie sicher
codes-leave = Die Codes werden nur jetzt gezeigt. Trotzdem schließen?
codes-leave-yes = Schließen

done-added = { $method } ist hinzugefügt
done-default = Das ist Ihre Standardmethode für die Anmeldung.
done-default-instead = Das ist jetzt Ihre Standardmethode für die Anmeldung, statt { $method }.
done-keep = { $method } als Standard behalten
done-kept = Ihre Standardmethode für die Anmeldung ist wie bisher { $method }.
done-reset-only = Das dient dazu, ein vergessenes Passwort zurückzusetzen, nicht zur Anmeldung.
done-next = Auch { $kind } hinzufügen

# Wie der Befehl es sagt, ohne dessen Optionen.

error-PlaceTaken = Diese Nummer oder der Platz, den sie hätte, ist vergeben: Wählen Sie einen anderen Platz, oder löschen Sie zuerst die Methoden dort.

# Was im Konto geschehen ist.

page-tabs = Ihre Sicherheitsinformationen
activity-heading = Aktivität
activity-lead = Was in Ihrem Konto geschehen ist, das Neueste zuerst. War etwas nicht von Ihnen, sagen Sie es.
activity-older = Ältere zeigen
line-service = bei { $service }
line-source = von { $source }
line-by = durch { $who }
line-by-login = { $by } ({ $login })
line-reported = Nicht Sie
line-not-me = Das war ich nicht
line-not-me-of = Das war ich nicht: { $what }, { $when }
line-proof = Nachweis
line-proof-of = Nachweis für: { $what }, { $when }
not-me-title = Waren Sie das nicht?
not-me-text = Was Ihre Anmeldungen hinterlassen haben, gilt dann nicht mehr: Nachweise und gemerkte Terminals. Ihre anderen Wege und die Administration erfahren davon.
not-me-done = Es ist vermerkt, dass Sie das nicht waren.
not-me-next = Kennt jemand anderes Ihr Passwort, ändern Sie es. Löschen Sie Methoden, die nicht Ihre sind. Um sofort alle fernzuhalten, sperren Sie Ihr Konto.
lock-now = Mein Konto jetzt sperren
lock-title = Ihr Konto sperren?
lock-text = Niemand kann sich mehr anmelden, auch Sie nicht, und das Passwort lässt sich nicht zurücksetzen. Nachweise, offene Anmeldungen und gemerkte Terminals enden. Ihre anderen Wege und die Administration erfahren davon.
lock-sessions = Was auf diesem Rechner unter Ihrem Namen läuft, endet sofort, auch diese Sitzung. Ungespeichertes geht verloren.
lock-lift = Ihre stärkste Methode entsperrt das Konto wieder, oder die Administration.
lock-done = Ihr Konto ist gesperrt.
lock-next = Entsperren Sie es mit Ihrer stärksten Methode, sobald die Gefahr vorbei ist, hier oder mit dem Befehl: secinfo unlock
proof-title = Nachweis für Ereignis { $number }
proof-checking = Wird geprüft …
proof-right = Dieses Ereignis steht im Protokoll, so wie es hier gezeigt wird.
proof-wrong = Es ließ sich nicht nachweisen, dass dieses Ereignis im Protokoll steht. Sagen Sie es der Administration.
proof-event = Das Ereignis, wie es gespeichert ist
proof-hashes = Die Hashes von ihm bis zur Wurzel des Protokolls
proof-checkpoint = Der unterschriebene Prüfpunkt des Protokolls
proof-copy = Alles kopieren
attention-account-locked = Ihr Konto ist gesperrt ({ $when }): Niemand kann sich anmelden. Ihre stärkste Methode entsperrt es.
attention-unlock = Entsperren
