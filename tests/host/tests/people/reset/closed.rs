//! Accounts that are closed in one way or another: to strangers they look as any other, and a reset that is proved
//! opens none of them.

use super::{ON, prove, take};
use secinfo_host_tests::{Codes, Machine, Pty};

/// Users, and how root closes their accounts.
const CLOSED: [(&str, &str); 3] = [
    ("lydia", "usermod -L lydia"),
    ("evan", "chage -E 0 evan"),
    ("nora", "usermod -s /usr/sbin/nologin nora"),
];

/// A user who locks their own account.
const AFRAID: &str = "amelie";

/// What a stranger reads who gets nowhere.
fn refused(machine: &Machine, name: &str) -> String {
    let pty = Pty::open();
    let mut client = pty.run(&machine.command_as("bob", ["secinfo", "reset", name]));
    let mut said = take(&mut client, "Authenticator app");
    for _ in 0..2 {
        said += &client.when_asked("another way): ", "000000");
    }
    let (status, rest) = client.ended();
    assert!(!status.success(), "{rest}");
    said + &rest
}

fn set_up(machine: &Machine, user: &str) -> Codes {
    let script = "useradd --create-home --shell /bin/bash \"$1\" && \
                  echo \"$1:the password of $1\" | chpasswd";
    machine.run(["sh", "-c", script, "sh", user]).ok();
    machine.set_up_app(user)
}

#[test]
fn closed_accounts_look_as_any_other_to_strangers_and_stay_closed_after_a_proof() {
    let machine = Machine::boot_for_people(&format!("{ON}attempts = 2\n"));
    machine.set_up_app("alice");
    let mut apps = CLOSED.map(|(user, _)| set_up(&machine, user));
    let mut app = set_up(&machine, AFRAID);
    for (_, close) in CLOSED {
        machine.shell(close).ok();
    }
    machine.run_as(AFRAID, ["secinfo", "lock", "--yes"]).ok();
    let shadow = machine.read("/etc/shadow");

    let as_any_other = refused(&machine, "alice");
    assert!(
        as_any_other.contains("You were not let through"),
        "{as_any_other}"
    );
    for name in CLOSED
        .map(|(user, _)| user)
        .into_iter()
        .chain([AFRAID, "nemo"])
    {
        assert_eq!(refused(&machine, name), as_any_other, "{name}");
    }

    for ((user, _), app) in CLOSED.into_iter().zip(&mut apps) {
        let pty = Pty::open();
        let mut client = pty.run(&machine.command_as("bob", ["secinfo", "reset", user]));
        prove(&mut client, "Authenticator app", &app.fresh());
        let (status, said) = client.ended();
        assert!(!status.success(), "{user}: {said}");
        assert!(said.contains("cannot be set here"), "{user}: {said}");
    }
    // Of an account that its user has locked not even the right code is taken.
    let pty = Pty::open();
    let mut client = pty.run(&machine.command_as("bob", ["secinfo", "reset", AFRAID]));
    prove(&mut client, "Authenticator app", &app.fresh());
    client.expect("That was not accepted");
    drop(client);

    assert_eq!(machine.read("/etc/shadow"), shadow);
    assert_eq!(machine.events("password-reset-requested"), 0);
    assert_eq!(machine.events("unlocked"), 0);
    assert_eq!(machine.events("account-unlocked"), 0);
}
