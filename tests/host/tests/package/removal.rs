//! The package is removed.

use crate::app;
use crate::pam_auth_update::sudo;
use secinfo_host_tests::{Machine, Pty, package, password};
use std::fs;

#[test]
fn a_host_from_which_it_is_removed_lets_people_in_and_keeps_the_log() {
    let machine = Machine::boot();
    let codes = app::set_up(&machine, "admin");
    machine.run(["pam-auth-update", "--enable", "secinfo"]).ok();
    machine.run(["apt-get", "remove", "--yes", "secinfo"]).ok();

    assert!(!machine.shell("cat /etc/pam.d/*").ok().contains("secinfo"));
    let pty = Pty::open();
    let mut ssh = machine.ssh_with(&pty, "admin", &[], Some("echo admin is in"));
    ssh.when_asked("password: ", &password("admin"));
    ssh.expect("admin is in");
    sudo(&machine, "admin", None);
    machine.run(["systemctl", "daemon-reload"]).ok();
    assert_eq!(machine.failed_units(), "");
    assert!(!machine.exists("/run/secinfo/channels/text.sock"));
    let call = ["busctl", "status", "org.secinfo.SecurityInfo1"];
    machine.run(call).fails();

    // What it had kept, a new installation goes on with; but a code that was used stays used.
    machine.write("/root/secinfo.deb", fs::read(package()).unwrap(), 0o644);
    machine
        .run(["apt-get", "install", "--yes", "/root/secinfo.deb"])
        .ok();
    app::is_there(&machine, "admin");
    app::verify(&machine, "admin", &codes.again()).fails();
}

#[test]
fn it_is_not_removed_while_a_line_of_somebodys_own_names_the_module() {
    let machine = Machine::boot();
    let before = machine.read("/etc/pam.d/sudo");
    let line = "auth requisite pam_secinfo.so set_up\n";
    machine.write("/etc/pam.d/sudo", format!("{before}{line}"), 0o644);
    let apt = machine.run(["apt-get", "remove", "--yes", "secinfo"]);
    assert!(apt.stdout.contains("/etc/pam.d/sudo"), "{apt:#?}");
    apt.fails();
    machine
        .shell("test -e /usr/lib/*/security/pam_secinfo.so")
        .ok();

    machine.write("/etc/pam.d/sudo", before, 0o644);
    machine.run(["apt-get", "remove", "--yes", "secinfo"]).ok();
    sudo(&machine, "admin", None);
}
