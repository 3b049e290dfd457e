# Was Benutzer lesen, während ein Sicherheitsschlüssel benutzt wird: vom Befehl und bei der Anmeldung.

# Warum nichts daraus wurde, jeweils mit dem, was als Nächstes zu tun ist.

key-no-key = Es ist kein Sicherheitsschlüssel angesteckt.
key-not-theirs = Keiner Ihrer Sicherheitsschlüssel ist angesteckt.
key-already-registered = Dieser Sicherheitsschlüssel ist schon eingerichtet: Nehmen Sie einen anderen.
key-several-keys = Mehrere Sicherheitsschlüssel sind angesteckt: Ziehen Sie alle ab außer dem, den Sie meinen.
key-not-permitted = In dieser Sitzung können Sicherheitsschlüssel nicht benutzt werden: Melden Sie sich am Rechner selbst an, oder fragen Sie die Administration.
key-no-pin = Der Sicherheitsschlüssel hat keine PIN und kann Sie nicht prüfen: Legen Sie eine mit dem Programm seines Herstellers fest.
key-wrong-pin = Die PIN stimmt nicht. Verbleibende Versuche: { $tries }.
key-few-tries = Nach falschen PINs bleiben dem Sicherheitsschlüssel { $tries } Versuche, die bei einer Anmeldung nicht verbraucht werden: Nehmen Sie einen anderen Weg.
key-replug = Nach falschen PINs nimmt der Sicherheitsschlüssel keine mehr an: Ziehen Sie ihn ab, und stecken Sie ihn wieder an.
key-pin-blocked = Der Sicherheitsschlüssel nimmt keine PIN mehr an: Nehmen Sie einen anderen Weg, setzen Sie den Schlüssel mit dem Programm seines Herstellers zurück, und fügen Sie ihn dann neu hinzu.
key-pin-refused = Der Sicherheitsschlüssel nimmt diese PIN nicht: Wählen Sie eine andere.
key-wrong-finger = Der Sicherheitsschlüssel kennt diesen Finger nicht: Versuchen Sie es noch einmal, oder geben Sie die PIN ein.
key-not-touched = Der Sicherheitsschlüssel wurde nicht rechtzeitig berührt: Versuchen Sie es noch einmal.
key-busy = Ein anderes Programm benutzt den Sicherheitsschlüssel: Schließen Sie, was ihn verlangt, etwa eine Seite im Browser, und versuchen Sie es noch einmal.
key-unplugged = Der Sicherheitsschlüssel wurde abgezogen: Stecken Sie ihn an, und versuchen Sie es noch einmal.
key-not-answering = Der Sicherheitsschlüssel antwortet nicht: Ziehen Sie ihn ab, stecken Sie ihn wieder an, und versuchen Sie es noch einmal.
key-unsupported = Dieser Sicherheitsschlüssel lässt sich hier nicht benutzen, weil er FIDO2 nicht kennt: Nehmen Sie einen anderen.
key-refused = Der Sicherheitsschlüssel lehnt ab (Status { $status }): Versuchen Sie es noch einmal, oder nehmen Sie einen anderen.
key-fault = Das Programm, das mit Sicherheitsschlüsseln spricht, ist ausgefallen: Nehmen Sie einen anderen Weg, oder fragen Sie die Administration.
key-pin-unfit = Eine PIN hat 4 bis 63 Zeichen: Das wurde nicht an den Sicherheitsschlüssel geschickt.

# Im Befehl.

add-key-plug = Stecken Sie Ihren Sicherheitsschlüssel an, und drücken Sie Enter:
add-key-none = es wurde kein Sicherheitsschlüssel angesteckt und nichts hinzugefügt; beginnen Sie neu, wenn Sie ihn zur Hand haben
add-key-choose = Berühren Sie den Sicherheitsschlüssel, den Sie hinzufügen wollen.
add-key-found = Gefunden: { $name }.
add-key-new-pin = Der Schlüssel hat noch keine PIN. Wählen Sie eine mit mindestens { $count } Zeichen:
add-key-new-pin-again = Dieselbe PIN noch einmal:
add-key-new-pin-differs = Das war nicht dieselbe: Wählen Sie noch einmal.
add-key-pin = PIN des Schlüssels:
add-key-pin-or-finger = PIN des Schlüssels (oder Enter für den Fingerabdruck):
add-key-touch = Berühren Sie den Schlüssel, wenn er blinkt.
add-key-touch-again = Eingerichtet. Berühren Sie ihn noch einmal, zum Beweis, dass er funktioniert.
add-key-second = Fügen Sie einen zweiten Sicherheitsschlüssel hinzu, und verwahren Sie ihn anderswo, falls Sie diesen verlieren.
add-key-remote = ein Sicherheitsschlüssel an Ihrem eigenen Rechner ist über SSH nicht erreichbar: führen Sie das am Rechner selbst aus, oder lassen Sie mit --exchange ein anderes Programm mit dem Schlüssel sprechen
add-key-terminal = führen Sie das in einem Terminal aus, oder lassen Sie mit --exchange ein anderes Programm mit dem Schlüssel sprechen
proof-key-plug = Stecken Sie einen Ihrer Sicherheitsschlüssel an, und drücken Sie Enter:
proof-key-pin = PIN Ihres Sicherheitsschlüssels{ $labelled ->
    [yes] {" "}({ $label })
   *[no] {""}
}:
proof-key-pin-or-finger = PIN Ihres Sicherheitsschlüssels{ $labelled ->
    [yes] {" "}({ $label })
   *[no] {""}
}, oder Enter für den Finger:
proof-key-touch = Berühren Sie ihn, wenn er blinkt.

# Bei der Anmeldung.

prompt-key = PIN für { $way }, dann berühren{ $others ->
    [yes] ; oder ? für einen anderen Weg
   *[no] {""}
}:{" "}
prompt-key-finger = { $way }: Enter drücken und den Sensor berühren, oder PIN eingeben{ $others ->
    [yes] ; oder ? für einen anderen Weg
   *[no] {""}
}:{" "}
prompt-key-plug = Stecken Sie Ihren Sicherheitsschlüssel an, dann Enter{ $others ->
    [yes] , oder ? für einen anderen Weg
   *[no] {""}
}:{" "}
note-key-remote = Ihr Sicherheitsschlüssel lässt sich nur am Rechner selbst benutzen.
note-key-ssh = Ihr Sicherheitsschlüssel zählt hier, sobald ssh Sie mit ihm anmeldet: siehe secinfo security-key ssh.
note-key-locked = Falsche PINs haben diesen Sicherheitsschlüssel hier für { $length } gesperrt.
