# Die Seite für einen selbst.

page-title = Sicherheitsinformationen
page-loading = Ihre Sicherheitsinformationen werden gelesen …
page-away = Der Dienst ist nicht da
page-away-text = secinfod läuft auf diesem Rechner gerade nicht. Nichts ist verloren: Die Seite geht weiter, sobald der Dienst wieder da ist. Bleibt er weg, sagen Sie es der Administration.
page-failed = Ihre Sicherheitsinformationen lassen sich nicht zeigen
page-again = Noch einmal versuchen
page-close = Schließen
page-cancel = Abbrechen
page-back = Zurück
page-continue = Weiter
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
