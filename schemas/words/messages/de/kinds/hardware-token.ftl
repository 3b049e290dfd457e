kind-hardware-token = Hardware-Token
    .inline = Hardware-Token
    .one = Hardware-Token
    .question = { $digits ->
        [0] Code
       *[other] { $digits }-stelliger Code
    } von Ihrem Hardware-Token{ $labelled ->
        [yes] {" "}({ $label })
       *[no] {""}
    }
    .deleted = Geben Sie das Token dort zurück, wo Sie es bekommen haben.

add-token-serial = Seriennummer auf der Rückseite des Tokens:
add-token-serial-missing = nennen Sie die Seriennummer des Tokens: --serial SERIAL
add-token-model = Token: { $model }
resync-first = Der Code, den das Token jetzt zeigt:
resync-second = Der nächste Code, den es zeigt:
resync-none-given = es braucht zwei Codes; es wurde nichts geändert
resynchronized = Läuft wieder im Takt: { $method }.
