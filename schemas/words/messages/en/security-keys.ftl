# What users read while a security key is used: from the command, and at a sign-in.

# Why it came to nothing, each with what to do next.

key-no-key = No security key is plugged in.
key-not-theirs = None of your security keys is plugged in.
key-already-registered = That security key is registered already: use another one.
key-several-keys = Several security keys are plugged in: unplug all but the one that you want.
key-not-permitted = Security keys cannot be used from this session: sign in at the host itself, or ask an administrator.
key-no-pin = The security key has no PIN, so that it cannot verify you: set one with its maker’s program.
key-wrong-pin = That PIN is not right. Tries left: { $tries }.
key-few-tries = After wrong PINs the security key has { $tries } tries left, which are not spent at a sign-in: use another way.
key-replug = After wrong PINs the security key takes no other: unplug it and plug it in again.
key-pin-blocked = The security key takes no PIN any more: use another way, reset the key with its maker’s program, then add it again.
key-pin-refused = The security key does not take that PIN: choose another one.
key-wrong-finger = The security key does not know that finger: try again, or type the PIN.
key-not-touched = The security key was not touched in time: try again.
key-busy = Another program uses the security key: close what asks for it, such as a page in a browser, then try again.
key-unplugged = The security key was unplugged: plug it in, then try again.
key-not-answering = The security key does not answer: unplug it, plug it in again, then try again.
key-unsupported = That security key cannot be used here, because it does not know FIDO2: use another one.
key-refused = The security key refuses (status { $status }): try again, or use another one.
key-fault = The program that talks to security keys has failed: use another way, or ask an administrator.
key-pin-unfit = A PIN has 4 to 63 characters: that was not sent to the security key.

# In the command.

add-key-plug = Plug in your security key, then press Enter:
add-key-none = no security key was plugged in, so nothing was added; start again when you have it at hand
add-key-choose = Touch the security key that you want to add.
add-key-found = Found: { $name }.
add-key-new-pin = The key has no PIN yet. Choose one with at least { $count } characters:
add-key-new-pin-again = The same PIN again:
add-key-new-pin-differs = Those were not the same: choose again.
add-key-pin = PIN of the key:
add-key-pin-or-finger = PIN of the key (or Enter to use your fingerprint):
add-key-touch = Touch the key when it blinks.
add-key-touch-again = Registered. Touch it once more, to prove that it works.
add-key-second = Add a second security key and keep it elsewhere, for when you lose this one.
add-key-remote = a security key at your own machine cannot be reached over SSH: run this at the host itself, or let another program talk to the key with --exchange
add-key-terminal = run this on a terminal, or let another program talk to the key with --exchange
proof-key-plug = Plug in one of your security keys and press Enter:
proof-key-pin = PIN of your security key{ $labelled ->
    [yes] {" "}({ $label })
   *[no] {""}
}:
proof-key-pin-or-finger = PIN of your security key{ $labelled ->
    [yes] {" "}({ $label })
   *[no] {""}
}, or Enter for your fingerprint:
proof-key-touch = Touch it when it blinks.

# At a sign-in.

prompt-key = PIN of { $way }, then touch it{ $others ->
    [yes] ; or ? for another way
   *[no] {""}
}:{" "}
prompt-key-finger = Press Enter and touch the sensor of { $way }, or type its PIN{ $others ->
    [yes] ; or ? for another way
   *[no] {""}
}:{" "}
prompt-key-plug = Plug in your security key and press Enter{ $others ->
    [yes] , or ? for another way
   *[no] {""}
}:{" "}
note-key-remote = Your security key can be used at the host itself only.
note-key-ssh = Your security key counts here once ssh uses it: see secinfo security-key ssh.
note-key-locked = Wrong PINs locked this security key here for { $length }.
