kind-authenticator-app = Authenticator app
    .inline = authenticator app
    .one = Authenticator app
    .question = { $digits ->
        [0] Code
       *[other] { $digits }-digit code
    } from your authenticator app{ $labelled ->
        [yes] {" "}({ $label })
       *[no] {""}
    }
    .deleted = Remove the account from the app as well: its codes are worthless now.

add-app-enter = Enter this in your authenticator app:
add-app-enter-or-scan = Enter this in your authenticator app, or scan the QR code below it:
add-app-narrow = (This window is too narrow to draw the QR code. Make it wider and start again, or use --qr-file.)
add-app-undrawn = (This terminal cannot draw the QR code. To have it in a file, start again with --qr-file.)
add-app-uncoloured = (It is drawn without colours. If the app does not see it, start again with --color always.)
add-app-file = The QR code is in { $path }. Delete the file when the app has it: it holds the key.
add-app-issuer = Issuer
add-app-account = Account
add-app-key = Key
add-app-uri = URI
add-app-codes = Codes
add-app-parameters = { $digits } digits, every { $period } seconds, { $algorithm }
add-app-no-picture = { $path } is no picture that can be written: end its name in .png or .svg
add-app-file-exists = { $path } exists; name another file, or replace it with --force
add-app-too-long = the URI makes no QR code ({ $cause }); enter the key by hand
