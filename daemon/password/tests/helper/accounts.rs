//! For whom a password is set, whatever the daemon asks for.

use crate::host::{ALICE, BOB, DAEMON, Host, NEW, OLD};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};

#[test]
fn no_password_is_set_for_an_account_that_is_no_persons_or_is_closed() {
    let host = Host::new();
    let before = host.shadow();
    for (name, uid, why) in [
        ("root", 0, "not a person's"),
        ("games", 5, "not a person's"),
        ("secinfo", DAEMON, "not a person's"),
        ("nobody", 65_534, "not a person's"),
        ("olivia", 70_000, "not a person's"),
        ("carol", 1002, "excluded group"),
        ("mallory", 1010, "excluded group"),
        ("dave", 1003, "no shell"),
        ("erin", 1004, "no shell"),
        ("frank", 1005, "locked"),
        ("grace", 1006, "locked"),
        ("heidi", 1007, "no password"),
        ("ivan", 1008, "expired"),
        ("judy", 1009, "expired"),
        ("alice", 0, "no user"),
        ("alice", BOB, "no user"),
        ("root", ALICE, "no user"),
        ("nemo", 4000, "no user"),
        ("", ALICE, "no user"),
        ("-alice", ALICE, "no user"),
        ("alice:x", ALICE, "no user"),
        ("alice\0", ALICE, "no user"),
        ("../alice", ALICE, "no user"),
        (&"a".repeat(2000), ALICE, "no user"),
    ] {
        assert_eq!(host.check(name, uid), "barred", "{name} {uid}");
        let mut helper = host.connect(DAEMON);
        let ticket = host.ticket(name, uid);
        assert_eq!(helper.set(&ticket, NEW).word(), "barred", "{name} {uid}");
        let journal = helper.journal();
        assert!(journal.contains(why), "{name} {uid}: {journal}");
        assert_eq!(host.outcome(&ticket), "not_set");
    }
    assert_eq!(host.shadow(), before, "a locked account stays as it is");
    assert_eq!(host.check("alice", ALICE), "settable");
}

#[test]
fn the_groups_that_root_excludes_are_excluded_and_no_others() {
    let host = Host::new();
    assert_eq!(host.check("bob", BOB), "settable");
    host.configure("excluded_groups = [\"staff\", \"there-is-none\"]\n");
    assert_eq!(host.set("bob", BOB, NEW).word(), "barred");
    assert_eq!(
        host.check("carol", 1002),
        "settable",
        "root has allowed administrators"
    );
    host.configure("excluded_groups = []\n");
    assert_eq!(
        host.check("mallory", 1010),
        "barred",
        "root's own group always is"
    );
}

#[test]
fn rules_that_another_account_could_have_written_are_not_followed() {
    let host = Host::new();
    host.configure("excluded_groups = []\n");
    let file = host.etc("secinfo/config.toml");
    let directory = host.etc("secinfo");
    let refused = |what: &str| {
        let mut helper = host.connect(DAEMON);
        let reply = helper.set(&host.ticket("alice", ALICE), NEW);
        assert_eq!(reply.word(), "Internal", "{what}");
        let journal = helper.journal();
        assert!(journal.contains("must belong to root"), "{journal}");
    };
    chown(&file, Some(DAEMON), None).unwrap();
    refused("the daemon's file");
    chown(&file, Some(0), None).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o664)).unwrap();
    refused("a file that a group can write to");
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    chown(&directory, Some(DAEMON), None).unwrap();
    refused("a directory of the daemon's");
    chown(&directory, Some(0), None).unwrap();
    host.configure("excluded_group = []\n");
    assert_eq!(host.set("alice", ALICE, NEW).word(), "Internal");
    assert!(host.holds("alice", OLD));
    host.configure("");
    assert_eq!(host.set("alice", ALICE, NEW).word(), "set");
}

#[test]
fn where_password_reset_is_not_enabled_no_password_is_set() {
    let host = Host::new();
    let file = host.etc("secinfo/config.toml");
    for text in ["", "[policy.reset]\nenabled = false\n"] {
        fs::write(&file, text).unwrap();
        assert_eq!(host.set("alice", ALICE, NEW).word(), "barred");
    }
    fs::remove_file(&file).unwrap();
    assert_eq!(host.set("alice", ALICE, NEW).word(), "barred");
    assert!(host.holds("alice", OLD));
}

#[test]
fn an_account_that_an_administrator_locks_meanwhile_stays_locked() {
    let host = Host::new();
    // Between the look at the account and its new password, an administrator locks it.
    host.script(
        "lock-alice",
        // It goes on once the administrator's command has ended, or waits for its turn.
        "usermod --lock alice & pid=$!\necho $pid >/etc/locking\n\
         while [ \"$(cut -d' ' -f3 /proc/$pid/stat)\" != Z ] &&\n\
         ! grep -q -- \"-> POSIX .* $pid \" /proc/locks; do :; done\n",
    );
    let rules = "password optional pam_exec.so /etc/lock-alice\npassword required pam_unix.so\n";
    host.stack(rules);
    assert_eq!(host.set("alice", ALICE, NEW).word(), "set");
    let pid = fs::read_to_string(host.etc("locking")).unwrap();
    let ended = host
        .command(&["tail", "--pid", pid.trim(), "-f", "/dev/null"])
        .status();
    assert!(ended.unwrap().success());
    let hash = host.hash("alice");
    assert!(hash.starts_with('!'), "it was unlocked: {hash}");
}
