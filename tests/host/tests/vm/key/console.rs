//! At a console: adding keys, `login` and `sudo`.

use super::{Desk, PIN, USER, touches};
use secinfo_host_tests::{Authenticator, Owner, Shared, password};

/// What a shell of the user says when it waits for a command.
pub(crate) const SHELL: &str = "admin@secinfo-host:~$";

/// The user signs in with the app, and adds a key without a PIN that is plugged in only then; and a
/// second one, which is told from the first by a touch.
pub(crate) fn add_two_keys(desk: &mut Desk) -> [Shared; 2] {
    sign_in_up_to_method(desk);
    let code = desk.app.fresh();
    desk.console()
        .when_asked("Code from Authenticator app", &code);
    begin_to_add(desk, "Key ring");
    let code = desk.app.fresh();
    desk.console()
        .when_asked("code from your authenticator app", &code);
    desk.console()
        .expect("Plug in your security key, then press Enter:");
    let first = desk.ports[0].plug(Authenticator::new(), "First Key");
    desk.wait_for_key();
    desk.console().type_line("");
    desk.console().expect("Found: First Key.");
    for question in ["The key has no PIN yet.", "The same PIN again:"] {
        desk.console().when_asked(question, PIN);
    }
    desk.console().expect("Added: Security key (Key ring).");
    assert!(first.lock().key.has_pin(PIN));

    first.lock().owner = Owner::IsAway;
    let second = desk.ports[1].plug(Authenticator::new().with_pin(PIN), "Second Key");
    begin_to_add(desk, "At home");
    desk.console().when_asked("PIN of the key:", PIN);
    desk.console().expect("Added: Security key (At home).");
    assert_eq!(
        [
            first.lock().key.credentials(),
            second.lock().key.credentials()
        ],
        [1, 1]
    );
    first.lock().owner = Owner::Touches;
    [first, second]
}

fn sign_in_up_to_method(desk: &mut Desk) {
    let mut console = desk.console();
    console.when_asked("secinfo-host login:", USER);
    console.when_asked("Password:", &password(USER));
}

fn begin_to_add(desk: &mut Desk, label: &str) {
    desk.console().expect(SHELL);
    let command = format!("secinfo add security-key --label \"{label}\"");
    desk.console().type_line(&command);
}

/// `login` and `sudo` take the PIN and a touch in one prompt, whichever of the keys is plugged in.
pub(crate) fn sign_in_with_either(desk: &mut Desk, [first, second]: [&Shared; 2]) {
    let mut console = desk.console();
    console.expect(SHELL);
    console.type_line("secinfo default \"Key ring\"");
    console.expect("Your default sign-in method is now: Security key (Key ring).");
    console.when_asked(SHELL, "exit");
    let before = [first, second].map(touches);

    sign_in_up_to_method(desk);
    let mut console = desk.console();
    let asked = "PIN of Security key \"Key ring\", then touch it; or ? for another way:";
    let screen = console.when_asked(asked, PIN);
    assert!(!screen.contains(PIN), "{screen}");
    let screen = console.expect(SHELL);
    assert!(!screen.contains(PIN), "{screen}");

    // Another program that uses the same key all the time spoils nothing.
    desk.ports[0].unplug();
    desk.machine
        .shell(
            "(while :; do fido2-token -I /dev/hidraw1 && touch used; sleep 0.1; done) >/dev/null 2>&1 &
             echo $! >user",
        )
        .ok();
    desk.machine.wait_for("another program", "test -e used");
    begin_sudo(desk);
    let mut console = desk.console();
    console.when_asked("PIN of Security key \"At home\", then touch it", PIN);
    let screen = console.expect(SHELL);
    assert!(screen.contains("root "), "{screen}");
    // It has gone on all the time.
    desk.machine.shell("kill $(cat user)").ok();
    assert_eq!([first, second].map(touches), before.map(|count| count + 1));
}

/// Begins to become root by `sudo`, up to what follows the password.
pub(crate) fn begin_sudo(desk: &mut Desk) {
    let mut console = desk.console();
    console.type_line("sudo -k id -un");
    console.when_asked("[sudo] password for admin:", &password(USER));
}
