//! What all other tests here rest on.

use secinfo_host_tests::{ACCOUNTS, Machine, Pty, password};

#[test]
fn a_machine_boots_as_a_debian_host_does_and_knows_nothing_of_secinfo() {
    let machine = Machine::boot_without_package();
    assert_eq!(machine.failed_units(), "");
    assert_eq!(
        machine.run(["ps", "-o", "comm=", "-p", "1"]).ok(),
        "systemd\n"
    );
    machine.run(["secinfo", "--version"]).fails();
    machine
        .run(["busctl", "status", "org.freedesktop.login1"])
        .ok();
}

#[test]
fn everybody_has_their_password_and_only_the_administrator_may_use_sudo() {
    let machine = Machine::boot_without_package();
    for user in ACCOUNTS {
        let pty = Pty::open();
        let mut ssh = machine.ssh(&pty, user);
        ssh.when_asked("password: ", &password(user));
        ssh.when_asked("$ ", "sudo --stdin true; echo it gave $?");
        ssh.when_asked(&format!("password for {user}: "), &password(user));
        ssh.expect(if user == "admin" {
            "it gave 0"
        } else {
            "it gave 1"
        });
        ssh.answer("exit");
        let (status, _) = ssh.ended();
        assert!(status.success());
    }
}

#[test]
fn two_machines_run_side_by_side_and_share_nothing() {
    let one = Machine::boot_without_package();
    let other = Machine::boot_without_package();
    one.write("/etc/mark", "one", 0o640);
    assert_eq!(one.read("/etc/mark"), "one");
    assert_eq!(
        one.run(["stat", "-c", "%a %U", "/etc/mark"]).ok(),
        "640 root\n"
    );
    assert!(!other.exists("/etc/mark"));
    one.run(["systemctl", "stop", "ssh"]).ok();
    assert_eq!(
        other.run(["systemctl", "is-active", "ssh"]).ok(),
        "active\n"
    );
    assert_eq!(one.run_as("alice", ["id", "-un"]).ok(), "alice\n");
    assert!(
        other
            .run_as("alice", ["cat", "/etc/shadow"])
            .fails()
            .contains("denied")
    );
}
