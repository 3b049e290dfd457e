//! The second step is switched on and off with `pam-auth-update`.

use crate::app;
use secinfo_host_tests::{Machine, Pty, password};

const FILE: &str = "/etc/pam.d/common-auth";

#[test]
fn switched_on_it_asks_who_has_a_method_and_switched_off_all_is_as_before() {
    let machine = Machine::boot();
    let before = machine.read(FILE);
    let mut codes = app::set_up(&machine, "admin");
    sudo(&machine, "admin", None);

    machine.run(["pam-auth-update", "--enable", "secinfo"]).ok();
    let lines = machine.read(FILE);
    assert_eq!(lines.matches("pam_secinfo.so").count(), 1, "{lines}");
    sudo(&machine, "admin", Some(&codes.fresh()));
    // A user who has no method, and needs none, signs in as before.
    let pty = Pty::open();
    let su = ["su", "--command", "id -un", "bob"];
    let mut su = pty.run(&machine.command_as("alice", su));
    su.when_asked("Password: ", &password("bob"));
    su.expect("bob\n");

    machine
        .run(["pam-auth-update", "--disable", "secinfo"])
        .ok();
    assert_eq!(machine.read(FILE), before);
    sudo(&machine, "admin", None);
}

/// Has a user become root by sudo, with the password and with a code if one is asked for.
pub(crate) fn sudo(machine: &Machine, user: &str, code: Option<&str>) {
    let pty = Pty::open();
    let words = ["sudo", "--reset-timestamp", "id", "-un"];
    let mut sudo = pty.run(&machine.command_as(user, words));
    sudo.when_asked(&format!("password for {user}: "), &password(user));
    if let Some(code) = code {
        sudo.when_asked("Code from Authenticator app", code);
    }
    let (status, said) = sudo.ended();
    assert!(status.success() && said.ends_with("root\n"), "{said}");
    assert!(!said.contains("Code from"), "{said}");
}
