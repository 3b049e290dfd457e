//! Helpers that are killed while they set a password.

use crate::host::{ALICE, DAEMON, Host, OLD, compile_library};
use serde_json::json;
use std::fs;

/// A history, and a hash that is computed quickly: many helpers are killed.
const STACK: &str = "\
password requisite pam_pwhistory.so enforce_for_root remember=1
password required pam_unix.so sha512 rounds=1000
";

#[test]
fn a_helper_that_is_killed_at_any_call_leaves_one_of_both_passwords_and_says_which() {
    let host = Host::new();
    host.stack(STACK);
    // It kills the helper at a call of the C library.
    let killer = host.directory().join("kill.so");
    compile_library("kill.c", &killer);
    let preload = format!("LD_PRELOAD={}", killer.display());
    let mut holds = OLD.to_owned();
    let mut seen = (0, 0);
    for number in 1.. {
        // As many tickets of one user are not taken in a day.
        let _ = fs::remove_dir_all(host.record());
        let new = format!("A-new-0ne-{number}");
        let ticket = host.ticket("alice", ALICE);
        let at = format!("KILL_AT={number}");
        let mut helper = host.connect_through(DAEMON, &["env", &preload, &at]);
        helper.send("SetPassword", &json!({"ticket": ticket, "password": new}));
        let reply = helper.receive();
        let said = host.outcome(&ticket);
        if host.holds("alice", &new) {
            assert_eq!(said, "set", "killed at call {number}");
            holds = new;
            seen.0 += 1;
        } else {
            assert_eq!(said, "not_set", "killed at call {number}");
            assert!(host.holds("alice", &holds), "killed at call {number}");
            seen.1 += 1;
        }
        assert_eq!(host.set_with(&ticket, "Once-m0re").word(), "TicketUsed");
        assert_eq!(host.outcome(&ticket), said);
        if let Some(reply) = reply {
            assert_eq!(reply.word(), "set");
            break;
        }
    }
    assert!(seen.0 > 2 && seen.1 > 10, "{seen:?}");
}

#[test]
fn a_helper_that_is_killed_between_two_modules_has_not_set_the_password() {
    let host = Host::new();
    host.script("kill-helper", "kill -9 $PPID\n");
    let kill = "password optional pam_exec.so /etc/kill-helper\n";
    for (rules, said) in [
        (format!("{kill}{STACK}"), "not_set"),
        (STACK.replacen('\n', &format!("\n{kill}"), 1), "not_set"),
        (format!("{STACK}{kill}"), "set"),
    ] {
        host.stack(&rules);
        let new = format!("A-new-0ne-{}", rules.len());
        let ticket = host.ticket("alice", ALICE);
        let mut helper = host.connect(DAEMON);
        helper.send("SetPassword", &json!({"ticket": ticket, "password": new}));
        assert_eq!(helper.receive(), None);
        assert_eq!(host.outcome(&ticket), said, "{rules}");
        assert_eq!(host.holds("alice", &new), said == "set", "{rules}");
    }
    assert!(!fs::read_to_string(host.etc("shadow")).unwrap().is_empty());
}
