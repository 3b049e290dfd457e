
# Was man beim Anmelden liest: im Terminal oder in der einen Zeile einer grafischen Anmeldung.
#
# Eine Aufforderung endet dort, wo die Antwort eingegeben wird. Alles, was zu sehen sein muss, steht
# in ihr, denn OpenSSH zeigt vor dem Ende nichts anderes.

way-named = { $way } „{ $label }“
way-to = { $way } an { $hint }

# Nach einem Code fragen.

prompt-code = Code von { $way }{ $others ->
    [yes] , oder ? für einen anderen Weg
   *[no] {""}
}:{" "}
prompt-secret = { $way }{ $others ->
    [yes] , oder ? für einen anderen Weg
   *[no] {""}
}:{" "}
prompt-sent = Code per { $call ->
    [yes] Anruf
   *[no] SMS
} an { $hint } geschickt (Enter für einen neuen{ $others ->
    [yes] , ? für einen anderen Weg
   *[no] {""}
}):{" "}
prompt-send = Enter schickt einen Code per { $call ->
    [yes] Anruf
   *[no] SMS
} an { $hint }{ $others ->
    [yes] , ? zeigt andere Wege
   *[no] {""}
}:{" "}

prompt-account-locked = Dieses Konto ist gesperrt. Ihre stärkste Methode entsperrt es, oder die Administration (Enter beendet):{" "}
prompt-renamed = Dieses Konto hatte einen anderen Namen, und unter dem sind seine Methoden noch. Bitten Sie die Administration, Sie in secinfo umzubenennen (Enter beendet):{" "}
note-account-locked = Dieses Konto ist gesperrt. Womit Sie sich jetzt ausweisen, entsperrt es.
note-wrong = Der Code stimmt nicht.
note-no-code = Das ist kein Code: Ein Code hat { $digits } Ziffern.
note-password = Das ist Ihr Passwort: Hier wird ein Code gebraucht.
note-used = Der Code wurde schon benutzt: Warten Sie auf den nächsten.
note-used-next = Der Code wurde schon benutzt: Der nächste kommt in { $seconds } s.
note-used-once = Der Code wurde schon benutzt: Nehmen Sie einen anderen.
note-brought-over = Der Code kann in dem System benutzt worden sein, aus dem diese Methode stammt: Warten Sie auf den nächsten.
note-clock-ahead = Die Uhr dieses Rechners ging bei einer früheren Anmeldung vor, darum gelten Codes noch { $length } als benutzt: Nehmen Sie einen anderen Weg, oder warten Sie.
note-slow = Nach falschen Codes müssen Sie warten: Versuchen Sie es in { $seconds } s wieder.
note-locked = Falsche Codes haben diese Methode für { $length } gesperrt.
note-gone = Der Code gilt nicht mehr: Lassen Sie einen neuen schicken.
note-none-sent = Es wurde noch kein Code geschickt.
note-just-sent = Gerade wurde ein Code geschickt; der nächste geht in { $seconds } s.
note-too-many-codes = Es wurden zu viele Codes geschickt: Der nächste geht in { $length }.
note-not-sent = { $reason ->
    [destination] Der Code konnte dort nicht zugestellt werden.
    [late] Vom Code war nichts zu hören; vielleicht kommt er nicht an.
    [fault] Der Code konnte wegen eines Fehlers dieses Rechners nicht geschickt werden.
   *[provider] Der Code konnte im Moment nicht geschickt werden.
}
note-method-gone = Diese Methode gibt es nicht mehr.
note-no-other = Es gibt keinen anderen Weg.

# Um Zustimmung auf dem Telefon bitten.

push-prompt = Öffnen Sie privacyIDEA Authenticator (schon offen? herunterziehen), stimmen Sie zu und geben Sie den { $digits }-stelligen Code ein{ $has_app ->
    [yes] . Der { $app_digits }-stellige Code Ihrer App geht auch
   *[no] {""}
}{ $others ->
    [yes] ; ? für einen anderen Weg
   *[no] {""}
}:{" "}
push-number = Öffnen Sie privacyIDEA Authenticator (schon offen? herunterziehen), wählen Sie dort { $number } und drücken Sie dann hier Enter{ $has_app ->
    [yes] . Der { $app_digits }-stellige Code Ihrer App geht auch
   *[no] {""}
}{ $others ->
    [yes] ; ? für einen anderen Weg
   *[no] {""}
}:{" "}
push-send = Enter fragt auf Ihrem Telefon um Zustimmung{ $has_app ->
    [yes] ; der { $app_digits }-stellige Code Ihrer App geht auch
   *[no] {""}
}{ $others ->
    [yes] ; ? für einen anderen Weg
   *[no] {""}
}:{" "}

note-push-not-approved = Auf Ihrem Telefon wurde noch nicht zugestimmt.
note-push-approved = Auf Ihrem Telefon wurde zugestimmt.
note-push-expired = Der Anfrage wurde nicht rechtzeitig zugestimmt.
note-push-wrong-number = Auf Ihrem Telefon wurde eine andere Zahl gewählt; das zählt als falscher Code.
note-push-no-code = Das ist kein Code: Der Code auf Ihrem Telefon hat { $digits } Ziffern.
note-push-open = Auf Ihrem Telefon ist noch eine andere Anfrage offen, oder war es eben noch: Die nächste geht in { $seconds } s.
note-push-paused = Anfragen an Ihr Telefon ruhen noch { $length }, weil dort eine Anmeldung als fremd abgelehnt wurde.
note-push-unanswered = Zu vielen Anfragen an Ihr Telefon wurde nicht zugestimmt: Es wird in { $length } wieder gefragt, oder wenn Sie sich anders angemeldet haben.
note-push-away = Ihr Telefon kann im Moment nicht gefragt werden.

# Einen anderen Weg wählen.

ways-lead = Andere Wege:
ways-prompt = Nummer{ $back ->
    [yes] , oder Enter für zurück
   *[no] {""}
}:{" "}

# Eine Methode einrichten.

set-up-lead = { $more ->
    [yes] Sie brauchen noch einen Weg, sich auszuweisen. Richten Sie ihn jetzt ein:
   *[no] Sie brauchen einen Weg, sich auszuweisen. Richten Sie ihn jetzt ein:
}
set-up-later = Später (bis { $date })
set-up-later-times = Später (bis { $date }, noch { $left ->
    [one] einmal
   *[other] { $left }-mal
})
set-up-prompt = Nummer:{" "}
app-scan = Lesen Sie dieses Bild mit einer Authenticator-App ein. Zum Abtippen:
app-type = Fügen Sie das einer Authenticator-App hinzu:
app-account = Konto: { $account }
app-key = Schlüssel:
app-unreadable = Wenn die App das Bild nicht erkennt: i.
app-prompt = Code, den die App zeigt ({ $picture ->
    [yes] i kehrt das Bild um,{" "}
   *[no] {""}
}? führt zurück):{" "}
app-prompt-key = Code, den die App zeigt (q zeigt einen QR-Code, ? führt zurück):{" "}
number-prompt = { $call ->
    [yes] Ihre Telefonnummer
   *[no] Ihre Mobilnummer
}, etwa +49 1511 2345678 (? führt zurück):{" "}
number-sent = Code per { $call ->
    [yes] Anruf
   *[no] SMS
} an { $number } geschickt (Enter für einen neuen, ? für eine andere Nummer):{" "}
number-send = Enter schickt einen Code per { $call ->
    [yes] Anruf
   *[no] SMS
} an { $number }, ? ist für eine andere Nummer:{" "}
note-number = Die Nummer geht nicht: Schreiben Sie eine gewöhnliche { $call ->
    [yes] Telefonnummer
   *[no] Mobilnummer
} mit + und Landesvorwahl.
note-country = In dieses Land wird nichts geschickt: Nehmen Sie eine andere Nummer.
note-taken = Diese Nummer haben Sie schon, oder so viele Nummern, wie es sein dürfen: Wählen Sie einen anderen Weg.
note-extension = Die Durchwahl entfällt, sie wird nicht gewählt.
note-cannot-add = Das lässt sich hier nicht einrichten: Wählen Sie einen anderen Weg.

recovery-offer = { $way } ist eingerichtet. Wiederherstellungscodes ausstellen, falls Sie das einmal nicht haben? (j/n):{" "}
recovery-again = Wiederherstellungscodes ausstellen? Antworten Sie mit j oder n:{" "}
recovery-yes = j ja y yes
recovery-no = n nein no
recovery-lead = Bewahren Sie diese Wiederherstellungscodes sicher auf. Jeder gilt einmal:
recovery-kept = Enter, wenn Sie sie haben:{" "}

# Wie es ausging.

end-prompt = Zum Beenden Enter drücken (hier kein Passwort):{" "}
end-too-many-attempts = Zu viele falsche Codes: Fangen Sie von vorn an.
end-locked = Falsche Codes haben Ihre Methoden für { $length } gesperrt: Warten Sie, oder bitten Sie die Administration, sie zu entsperren.
end-expired = Das hat zu lange gedauert: Fangen Sie von vorn an.
end-account-locked = Dieses Konto ist gesperrt. Ihre stärkste Methode entsperrt es, oder die Administration.
end-renamed = Dieses Konto hatte einen anderen Namen, und unter dem sind seine Methoden noch. Bitten Sie die Administration, Sie in secinfo umzubenennen.
end-account-unlocked = Ihr Konto ist entsperrt.
end-no-method = Sie brauchen eine Methode, sich auszuweisen, und können hier keine einrichten: Wenden Sie sich an die Administration.
end-grace-over = Die Frist, eine Methode einzurichten, ist vorbei: Bitten Sie die Administration um einen Zugangspass.
end-set-up-elsewhere = Sie brauchen eine Methode, sich auszuweisen, und können hier keine einrichten: Melden Sie sich dafür per SSH oder an einem Terminal an, oder bitten Sie die Administration um einen Zugangspass.
end-pass-needed = Bevor Sie eine Methode einrichten können, brauchen Sie einen Zugangspass: Bitten Sie die Administration darum.
end-too-many-codes = Es wurden zu viele Codes geschickt: Versuchen Sie es in { $length } wieder.
end-push-not-me = Diese Anmeldung wurde auf dem Telefon als fremd abgelehnt. Wenn sie nicht von Ihnen kam, kennt jemand Ihr Passwort: Ändern Sie es.
end-push-cancelled = Sie haben diese Anmeldung auf Ihrem Telefon abgelehnt: Fangen Sie von vorn an, wenn Sie sich anmelden wollen.
end-postponed = Bis { $date } müssen Sie einen Weg einrichten, sich auszuweisen: secinfo add authenticator-app
end-postponed-pass = Bis { $date } müssen Sie einen Weg einrichten, sich auszuweisen, und brauchen dafür einen Zugangspass: Bitten Sie die Administration darum.
end-postponed-times = { $left ->
    [0] Bei der nächsten Anmeldung lässt es sich nicht mehr verschieben.
    [one] Sie können es noch einmal verschieben.
   *[other] Sie können es noch { $left }-mal verschieben.
}
end-more = Sie brauchen noch einen Weg, sich auszuweisen: secinfo add authenticator-app
end-set-up = { $way } ist eingerichtet.
end-few-codes = Sie haben noch { $count ->
    [one] einen Wiederherstellungscode
   *[other] { $count } Wiederherstellungscodes
}. Neue gibt es mit: secinfo add recovery-codes
end-last-code = Das war Ihr letzter Wiederherstellungscode. Neue gibt es mit: secinfo add recovery-codes
