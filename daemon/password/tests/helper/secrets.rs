//! Where no password may be.

use crate::host::{ALICE, DAEMON, Host, NEW};
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn no_password_is_in_the_journal_the_record_or_what_others_see_of_the_process() {
    let host = Host::new();
    // While the password is being set, the helper is looked at from outside.
    host.script(
        "look",
        "cat /proc/$PPID/cmdline /proc/$PPID/environ /proc/$PPID/limits >/etc/looked\n\
         cat /proc/$PPID/task/*/comm >>/etc/looked\n",
    );
    host.stack(&format!(
        "password optional pam_exec.so /etc/look\n{}",
        crate::host::SHIPPED
    ));
    let mut journal = String::new();
    for password in ["my-secret", NEW] {
        let mut helper = host.connect(DAEMON);
        helper.set(&host.ticket("alice", ALICE), password);
        journal += &helper.journal();
        let looked = fs::read(host.etc("looked")).unwrap();
        let looked = String::from_utf8_lossy(&looked).into_owned();
        assert!(looked.contains("secinfo-passwo"), "{looked}");
        assert!(!looked.contains(password), "{looked}");
        let limit = looked
            .lines()
            .find(|line| line.starts_with("Max core file size"))
            .unwrap();
        let limits: Vec<_> = limit.split_whitespace().skip(4).take(2).collect();
        assert_eq!(limits, ["0", "0"], "no core dump is written");
    }
    assert!(host.holds("alice", NEW));
    assert!(journal.contains("a new password was set") && journal.contains("was refused"));
    assert!(
        !journal.contains("secret") && !journal.contains(NEW),
        "{journal}"
    );
    let found = grep(&[&host.record(), &host.etc("")], NEW);
    assert_eq!(found, "", "it is in a file");
}

/// The files below these directories that hold a text.
fn grep(directories: &[&Path], text: &str) -> String {
    let output = Command::new("grep")
        .args([
            "--recursive",
            "--files-with-matches",
            "--fixed-strings",
            "--",
            text,
        ])
        .args(directories)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}
