//! Tries, from inside a plugin, what its confinement forbids.

use crate::harness::{ACCOUNT, ACCOUNT_UID, HostProcess, directory, file};
use secinfo_channel::Report;
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

/// Whether a restriction is in force.
fn is_in_force(confined: &[String], word: &str) -> bool {
    confined.iter().any(|found| found == word)
}

#[test]
fn a_plugin_cannot_leave_its_sandbox() {
    let directory = directory();
    let outside = file(directory.path(), "outside", "secret", 0o666);
    let inside = directory.path().join("inside");
    fs::create_dir(&inside).unwrap();
    for path in [directory.path(), &inside] {
        fs::set_permissions(path, Permissions::from_mode(0o777)).unwrap();
    }
    let settings = format!(
        "pid = '{}'\noutside = {outside:?}\ninside = {inside:?}",
        std::process::id()
    );
    let mut host = HostProcess::start(
        "escaping",
        &settings,
        &["--writable", inside.to_str().unwrap()],
    );
    let (_, confined) = host.greet();
    for word in [
        "user",
        "limits",
        "not-dumpable",
        "no-new-privs",
        "landlock",
        "seccomp",
    ] {
        assert!(is_in_force(&confined, word), "{word} in {confined:?}");
    }
    assert_eq!(host.outcome(1), Report::Delivered);
    let results: BTreeMap<&str, &str> = host
        .lines()
        .iter()
        .map(|line| line.split_once(": ").unwrap())
        .collect();
    let done: Vec<&str> = results
        .iter()
        .filter(|(_, result)| **result == "done")
        .map(|(what, _)| *what)
        .collect();
    assert_eq!(
        done,
        ["network", "not block", "resolve", "thread", "write inside"]
    );
    for (what, result) in &results {
        assert!(
            ["done", "ENOSYS", "EACCES", "EPERM"].contains(result),
            "{what}: {result}"
        );
    }
    assert_eq!(results.len(), 61);
    assert_eq!(fs::read_to_string(outside).unwrap(), "secret");
    assert_eq!(fs::read_to_string(inside.join("message")).unwrap(), "hello");
}

#[test]
fn paths_in_rules_must_exist() {
    for argument in ["--writable", "--readable"] {
        let why = HostProcess::start("file", "", &[argument, "/nowhere/at/all"]).refusal();
        assert!(why.contains("/nowhere/at/all: does not exist"), "{why}");
    }
    let why = HostProcess::start("file", "", &["--writable", "/etc/hostname"]).refusal();
    assert!(why.contains("is no directory"), "{why}");
}

#[test]
fn a_plugin_runs_as_a_user_of_its_own_and_never_as_root_nobody_or_the_daemon() {
    for (user, daemon, what) in [
        (None, 0, "create an account for it"),
        (Some("root"), 0, "rights of root"),
        (Some("nobody"), 0, "stands for strangers"),
        (Some("no-such-user"), 0, "does not exist"),
        (Some(ACCOUNT), ACCOUNT_UID, "the daemon's own user"),
    ] {
        let why = HostProcess::start_as(user, daemon).refusal();
        assert!(why.contains(what), "{user:?}: {why}");
    }
}
