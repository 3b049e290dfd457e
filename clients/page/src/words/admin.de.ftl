# Die Seiten der Administration.

admin-title = Administration
admin-reading = Wird gelesen …
admin-limited = Schalten Sie den Administrationszugriff ein
admin-limited-text = Ihr Konto darf diesen Rechner verwalten, aber diese Anmeldung hat eingeschränkten Zugriff. Schalten Sie den Administrationszugriff oben auf der Seite ein.
admin-users = Benutzer
admin-tokens = Token
admin-channels = Kanäle
admin-policy = Richtlinie
admin-log = Protokoll
admin-health = Zustand
admin-none = keine
admin-actions = Aktionen
admin-former-page = Vorherige Seite
admin-next-page = Nächste Seite
admin-search-on = Weitersuchen

# Benutzer.

admin-user = Benutzer
admin-uid = UID
admin-methods = Methoden
admin-default = Standard
admin-state = Zustand
admin-users-begins = Name beginnt mit
admin-wanted-any = beliebig
admin-wanted-ok = in Ordnung
admin-wanted-locked = gesperrt
admin-wanted-account-locked = Konto gesperrt
admin-wanted-methods-required = Methoden fehlen
admin-wanted-renamed = umbenannt
admin-wanted-gone = Konto weg
admin-wanted-access-pass = hat einen Zugangspass
admin-users-nobody = Noch hat niemand Sicherheitsinformationen.
admin-users-none = Niemand ist in diesem Zustand.
admin-users-not-found = Niemand mit Sicherheitsinformationen heißt so.
admin-users-open = { $user } trotzdem öffnen
admin-users-unknown = Dieser Rechner hat keinen Benutzer { $user }.
admin-users-departed = Dieser Rechner hat kein Konto { $user } mehr. Hat es jetzt einen anderen Namen: sudo secinfo users rename { $word } NEU. Ist die Person gegangen: sudo secinfo erase --departed { $word }
admin-user-panel = Sicherheitsinformationen von { $user }
admin-until = bis { $when }
admin-waits = Muss nach falschen Codes warten
admin-push-paused = Anfragen an Telefone sind ausgesetzt
admin-account-locked = Der Benutzer hat das Konto gesperrt
admin-still-required = Die Richtlinie verlangt noch
admin-still-required-by = { $count ->
    [one] { $count } Methode
   *[other] { $count } Methoden
}{ $by ->
    [none] {""}
   *[other] {" "}bis { $by }
}
admin-no-method = Noch keine Methode.
admin-added = hinzugefügt: { $when }
admin-used = zuletzt benutzt: { $when }
admin-left = noch { $count }
admin-begins = gültig ab { $when }
admin-expires = gültig bis { $when }
admin-locked-until = gesperrt bis { $when }
admin-not-allowed = von der Richtlinie nicht erlaubt
admin-may-be-copied = es gibt vielleicht eine Kopie
admin-deletion-due = wird gelöscht: { $when }
admin-keep = Löschung abbrechen
admin-kept = { $method } bleibt.
admin-unlock = Entsperren
admin-unlocked = Alle Sperren von { $user } sind aufgehoben.
admin-delete = Löschen
admin-delete-title = { $method } löschen
admin-delete-text = Die Methode von { $user } wird sofort gelöscht. Das lässt sich nicht rückgängig machen. { $user } erfährt es auf jedem anderen Weg.
admin-deleted = { $method } von { $user } ist gelöscht.
admin-deletion-scheduled = { $method } von { $user } wird { $when } gelöscht.
admin-pass-issue = Zugangspass ausstellen
admin-pass-revoke = Zugangspass zurückziehen
admin-pass-title = Zugangspass für { $user }
admin-pass-text = Mit einem Zugangspass kann sich { $user } ohne Methode anmelden und eine hinzufügen. Ein früherer Pass wird ungültig.
admin-pass-from = Gültig ab
admin-pass-from-help = Leer lassen: sofort.
admin-pass-valid = Gültig für
admin-pass-once = Nur einmal verwendbar
admin-pass-shown = Der Zugangspass
admin-pass-copy = Pass kopieren
admin-pass-issued = { $user } hat einen Zugangspass.
admin-erase = Benutzer auslöschen
admin-erase-title = { $user } auslöschen
admin-erase-text = Das zerstört die Schlüssel aller Methoden von { $user } und die des Namens im Protokoll: Nichts im Protokoll führt mehr dorthin. Es lässt sich nicht rückgängig machen. Das Konto selbst bleibt.
admin-erase-type = Zur Bestätigung { $user } eingeben
admin-erase-mismatch = Das ist nicht der Name. Geben Sie { $user } ein.
admin-erased = Die Sicherheitsinformationen von { $user } sind ausgelöscht.

# Token.

admin-tokens-text = Hardware-Token, die darauf warten, dass ihre Benutzer sie aktivieren.
admin-tokens-none = Kein Token wartet.
admin-tokens-waiting = Wartende Token
admin-tokens-import = Token importieren
admin-token-serial = Seriennummer
admin-token-maker = Hersteller
admin-token-model = Modell
admin-token-mode = Codes
admin-mode-totp = nach der Uhr
admin-mode-hotp = auf Knopfdruck
admin-token-remove = Entfernen
admin-token-remove-title = Token { $serial } entfernen
admin-token-remove-text = Niemand kann es mehr aktivieren. Es kann wieder importiert werden.
admin-token-removed = Das Token { $serial } ist entfernt.
admin-import-file = Datei
admin-import-help = Eine CSV-Tabelle oder eine PSKC-Datei (RFC 6030), höchstens 4 MiB groß.
admin-import-format = Der Name verrät das Format nicht: Er muss auf .csv, .pskc oder .xml enden.
admin-import-too-large = Sie ist größer als 4 MiB: Importieren Sie sie in Teilen.
admin-import-no-file = Wählen Sie zuerst eine Datei.
admin-import-failed = Aus dieser Datei lässt sich nichts importieren
admin-import-protection = Geschützt durch
admin-protection-none = nichts
admin-protection-passphrase = Passphrase
admin-protection-key = Vereinbarter Schlüssel, hexadezimal
admin-would-import = { $count ->
    [0] Kein Token würde importiert
    [one] { $count } Token würde importiert
   *[other] { $count } Token würden importiert
}
admin-import-now = Importieren
admin-imported = { $count ->
    [0] Kein Token wurde importiert
    [one] { $count } Token wurde importiert
   *[other] { $count } Token wurden importiert
}
admin-import-users = Nur für bestimmte Benutzer: { $users }.
admin-import-left-out = { $count ->
    [one] Eine Zeile wird ausgelassen:
   *[other] { $count } Zeilen werden ausgelassen:
}
admin-import-delete-file = Die Datei enthält die Geheimnisse der Token: Löschen Sie sie jetzt.

# Kanäle.

admin-channels-text = Kanäle stellen Codes und Mitteilungen zu.
admin-channels-none = Es gibt keine Kanäle, also können keine Codes gesendet werden. In config.toml werden sie eingeschaltet.
admin-channel-ready = bereit
admin-channel-ill = gestört
admin-channel-starting = startet
admin-channel-down = ausgefallen
admin-kind = Art
admin-plugin = Plugin
admin-queue-title = Warteschlange
admin-queue = { $waiting } wartend, { $sending } unterwegs
admin-last-error = Letzter Fehler
admin-no-error = keiner
admin-confined = Eingeschränkt durch
admin-not-confined = nichts
admin-test = Testen
admin-test-title = Kanal { $channel } testen
admin-test-text = Sendet eine Nachricht ohne Code, nur durch diesen Kanal.
admin-test-number = Telefonnummer mit Ländervorwahl
admin-test-address = E-Mail-Adresse
admin-test-send = Senden
admin-test-waiting = Es wird gewartet, was aus der Nachricht wird …
admin-test-waiting-still = Die Nachricht ist unterwegs.
admin-test-sent = Der Anbieter hat die Nachricht angenommen. Sehen Sie nach, ob sie angekommen ist.
admin-test-delivered = Die Nachricht ist angekommen.
admin-test-failed = Die Nachricht wurde nicht zugestellt.

# Richtlinie.

admin-policy-text = Die Richtlinie, wie sie für einen Benutzer gilt. Geändert wird sie in /etc/secinfo/config.toml.
admin-policy-service = Dienst
admin-policy-service-hint = Zum Beispiel sshd oder sudo. Leer: was bei jedem Dienst gilt.
admin-policy-show = Zeigen
admin-policy-of = Richtlinie für { $user }
admin-policy-at = Richtlinie für { $user } bei { $service }
admin-policy-allowed = Erlaubte Arten
admin-no-kind = keine
admin-policy-required = Verlangte Methoden
admin-policy-grace = Zeit, sie hinzuzufügen
admin-days = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}
admin-policy-first = Die erste Methode braucht
admin-first-session = eine Anmeldung
admin-first-access-pass = einen Zugangspass
admin-policy-gates = Methoden, die ein neues Passwort verlangt
admin-policy-wait = Wartezeit vor einer Löschung nach schwächerem Nachweis
admin-policy-fresh = Ein Nachweis ist frisch für
admin-policy-sessions = Eine Sperre beendet Sitzungen
admin-policy-sessions-yes = ja
admin-policy-sessions-no = nein
admin-policy-sections = Kommt aus

# Protokoll.

admin-log-type = Was geschah
admin-log-every = alles
admin-log-none = Kein solches Ereignis.
admin-log-number = Nummer
admin-log-when = Wann
admin-log-what = Was
admin-log-by = Durch
admin-log-service = Dienst
admin-log-through = { $login } als { $who }
admin-log-bytes = Das Ereignis genau so, wie es gehasht wird
admin-log-bytes-of = Ereignis { $number } genau so, wie es gehasht wird
admin-log-copy = Ereignis kopieren
admin-newer = Neuere Ereignisse
admin-older = Ältere Ereignisse
admin-actor-system = der Dienst
admin-actor-root = root
admin-verify = Protokoll prüfen
admin-verifying = Das Protokoll wird geprüft, Ereignis für Ereignis …
admin-verified = { $count ->
    [one] Das Protokoll ist so, wie es signiert wurde: { $count } Ereignis. Seine Wurzel:
   *[other] Das Protokoll ist so, wie es signiert wurde: { $count } Ereignisse. Ihre Wurzel:
}
admin-not-verified = Das Protokoll ist nicht so, wie es signiert wurde
admin-not-verified-from = Das Protokoll ist ab Ereignis { $from } nicht so, wie es signiert wurde
admin-checkpoint = Prüfpunkt
admin-checkpoint-text = Bewahren Sie diesen Prüfpunkt auf einem anderen Rechner auf: Mit ihm lässt sich später beweisen, dass das Protokoll seitdem nicht umgeschrieben wurde.
admin-checkpoint-copy = Kopieren
admin-checkpoint-download = Herunterladen
admin-event-access-pass-issued = Zugangspass ausgestellt
admin-event-account-locked = Konto vom Benutzer gesperrt
admin-event-account-unlocked = Konto entsperrt
admin-event-activity-reported = Aktivität als fremd gemeldet
admin-event-activation-failed = Token nicht aktiviert
admin-event-approval-answered = Anfrage am Telefon beantwortet
admin-event-approval-requested = Anfrage ans Telefon gesendet
admin-event-break-glass-used = Notfallcode benutzt
admin-event-code-requested = Code angefordert
admin-event-default-changed = Standard geändert
admin-event-deletion-cancelled = Löschung abgebrochen
admin-event-deletion-scheduled = Löschung vorgemerkt
admin-event-locked = Methode gesperrt
admin-event-log-created = Protokoll begonnen
admin-event-log-restored = Protokoll aus einer Sicherung wiederhergestellt
admin-event-message-delivered = Nachricht zugestellt
admin-event-message-failed = Nachricht nicht zugestellt
admin-event-method-deleted = Methode gelöscht
admin-event-method-enrolled = Methode hinzugefügt
admin-event-method-imported = Methode importiert
admin-event-method-renamed = Methode umbenannt
admin-event-password-reset = Passwort zurückgesetzt
admin-event-password-reset-failed = Passwort nicht zurückgesetzt
admin-event-password-reset-locked = Zurücksetzen des Passworts gesperrt
admin-event-password-reset-requested = Zurücksetzen des Passworts begonnen
admin-event-policy-changed = Richtlinie geändert
admin-event-recovery-codes-issued = Wiederherstellungscodes ausgestellt
admin-event-remembered-sign-in = Anmeldung an einem gemerkten Terminal
admin-event-set-up-postponed = Einrichtung verschoben
admin-event-terminal-remembered = Terminal gemerkt
admin-event-token-imported = Token importiert
admin-event-token-removed = Token entfernt
admin-event-token-resynchronized = Token wiedergefunden
admin-event-unlocked = Sperren aufgehoben
admin-event-user-added = Benutzer hinzugefügt
admin-event-user-erased = Benutzer ausgelöscht
admin-event-user-renamed = Benutzer umbenannt
admin-event-verification-failed = Überprüfung gescheitert
admin-event-verification-succeeded = Überprüfung gelungen

# Zustand.

admin-healthy = Der Dienst ist in Ordnung
admin-unhealthy = Der Dienst hat ein Problem
admin-room-kept = Die Platte des Protokolls ist fast voll: Der Rest bleibt Anmeldungen vorbehalten. Schaffen Sie Platz auf dem Dateisystem von /var/lib/secinfo.
admin-version = Version
admin-started = Gestartet
admin-authorization = Wer über die Administration entscheidet
admin-authorization-polkit = polkit
admin-authorization-uid = niemand: nur root gehört dazu
admin-push = Anfragen an Telefone
admin-push-off = aus
admin-push-making-key = werden vorbereitet
admin-push-unreachable = nicht erreichbar
admin-push-ready = bereit
admin-figure-users = Benutzer
admin-figure-with-methods = Benutzer mit einer Methode
admin-figure-locked = Benutzer mit gesperrter Methode
admin-figure-accounts-locked = Gesperrte Konten
admin-figure-reports = Benutzer, die Aktivität als fremd gemeldet haben
admin-figure-passes = Gültige Zugangspässe
admin-figure-events = Ereignisse im Protokoll
admin-figure-log = Protokoll auf der Platte
admin-figure-memory = Arbeitsspeicher
admin-doctor = Was der Doktor findet
admin-doctor-looks = Der Doktor sieht sich den Rechner an …
admin-doctor-nothing = Nichts braucht Ihre Aufmerksamkeit.
admin-doctor-again = Noch einmal nachsehen
admin-doctor-failed = Der Doktor konnte sich den Rechner nicht ansehen.
admin-doctor-unseen = { $count ->
    [one] Eines wurde nicht angesehen: Das braucht Administrationszugriff.
   *[other] { $count } Dinge wurden nicht angesehen: Das braucht Administrationszugriff.
}
admin-severity-error = Fehler
admin-severity-warning = Warnung
admin-severity-info = Hinweis
admin-remedy = Was zu tun ist:
