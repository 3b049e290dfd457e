//! The package is purged: what nobody could have back goes only when somebody says so.

use crate::app;
use secinfo_host_tests::{Machine, Pty};

const STATE: &str = "/var/lib/secinfo";
const PRESEED: &str = "secinfo secinfo/purge-log boolean true\n";

fn purge(machine: &Machine) -> String {
    let apt = machine.run(["apt-get", "purge", "--yes", "secinfo"]);
    apt.ok()
}

fn assert_kept(machine: &Machine) {
    for name in ["log/db", "vault.root", "master.key"] {
        assert!(machine.exists(&format!("{STATE}/{name}")), "{name}");
    }
}

#[test]
fn without_an_answer_it_keeps_the_log_and_its_key_and_says_where() {
    let machine = Machine::boot();
    app::set_up(&machine, "alice");
    let said = purge(&machine);
    assert!(said.contains("kept") && said.contains(STATE), "{said}");
    assert_kept(&machine);
    assert!(!machine.exists("/etc/secinfo/config.toml"));
    assert!(!machine.exists("/etc/secinfo/channels"));
}

#[test]
fn a_person_is_asked_and_their_no_is_a_no() {
    let machine = Machine::boot();
    app::set_up(&machine, "alice");
    let pty = Pty::open();
    let purge = machine.command([
        "env",
        "TERM=dumb",
        "DEBIAN_FRONTEND=readline",
        "apt-get",
        "purge",
        "--yes",
        "secinfo",
    ]);
    let mut purge = pty.run(&purge);
    purge.expect("cannot be undone");
    purge.when_asked("[yes/no] ", "no");
    let (status, said) = purge.ended();
    assert!(status.success(), "{said}");
    assert_kept(&machine);
}

#[test]
fn with_a_yes_given_beforehand_nothing_is_left() {
    let machine = Machine::boot();
    app::set_up(&machine, "alice");
    machine
        .run(["secinfo", "break-glass", "create", "admin"])
        .ok();
    machine
        .run_with_input(["debconf-set-selections"], PRESEED)
        .ok();
    purge(&machine);
    for path in [STATE, "/etc/secinfo", "/run/secinfo", "/usr/lib/secinfo"] {
        assert!(!machine.exists(path), "{path}");
    }
    let links = "find /etc/systemd /lib/systemd /run/systemd -name '*secinfo*'";
    assert_eq!(machine.shell(links).ok(), "");
    assert_eq!(machine.failed_units(), "");
}
