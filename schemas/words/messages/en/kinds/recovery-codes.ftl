kind-recovery-codes = Recovery codes
    .inline = recovery codes
    .one = Recovery code
    .question = One of your recovery codes
    .deleted = Destroy the paper with the codes: they are worthless now.

add-codes-former = You have recovery codes, { $count } of them unused. They stop working when you get new ones.
add-codes-confirm = Get new ones?
add-codes-kept = The former codes are still good.
add-codes-yes-missing = say --yes to make the former codes void when standard input is not a terminal
add-codes-shown = These codes are shown only now. Print them or write them down, and keep them where you find them when your device is lost, and nobody else does. Each is good once.
add-codes-void = The codes that you got before are void.
