//! Purging the package: what cannot be restored is removed only upon confirmation.

use crate::app;
use secinfo_host_tests::{Machine, Pty};

const STATE: &str = "/var/lib/secinfo";
/// All that bears the name. What the distribution itself keeps about former packages is not ours.
const FIND: &str = "find /etc /usr /run /var/lib -xdev -name '*secinfo*' ! -path '/var/lib/dpkg/*'";
const PRESEED: &str = "secinfo secinfo/purge-log boolean true\n";

fn purge(machine: &Machine) -> String {
    // What dpkg warns of goes to standard error.
    machine.shell("apt-get purge --yes secinfo 2>&1").ok()
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
    let said = purge(&machine);
    // Debian 12 warns of directories that packages of its own have below the link /lib, whatever is done here.
    assert!(!said.contains("/lib/systemd/system'"), "{said}");
    for path in [STATE, "/etc/secinfo", "/run/secinfo", "/usr/lib/secinfo"] {
        assert!(!machine.exists(path), "{path}");
    }
    assert_eq!(machine.shell(FIND).ok(), "");
    assert_eq!(machine.failed_units(), "");
}

#[test]
fn what_setup_wrote_goes_too() {
    let machine = Machine::boot();
    let setup = "secinfo setup --non-interactive --master-key host --channel text=spool \
                 --organization Example --pam enable --ssh password-and-code --pam-confirmed";
    machine.run(setup.split(' ')).ok();
    let former = "/etc/credstore.encrypted/.secinfo.master-key.former";
    machine.write(former, "a run of setup was cut short", 0o600);
    machine
        .run(["systemctl", "enable", "--now", "secinfo-metrics.timer"])
        .ok();
    let said = purge(&machine);
    assert!(said.contains(former), "{said}");

    machine.install_package().ok();
    machine
        .run_with_input(["debconf-set-selections"], PRESEED)
        .ok();
    purge(&machine);
    assert_eq!(machine.shell(FIND).ok(), "");
    assert!(!machine.shell("cat /etc/pam.d/*").ok().contains("secinfo"));
    assert_eq!(machine.failed_units(), "");
}

#[test]
fn a_state_on_a_disk_of_its_own_or_behind_a_link_is_destroyed_where_it_is() {
    let ways = [
        "mount --bind /srv/state /var/lib/secinfo",
        "rmdir /var/lib/secinfo && ln -s /srv/state /var/lib/secinfo",
    ];
    for way in ways {
        let machine = Machine::boot();
        app::set_up(&machine, "alice");
        let script =
            format!("set -e; systemctl stop secinfod; mv {STATE} /srv/state; mkdir {STATE}; {way}");
        machine.shell(&script).ok();
        assert_kept(&machine);
        machine
            .run_with_input(["debconf-set-selections"], PRESEED)
            .ok();
        purge(&machine);
        assert_eq!(machine.shell("ls -A /srv/state").ok(), "", "{way}");
    }
}
