//! A ticket sets one password, once, for one user, within a minute.

use crate::host::{ALICE, BOB, DAEMON, Host, NEW, OLD};
use serde_json::json;
use std::fs;
use std::thread;

const OTHER: &str = "Another-0ne-with-figures";

#[test]
fn a_ticket_is_good_once() {
    let host = Host::new();
    let ticket = host.ticket("alice", ALICE);
    assert_eq!(host.set_with(&ticket, NEW).word(), "set");
    assert_eq!(host.set_with(&ticket, OTHER).word(), "TicketUsed");
    // A try that set nothing has used it up, too.
    let refused = host.ticket("alice", ALICE);
    assert_eq!(host.set_with(&refused, "short").word(), "refused");
    assert_eq!(host.set_with(&refused, OTHER).word(), "TicketUsed");
    assert!(host.holds("alice", NEW));
}

#[test]
fn a_ticket_of_another_user_sets_no_password() {
    let host = Host::new();
    let ticket = host.ticket("alice", ALICE);
    let mut bobs = ticket.clone();
    bobs["name"] = json!("bob");
    assert_eq!(
        host.set_with(&bobs, NEW).word(),
        "barred",
        "name of one, uid of another"
    );
    bobs["uid"] = json!(BOB);
    assert_eq!(host.set_with(&bobs, NEW).word(), "TicketUsed");
    assert!(host.holds("alice", OLD) && host.holds("bob", OLD));
}

#[test]
fn an_old_ticket_and_one_from_the_future_set_no_password() {
    let host = Host::new();
    for ago in [62, 3600, -30, -1_000_000, i64::from(u32::MAX)] {
        let ticket = host.ticket_issued("alice", ALICE, ago);
        assert_eq!(
            host.set_with(&ticket, NEW).word(),
            "TicketExpired",
            "{ago} s ago"
        );
    }
    assert!(host.holds("alice", OLD));
    let ticket = host.ticket_issued("alice", ALICE, 30);
    assert_eq!(host.set_with(&ticket, NEW).word(), "set");
}

#[test]
fn of_two_helpers_at_once_with_one_ticket_one_sets_a_password() {
    let host = Host::new();
    for round in 0..5 {
        let ticket = host.ticket("alice", ALICE);
        let passwords = [format!("{NEW}-{round}-a"), format!("{NEW}-{round}-b")];
        let helpers = [(); 2].map(|()| host.connect(DAEMON));
        let words: Vec<_> = thread::scope(|scope| {
            let ticket = &ticket;
            let threads: Vec<_> = helpers
                .into_iter()
                .zip(&passwords)
                .map(|(mut helper, password)| {
                    scope.spawn(move || helper.set(ticket, password).word())
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        let set = words
            .iter()
            .position(|word| word == "set")
            .expect("one of them");
        assert_eq!(words[1 - set], "TicketUsed");
        assert!(host.holds("alice", &passwords[set]));
    }
}

#[test]
fn helpers_for_several_users_at_once_take_turns() {
    let host = Host::new();
    let users = [("alice", ALICE), ("bob", BOB)];
    let helpers = users.map(|user| (user, host.connect(DAEMON)));
    thread::scope(|scope| {
        for ((name, uid), mut helper) in helpers {
            let ticket = host.ticket(name, uid);
            scope.spawn(move || assert_eq!(helper.set(&ticket, NEW).word(), "set"));
        }
    });
    assert!(host.holds("alice", NEW) && host.holds("bob", NEW));
}

#[test]
fn a_ticket_that_was_not_taken_never_is_once_it_was_asked_about() {
    let host = Host::new();
    let ticket = host.ticket("alice", ALICE);
    assert_eq!(host.outcome(&ticket), "not_set");
    assert_eq!(host.set_with(&ticket, NEW).word(), "TicketUsed");
    let old = host.ticket_issued("alice", ALICE, 90_000);
    assert_eq!(host.outcome(&old), "unknown", "it may have been forgotten");
    assert!(host.holds("alice", OLD));
}

#[test]
fn a_record_that_cannot_be_written_sets_no_password() {
    let host = Host::new();
    assert_eq!(host.set("alice", ALICE, "short").word(), "refused");
    fs::create_dir(host.record().join("draft")).unwrap();
    assert_eq!(host.set("alice", ALICE, NEW).word(), "StorageUnavailable");
    assert!(host.holds("alice", OLD));
    fs::remove_dir(host.record().join("draft")).unwrap();
    assert_eq!(host.set("alice", ALICE, NEW).word(), "set");
}
