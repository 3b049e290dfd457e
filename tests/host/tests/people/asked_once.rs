//! What an administrator has proved to polkit is good for the whole command.

use secinfo_host_tests::{APP, Machine, Pty, password};

/// Commands of several calls, what polkit asks for, and what they show.
const COMMANDS: [(&str, &[&str], &str); 3] = [
    (
        "secinfo --user alice",
        &["read-users"],
        "Security info of alice",
    ),
    (
        "secinfo access-pass issue alice --once",
        &["manage-users"],
        "This access pass",
    ),
    // The log, and beside it the names of those in it.
    (
        "secinfo audit log",
        &["read-log", "read-users"],
        "access-pass-issued",
    ),
];

#[test]
fn an_administrator_is_asked_for_password_and_code_once_for_each_action_of_a_command() {
    let machine = Machine::boot_for_people("");
    machine.set_up_app("alice");
    let mut app = machine.set_up_app("admin");
    let pty = Pty::open();
    let mut session = machine.sign_in(&pty, "admin", &mut app);
    for (command, actions, shown) in COMMANDS {
        session.start(command);
        for action in actions {
            let asked = session.when_agent_asks(&machine, "Password: ", &password("admin"));
            let action = format!("org.secinfo.SecurityInfo1.{action} ");
            assert!(asked.contains(&action), "{command}: {asked}");
            session.when_agent_asks(&machine, APP, &app.fresh());
        }
        let (code, said) = session.finish();
        assert!(code == 0 && said.contains(shown), "{command}: {said}");
        assert!(!said.contains("AUTHENTICATING FOR"), "{command}: {said}");
    }
}
