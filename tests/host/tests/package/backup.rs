//! A host is backed up, and restored on another one.

use crate::{app, doctor};
use secinfo_host_tests::{Machine, Pty, Session};
use serde_json::Value;
use std::process::Command;

const STATE: &str = "/var/lib/secinfo";
const KEY: &str = "/var/lib/secinfo/master.key";
const CREDENTIAL: &str = "/etc/credstore.encrypted/secinfo.master-key";
const BACKUP: &str = "/srv/secinfo.age";
/// The private key of age that opens it.
const IDENTITY: &str = "/srv/backup.key";
const PASSPHRASE: &str = "correct horse battery staple";
const USED: &str = "That code was used already";

/// A host whose log and master key no other one has: all machines start from one that ran once.
fn of_its_own(machine: Machine) -> Machine {
    let script = format!(
        "systemctl stop secinfod && find {STATE} -mindepth 1 -delete && systemctl start secinfod"
    );
    machine.shell(&script).ok();
    machine
}

/// A key that age's own program makes, and its recipient.
fn age_key() -> (String, String) {
    let made = Command::new("age-keygen").output();
    let made = made.expect("age-keygen is installed (Debian package age)");
    let key = String::from_utf8(made.stdout).unwrap();
    let recipient = key
        .lines()
        .find_map(|line| line.strip_prefix("# public key: "));
    let recipient = recipient.expect("the recipient").to_owned();
    (key, recipient)
}

/// Takes a file from one machine to another, as it is.
fn carry(from: &Machine, to: &Machine, path: &str) {
    let encoded = from.run(["base64", path]).ok();
    let decode = format!("umask 077; base64 --decode >{path}");
    to.run_with_input(["sh", "-c", &decode], encoded).ok();
}

/// The log's name for itself.
fn origin(machine: &Machine) -> String {
    let checkpoint = machine.run(["secinfo", "audit", "checkpoint"]).ok();
    checkpoint.lines().next().unwrap().to_owned()
}

/// Asserts that the daemon runs with a log that says of itself that it was restored, from the
/// checkpoint of this backup, and that nothing around it is other than on any host.
fn is_restored(machine: &Machine, backup: &Value) {
    let verified = machine.run(["secinfo", "--json", "audit", "verify"]).json();
    let [restore] = verified["restores"].as_array().unwrap().as_slice() else {
        panic!("{verified}");
    };
    assert_eq!(restore["event"], backup["events"]);
    assert_eq!(restore["root"], backup["root"]);
    assert_eq!(restore["backup_time"], backup["time"]);
    assert_eq!(verified["origin"], backup["origin"]);

    let told = ["journalctl", "--output=json", "SECINFO_EVENT=log-restored"];
    machine.wait_for("the journal", || !machine.run(told).ok().is_empty());
    let told = machine.run(told).json();
    assert_eq!(told["SECINFO_SEQ"], backup["events"].to_string());
    assert_eq!(told["PRIORITY"], "4");

    let others = format!("find {STATE} ! -user secinfo -o ! -group secinfo -o -perm /077");
    assert_eq!(machine.shell(&others).ok(), "");
    let left = format!("find {STATE} -name 'restore*'");
    assert_eq!(machine.shell(&left).ok(), "");
    let status = machine.run(["secinfo", "--json", "status"]).json();
    assert_eq!(status["healthy"], true, "{status}");
    let state =
        "systemctl is-active secinfod; systemctl show --property=NRestarts --value secinfod";
    assert_eq!(machine.shell(state).ok(), "active\n1\n");
    assert_eq!(machine.failed_units(), "");
}

#[test]
fn people_sign_in_on_a_host_of_another_release_whose_master_key_is_sealed_and_no_used_code_is_taken()
 {
    let (key, recipient) = age_key();
    let old = of_its_own(Machine::boot_other_release());
    let mut codes = app::set_up(&old, "alice");
    app::verify(&old, "alice", &codes.fresh()).ok();
    old.shell("secinfo audit checkpoint >/srv/checkpoint").ok();
    let words = [
        "secinfo",
        "--json",
        "backup",
        BACKUP,
        "--recipient",
        &recipient,
    ];
    let backup = old.run(words).json();
    assert_eq!(old.run(["stat", "-c", "%a %U", BACKUP]).ok(), "600 root\n");
    // The former host goes on for a moment, which the backup knows nothing of.
    let before = codes.again();
    app::verify(&old, "alice", &codes.fresh()).ok();
    let off = ["systemctl", "disable", "--now", "secinfod"];
    old.run(off).ok();
    old.run(["secinfo", "status"]).fails();

    // Codes may be far off there, so that the test need not wait until the others have expired.
    let new = of_its_own(Machine::boot_for_people(""));
    let seal = "secinfo setup --non-interactive --master-key host";
    new.run(seal.split(' ')).ok();
    assert!(!new.exists(KEY) && new.exists(CREDENTIAL));
    let found = doctor::findings(&new);
    assert_ne!(origin(&new), backup["origin"]);
    carry(&old, &new, BACKUP);
    carry(&old, &new, "/srv/checkpoint");
    new.write(IDENTITY, key, 0o600);
    let check = [
        "secinfo",
        "backup",
        "--check",
        BACKUP,
        "--identity",
        IDENTITY,
    ];
    new.run(check).ok();
    let restore = ["secinfo", "restore", BACKUP, "--identity", IDENTITY];
    let said = new.run(restore).ok();
    assert!(said.contains("Restored: the service runs"), "{said}");
    is_restored(&new, &backup);
    assert_eq!(doctor::findings(&new), found);
    let continues = ["secinfo", "audit", "verify", "--against", "/srv/checkpoint"];
    new.run(continues).ok();
    assert!(!new.exists(KEY));

    let pty = Pty::open();
    let mut client = new.ssh_up_to_code(&pty, "alice");
    for used in [before, codes.again()] {
        client.answer(&used);
        client.expect(USED);
        client.expect(": ");
    }
    client.answer(&codes.at(5));
    Session::of(client, "alice").end();
    // The vault opens with the sealed key after any start.
    new.run(["systemctl", "restart", "secinfod"]).ok();
    app::is_there(&new, "alice");
}

#[test]
fn an_administrator_types_the_passphrase_and_gives_up_what_the_host_had() {
    let old = of_its_own(Machine::boot());
    let mut codes = app::set_up(&old, "alice");
    app::verify(&old, "alice", &codes.fresh()).ok();
    let pty = Pty::open();
    let words = ["secinfo", "--json", "backup", BACKUP, "--passphrase"];
    let mut backup = pty.run(&old.command(words));
    backup.when_asked("New passphrase for the backup: ", PASSPHRASE);
    backup.when_asked("The same again: ", PASSPHRASE);
    let (status, said) = backup.ended();
    assert!(status.success(), "{said}");
    let backup: Value = serde_json::from_str(said.trim()).unwrap();

    let new = of_its_own(Machine::boot());
    carry(&old, &new, BACKUP);
    app::set_up(&new, "bob");
    let before = origin(&new);
    let restore = || {
        let mut restore = pty.run(&new.command(["secinfo", "restore", BACKUP]));
        restore.when_asked("Passphrase of the backup: ", PASSPHRASE);
        restore.ended()
    };
    let (status, said) = restore();
    assert!(!status.success(), "{said}");
    assert!(said.contains("empty host only"), "{said}");
    assert_eq!(origin(&new), before);
    app::is_there(&new, "bob");

    let aside = format!(
        "systemctl mask --runtime --now secinfod && mv {STATE} {STATE}.before && \
         systemctl unmask --runtime secinfod"
    );
    new.shell(&aside).ok();
    let (status, said) = restore();
    assert!(status.success(), "{said}");
    is_restored(&new, &backup);
    assert_eq!(doctor::findings(&new), ["pam-not-switched-on"]);
    app::is_there(&new, "alice");
    app::verify(&new, "alice", &codes.again()).fails();
    let compare = format!("cmp {KEY} {STATE}.before/master.key");
    new.shell(&compare).fails();
}
