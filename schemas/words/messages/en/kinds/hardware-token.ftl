kind-hardware-token = Hardware token
    .inline = hardware token
    .one = Hardware token
    .question = { $digits ->
        [0] Code
       *[other] { $digits }-digit code
    } from your hardware token{ $labelled ->
        [yes] {" "}({ $label })
       *[no] {""}
    }
    .deleted = Give the token back to the person who handed it out.

add-token-serial = Serial number, on the back of the token:
add-token-serial-missing = say the token's serial number: --serial SERIAL
add-token-model = Token: { $model }
resync-first = The code that the token shows now:
resync-second = The next code that it shows:
resync-none-given = two codes are needed; nothing was changed
resynchronized = { $method } is in step again.
