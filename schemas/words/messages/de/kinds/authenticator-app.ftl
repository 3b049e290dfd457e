kind-authenticator-app = Authenticator-App
    .inline = Authenticator-App
    .one = Authenticator-App
    .question = { $digits ->
        [0] Code
       *[other] { $digits }-stelliger Code
    } aus Ihrer Authenticator-App{ $labelled ->
        [yes] {" "}({ $label })
       *[no] {""}
    }
    .deleted = Entfernen Sie das Konto auch aus der App: Seine Codes sind jetzt wertlos.

add-app-enter = Geben Sie das in Ihrer Authenticator-App ein:
add-app-enter-or-scan = Geben Sie das in Ihrer Authenticator-App ein, oder lesen Sie den QR-Code darunter ein:
add-app-narrow = (Das Fenster ist zu schmal für den QR-Code. Machen Sie es breiter, und beginnen Sie von vorn, oder nehmen Sie --qr-file.)
add-app-undrawn = (Dieses Terminal kann den QR-Code nicht zeichnen. Mit --qr-file kommt er in eine Datei: Beginnen Sie damit von vorn.)
add-app-uncoloured = (Er ist ohne Farben gezeichnet. Wenn die App ihn nicht erkennt, beginnen Sie noch einmal mit --color always.)
add-app-file = Der QR-Code steht in { $path }. Löschen Sie die Datei, sobald die App ihn hat: Sie enthält den Schlüssel.
add-app-issuer = Aussteller
add-app-account = Konto
add-app-key = Schlüssel
add-app-uri = URI
add-app-codes = Codes
add-app-parameters = { $digits } Ziffern, alle { $period } Sekunden, { $algorithm }
add-app-no-picture = { $path } ist kein Bild, das geschrieben werden kann: Der Name muss auf .png oder .svg enden
add-app-file-exists = { $path } gibt es schon; nennen Sie eine andere Datei, oder ersetzen Sie sie mit --force
add-app-too-long = aus der URI wird kein QR-Code ({ $cause }); geben Sie den Schlüssel von Hand ein
