//! polkit from version 127 on runs PAM in a unit of its own, which reaches no device and no network.

use super::{Desk, PIN, USER};
use secinfo_host_tests::password;

/// What confines polkit's unit.
const CONFINED: &str = "--property=PrivateDevices=yes --property=PrivateNetwork=yes \
                        --property=ProtectHome=yes --property=ProtectSystem=strict \
                        --property=RestrictAddressFamilies=AF_UNIX --property=NoNewPrivileges=yes";

/// A program of PAM under the same confinement verifies the user, by a code where nothing says who sits
/// there, and by a key on a screen of the host, because it is not the program that opens the device. What
/// cannot be a PIN, such as a password in the place of one, is not told to the key. Nothing is written to
/// standard error, where agents would stumble over it.
pub(crate) fn verifies_with_key_and_code(desk: &mut Desk) {
    let code = desk.app.fresh();
    let said = authenticate(desk, "", &[&password(USER), &code]);
    assert!(said.contains("at the host itself only"), "{said}");

    desk.ports[0].unplug();
    let key = desk.ports[1].plug_again();
    desk.wait_for_key();
    let commands = key.lock().commands.len();
    let said = authenticate(desk, "tty1", &[&password(USER), "abc", PIN]);
    assert!(
        said.contains("that was not sent to the security key"),
        "{said}"
    );
    assert!(key.lock().commands.len() > commands);
    assert_eq!(key.lock().key.tries(), 8);
}

/// What is asked of the user, who answers so and is in.
fn authenticate(desk: &mut Desk, terminal: &str, answers: &[&str]) -> String {
    desk.machine
        .write("/run/test/pam.py", include_str!("pam.py"));
    let answers = answers.join("\n");
    let script = format!(
        "systemd-run --quiet --wait --pipe {CONFINED} \
             python3 /run/test/pam.py polkit-1 {USER} '{terminal}' <<'END'\n{answers}\nEND\n"
    );
    let output = desk.machine.shell(&script);
    assert_eq!(
        (output.code, output.stderr.as_str()),
        (0, ""),
        "{output:#?}"
    );
    output.stdout
}
