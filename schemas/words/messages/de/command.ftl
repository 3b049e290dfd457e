# Was Benutzer vom Befehl lesen. Sätze, mit denen ein Befehl scheitert, beginnen klein, wo es kein
# Substantiv ist: Vor ihnen stehen der Name des Befehls und ein Doppelpunkt.

# Zeiten.

time-never = nie
time-today = heute
time-yesterday = gestern
time-moment = { $day ->
    [today] heute um { $hour }
    [yesterday] gestern um { $hour }
   *[date] am { $date } um { $hour }
}
# Dasselbe hinter „bis“.
time-limit = { $day ->
    [today] heute um { $hour }
    [yesterday] gestern um { $hour }
   *[date] { $date } um { $hour }
}
time-seconds = { $seconds } s
time-minutes = { $minutes } Minuten
time-hours = { $hours } Stunden
time-days = { $days } Tage

# Fragen.

question = { $question }:
question-or-new = { $question } (oder Enter für einen neuen):
question-or-new-later = { $question } (oder Enter für einen neuen, in { $seconds } s):
question-code-of = { $digits ->
    [0] Code
   *[other] { $digits }-stelliger Code
} von { $method }
question-send = Enter schickt einen Code an { $destination }:
confirm = { $question } [j/N]
confirm-yes = j ja y yes
confirm-no = n nein no
confirm-again = Antworten Sie mit j für ja oder n für nein.
choose-number = Antworten Sie mit einer Nummer von 1 bis { $most }.

# Methoden.

method-named = { $kind } ({ $detail })
method-candidate = { $method }, ID { $id }
purpose-sign-in = Anmeldung
purpose-password-reset = neues Passwort

select-none-yet = es gibt noch keine Methode; „secinfo add“ fügt eine hinzu
select-unknown = keine Methode heißt „{ $text }“; nennen Sie eine mit ihrer Nummer, Bezeichnung, Art oder ID:
select-ambiguous = „{ $text }“ kann mehrere Methoden meinen; nennen Sie eine mit ihrer Nummer, Bezeichnung, Art oder ID:

# Die Übersicht.

page-heading = Sicherheitsinformationen von { $user } auf { $host }
page-default = Standardmethode für die Anmeldung: { $method }
page-no-default = Standardmethode für die Anmeldung: keine
page-method = Methode
page-label = Bezeichnung
page-serves = Dient für
page-added = Seit
page-last-used = Benutzt
page-serves-nothing = nichts
page-not-allowed = von der Richtlinie abgeschaltet: wird nicht mehr verlangt
page-may-be-copied = Davon gibt es vielleicht eine Kopie: Löschen Sie den Schlüssel, und fügen Sie einen anderen hinzu
page-is-default = Standard
page-codes-left = noch { $count ->
    [one] 1 Code
   *[other] { $count } Codes
}
page-confirm = noch Ihre? Bestätigen Sie sie mit einem Code: secinfo verify --method { $number }{ $reset ->
    [yes] {" "}--purpose password-reset
   *[no] {""}
}
page-begins = beginnt { $when }
page-expires = läuft { $when } ab
page-expired = abgelaufen { $when }
page-locked = nach falschen Codes gesperrt bis { $when }
page-deletion = wird { $when } gelöscht; behalten: secinfo cancel-deletion { $number }
page-user-locked = Nach falschen Codes wird bis { $when } kein Code angenommen.
page-push-paused = Bis { $when } werden keine Anfragen an Ihr Telefon geschickt, weil dort eine als fremd abgelehnt wurde. Wenn sie nicht von Ihnen kam, ändern Sie Ihr Passwort.
page-required-by = Die Richtlinie verlangt noch { $count ->
    [one] 1 Methode. Fügen Sie sie
   *[other] { $count } Methoden. Fügen Sie sie
} bis { $when } hinzu.
page-required-now = Die Richtlinie verlangt noch { $count ->
    [one] 1 Methode. Fügen Sie sie jetzt hinzu: Ohne sie kann die Anmeldung abgelehnt werden.
   *[other] { $count } Methoden. Fügen Sie sie jetzt hinzu: Ohne sie kann die Anmeldung abgelehnt werden.
}
page-lacks-for-reset = Um ein vergessenes Passwort zurückzusetzen, { $count ->
    [one] ist noch 1 Methode nötig
   *[other] sind noch { $count } Methoden nötig
}: secinfo add
page-empty = Es gibt noch keine Methode. Fügen Sie die erste hinzu: secinfo add authenticator-app
page-lacks-codes = Falls Sie das Gerät verlieren, helfen Wiederherstellungscodes: secinfo add recovery-codes
page-commands = Etwas ändern: secinfo add, default, rename, delete (secinfo --help)

# Sich ausweisen.

proof-first = Weisen Sie sich zuerst aus.
proof-answers-wrong = Nicht alle Antworten sind richtig. Jetzt werden andere Fragen gestellt.
proof-none-given = es wurde kein Code eingegeben; schreiben Sie ihn auf die Standardeingabe, oder arbeiten Sie in einem Terminal
proof-other-by-mark = (? führt zu einer anderen Methode.)
proof-other-by-enter = (Enter ohne Code führt zu einer anderen Methode.)
proof-no-other = Es gibt keine andere Methode, mit der Sie sich ausweisen können.
proof-others = Andere Methoden:
proof-number = Nummer der Methode (Enter bleibt bei 1):

verified = Bestätigt durch: { $kind }.
verified-last-code = Bestätigt durch: { $kind }. Das war der letzte Code; neue gibt es mit: secinfo add recovery-codes
verified-codes-left = Bestätigt durch: { $kind }. Codes übrig: { $count }.

# Codes, die geschickt werden.

sent = { $again ->
    [yes] Ein neuer
   *[no] Ein
} { $digits }-stelliger Code { $state ->
    [delivered] ist { $by } bei { $destination } angekommen
    [sent] wurde { $by } an { $destination } geschickt
   *[waiting] ist { $by } an { $destination } unterwegs
}. Er gilt { $length }{ $again ->
    [yes] ; frühere gelten nicht mehr
   *[no] {""}
}.
sent-again-in = Falls er nicht ankommt, können Sie in { $seconds } s einen neuen anfordern.
sent-failed = Der Code wurde nicht zugestellt.
sent-failed-why = Der Code wurde nicht zugestellt: { $problem }.

# Eine Methode hinzufügen.

add-enter-code = Geben Sie einen Code ein; mit Strg-C wird nichts hinzugefügt.
add-next-code = Warten Sie auf den nächsten Code und geben Sie ihn ein. Verbleibende Versuche: { $attempts }.
add-second-code = Wurde der Token lange nicht benutzt, geht er vielleicht vor oder nach: Geben Sie den Code ein, den er als nächsten zeigt, dann wird er an den beiden wiedergefunden. Verbleibende Versuche: { $attempts }.
add-newest-code = Sehen Sie nach dem neuesten Code, der geschickt wurde, und geben Sie ihn ein. Verbleibende Versuche: { $attempts }.
add-no-code = es wurde kein Code eingegeben und deshalb nichts hinzugefügt; beginnen Sie von vorn, wenn Sie einen haben
add-nothing-entered = es wurde nichts eingegeben und deshalb nichts hinzugefügt; fangen Sie noch einmal an, wenn Sie die Angabe zur Hand haben
add-gone = die Methode wurde hinzugefügt und ist schon wieder weg; siehe „secinfo“
added = Hinzugefügt: { $method }.
added-default = Das ist Ihre Standardmethode für die Anmeldung.
added-default-instead = Das ist jetzt Ihre Standardmethode für die Anmeldung, statt: { $method }.
added-keep-default = { $method } als Standard behalten?
added-kept-default = Ihre Standardmethode für die Anmeldung ist wie bisher: { $method }.

add-phone-number = Telefonnummer mit Landesvorwahl:
add-phone-missing = nennen Sie die Telefonnummer, zum Beispiel: secinfo add text "+49 30 901820"
add-phone-extension = Die Durchwahl entfällt: An Durchwahlen können keine Codes geschickt werden.

# Ändern und löschen.

default-choices = Methoden, nach denen bei der Anmeldung zuerst gefragt werden kann:
default-marked = { $method }  (jetzt Standard)
default-number = Nummer der Methode (Enter ändert nichts):
default-confirm = Bei der Anmeldung zuerst danach fragen: { $method }?
default-stays = Die Standardmethode bleibt, wie sie ist.
default-set = Ihre Standardmethode für die Anmeldung ist jetzt: { $method }.
default-none-serves = keine Ihrer Methoden dient für die Anmeldung; „secinfo add“ fügt eine hinzu
default-argument-missing = nennen Sie die Methode, wenn die Standardeingabe kein Terminal ist: secinfo default METHOD

renamed = Heißt jetzt: { $method }.

delete-warning = Das wird gelöscht: { $method }. Es lässt sich nicht rückgängig machen.
delete-confirm = Löschen?
delete-nothing = Es wurde nichts gelöscht.
delete-yes-missing = geben Sie zum Löschen --yes an, wenn die Standardeingabe kein Terminal ist
deleted = Gelöscht: { $method }.
delete-later = { $method } wird { $when } gelöscht, weil Sie sich mit einer schwächeren Methode ausgewiesen haben. Bis dahin bleibt alles, wie es ist. Um die Methode zu behalten: secinfo cancel-deletion { $argument }
delete-cancelled = Bleibt erhalten: { $method }.
default-moved = Die Standardmethode für die Anmeldung ist jetzt: { $method }.
default-gone = Es gibt keine Standardmethode für die Anmeldung mehr; „secinfo add“ fügt eine Methode hinzu.

# Für Administratoren, die einem Benutzer helfen.

unlocked = { $user } kann sich wieder anmelden.

# Woran ein Befehl scheitert, wenn nicht der Dienst ihn ablehnt.

failure-unreachable = secinfod ist nicht erreichbar ({ $cause }); siehe „systemctl status secinfod“
failure-untrusted = der Dienst auf dem Bus läuft mit der UID { $uid }, die weder root noch dem Benutzer „secinfo“ gehört; es wurde nichts an ihn geschickt: Melden Sie es der Administration
failure-unknown-account = das System kennt das Konto mit der UID { $uid } nicht; gehört es zu einem Verzeichnis, prüfen Sie, ob dieses erreichbar ist, oder fragen Sie die Administration
failure-protocol = secinfod hat auf eine Weise geantwortet, die diese Version nicht kennt ({ $cause }); installieren Sie zueinander passende Versionen
failure-output = die Ausgabe lässt sich nicht schreiben: { $cause }
failure-read = { $path } lässt sich nicht lesen: { $cause }
failure-write = { $path } lässt sich nicht schreiben: { $cause }

# What policy forbids.

add-not-allowed = die Richtlinie lässt { $kind } nicht zu: hinzufügen können Sie { $kinds }
add-nothing-allowed = die Richtlinie lässt hier nichts zum Hinzufügen zu: fragen Sie eine Administratorin oder einen Administrator
