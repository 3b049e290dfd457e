//! Locking an account that somebody else is in, with the thief's session open beside it.

use crate::sent_codes::ADDRESS;
use crate::sign_in;
use crate::strangers::{Options, start_verification};
use secinfo_tests::{ALICE, ALICE_NAME, BOB, Client, ROOT, Setup, Step, TestHost, user_path};
use serde_json::json;
use std::time::{Duration, Instant};

const GERMAN: &str = "de_DE.UTF-8";

/// How long a lock may take to work where other tests run: 2 s on a quiet machine.
const AT_ONCE: Duration = Duration::from_secs(10);

async fn lock(client: &Client) {
    let path = user_path(ALICE);
    let _: () = client
        .call(&path, "User", "LockAccount", &())
        .await
        .unwrap();
}

async fn locked_since(client: &Client) -> u64 {
    let path = user_path(ALICE);
    client
        .property(&path, "User", "AccountLocked")
        .await
        .unwrap()
}

fn said(step: &Step) -> String {
    step.messages.join(" ")
}

#[tokio::test]
async fn a_lock_ends_what_a_thief_has_open_at_once() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Tablet", 10).await;
    // The thief has a session of hers, with a proof of its own, and a prompt that waits.
    let thief = host.client(ALICE).await;
    thief.prove(&mut app).await;
    let verification = start_verification(&thief, ALICE, Options::new())
        .await
        .unwrap();
    let (enrollment, _) = thief
        .start_enrollment("authenticator-app", Options::new())
        .await
        .unwrap();
    let root = host.client(ROOT).await;
    let (mut held, asked) = sign_in::start(&root, ALICE_NAME, "sshd", &json!({})).unwrap();
    assert_eq!(asked.outcome, "ask");

    let begun = Instant::now();
    lock(&alice).await;
    let ended = held.answer("123456").unwrap();
    assert_eq!(ended.outcome, "refused");
    assert!(
        said(&ended).contains("This account is locked."),
        "{}",
        said(&ended)
    );
    for path in [verification, enrollment.to_string()] {
        let gone = thief.refused(&path, "Verification", "Cancel", &()).await;
        assert_eq!(gone.short(), "UnknownObject", "{path}");
    }
    let body = "the thief's";
    let refused = thief.refused(&app.path, "Method", "Rename", &body).await;
    assert_eq!(refused.short(), "AccountLocked");
    let refused = thief.refused(&app.path, "Method", "Delete", &()).await;
    assert_eq!(refused.short(), "AccountLocked");
    let fresh: u64 = thief
        .property(&user_path(ALICE), "User", "FreshProofUntil")
        .await
        .unwrap();
    assert_eq!(fresh, 0, "proofs are void");
    let took = begun.elapsed();
    assert!(took < AT_ONCE, "{took:?}");
    assert!(locked_since(&alice).await > 0);
}

#[tokio::test]
async fn the_strongest_method_unlocks_at_a_sign_in_which_says_so() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Tablet", 10).await;
    lock(&alice).await;
    let root = host.client(ROOT).await;
    let (mut socket, asked) = sign_in::start(&root, ALICE_NAME, "sshd", &json!({})).unwrap();
    let prompt = asked.prompt.unwrap();
    assert!(prompt.contains("This account is locked."), "{prompt}");
    let step = socket.answer(&app.codes.fresh()).unwrap();
    assert_eq!(step.outcome, "verified");
    assert!(
        said(&step).contains("Your account is unlocked."),
        "{}",
        said(&step)
    );
    assert_eq!(locked_since(&alice).await, 0);
}

#[tokio::test]
async fn an_account_without_anything_that_unlocks_it_takes_an_administrator() {
    let host = TestHost::with(Setup::with_drift().policy("unlock_strength = \"strong\"")).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Tablet", 10).await;
    let shown = host.secinfo(ALICE, &["lock", "--yes"], "").success();
    assert!(
        shown.stdout.contains("Your account is locked."),
        "{shown:?}"
    );
    let root = host.client(ROOT).await;
    // Where messages are shown, and where a prompt alone is.
    let (_, refused) = sign_in::start(&root, ALICE_NAME, "sshd", &json!({})).unwrap();
    assert_eq!(refused.outcome, "refused");
    assert_eq!(refused.reason.as_deref(), Some("locked"));
    let line = json!({"display": "line", "language": GERMAN});
    let (mut socket, asked) = sign_in::start(&root, ALICE_NAME, "cockpit", &line).unwrap();
    let prompt = asked.prompt.unwrap();
    assert!(prompt.starts_with("Dieses Konto ist gesperrt."), "{prompt}");
    assert_eq!(socket.answer("").unwrap().outcome, "refused");
    let refused = alice.verify(ALICE, &app.path, &app.codes.fresh()).await;
    assert_eq!(refused.unwrap_err().short(), "AccountLocked");
    let page = host.secinfo(ALICE, &[], "").success().stdout;
    assert!(
        page.contains("This account is locked since today"),
        "{page}"
    );
    let users = host
        .secinfo(ROOT, &["--json", "users"], "")
        .success()
        .json();
    assert_eq!(users[0]["state"], "account-locked");

    host.secinfo(ROOT, &["unlock", ALICE_NAME], "").success();
    assert_eq!(locked_since(&alice).await, 0);
    let (mut socket, _) = sign_in::start(&root, ALICE_NAME, "sshd", &json!({})).unwrap();
    assert_eq!(
        socket.answer(&app.codes.fresh()).unwrap().outcome,
        "verified"
    );
}

#[tokio::test]
async fn a_user_unlocks_their_account_by_command() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Tablet", 10).await;
    host.secinfo(ALICE, &["lock", "--yes"], "").success();
    let wrong = host.secinfo(ALICE, &["unlock"], &format!("{}\n", app.codes.wrong()));
    assert_ne!(wrong.code, 0);
    assert!(locked_since(&alice).await > 0);
    let code = format!("{}\n", app.codes.fresh());
    let unlocked = host.secinfo(ALICE, &["unlock"], &code).success();
    assert!(
        unlocked.stdout.contains("Your account is unlocked."),
        "{unlocked:?}"
    );
    assert_eq!(locked_since(&alice).await, 0);
    let again = host.secinfo(ALICE, &["unlock"], "").success();
    assert!(again.stdout.contains("is not locked"), "{again:?}");
}

#[tokio::test]
async fn nobody_locks_another_and_locking_again_and_again_leaves_one_event() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    alice.enroll_app("Tablet", 10).await;
    let bob = host.client(BOB).await;
    let refused = bob
        .refused(&user_path(ALICE), "User", "LockAccount", &())
        .await;
    assert_eq!(refused.short(), "NotAuthorized");
    assert_eq!(locked_since(&alice).await, 0);
    for _ in 0..1000 {
        lock(&alice).await;
    }
    let root = host.client(ROOT).await;
    let events = root.events().await;
    let locks = events
        .iter()
        .filter(|event| event["type"] == "account-locked");
    assert_eq!(locks.count(), 1);
}

#[tokio::test]
async fn a_user_reports_a_line_that_was_not_them() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Tablet", 10).await;
    let root = host.client(ROOT).await;
    let from = json!({"remote_host": "198.51.100.9", "tty": "ssh"});
    let (mut thief, _) = sign_in::start(&root, ALICE_NAME, "sshd", &from).unwrap();
    assert_eq!(
        thief.answer(&app.codes.fresh()).unwrap().outcome,
        "verified"
    );
    alice.prove(&mut app).await;
    let lines = host
        .secinfo(ALICE, &["--json", "activity"], "")
        .success()
        .json();
    let line = lines
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["source"] == "198.51.100.9")
        .unwrap();
    let seq = line["seq"].to_string();
    let report = ["activity", "--not-me", &seq, "--yes"];
    let shown = host.secinfo(ALICE, &report, "").success();
    assert!(shown.stdout.contains("It is reported."), "{shown:?}");
    let fresh: u64 = alice
        .property(&user_path(ALICE), "User", "FreshProofUntil")
        .await
        .unwrap();
    assert_eq!(fresh, 0, "proofs are void");
    for _ in 0..20 {
        host.secinfo(ALICE, &report, "").success();
    }
    let events = root.events().await;
    let reports = events
        .iter()
        .filter(|event| event["type"] == "activity-reported");
    assert_eq!(reports.count(), 1, "once for each line");
    let lines = host
        .secinfo(ALICE, &["--json", "activity"], "")
        .success()
        .json();
    let reported: Vec<_> = lines
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["reported"] == true)
        .map(|line| line["seq"].to_string())
        .collect();
    assert_eq!(reported, [seq.as_str()]);
    // Neither the first event of the log nor one that is not there.
    for seq in [0_u64, 1_000_000] {
        let refused = alice
            .refused(&user_path(ALICE), "User", "ReportActivity", &seq)
            .await;
        assert_eq!(refused.short(), "NotFound", "{seq}");
    }
    let bob = host.client(BOB).await;
    let seq: u64 = seq.parse().unwrap();
    let refused = bob
        .refused(&user_path(ALICE), "User", "ReportActivity", &seq)
        .await;
    assert_eq!(refused.short(), "NotAuthorized");
}

#[tokio::test]
async fn the_user_is_told_of_a_lock_and_of_a_sign_in_from_a_new_place() {
    let setup = Setup::with_drift()
        .spool()
        .policy("new_places = true\nfresh_proof = \"1h\"");
    let host = TestHost::with(setup).await;
    let alice = host.client(ALICE).await;
    alice
        .enroll_destination(&host, "email", ADDRESS, None)
        .await;
    let mut app = alice.enroll_app("Tablet", 10).await;
    host.notice(1).await;
    let root = host.client(ROOT).await;
    for address in ["192.0.2.7", "192.0.2.7", "198.51.100.9"] {
        let from = json!({"remote_host": address, "tty": "ssh"});
        let (mut socket, _) = sign_in::start(&root, ALICE_NAME, "sshd", &from).unwrap();
        assert_eq!(
            socket.answer(&app.codes.fresh()).unwrap().outcome,
            "verified"
        );
    }
    let told = host.notice(2).await;
    assert_eq!(told.destination, ADDRESS);
    assert!(told.text.contains("198.51.100.9"), "{}", told.text);

    let begun = Instant::now();
    lock(&alice).await;
    let told = host.notice(3).await;
    let took = begun.elapsed();
    assert!(took < AT_ONCE, "{took:?}");
    assert_eq!(told.destination, ADDRESS);
    assert!(
        told.text.contains("Your account is locked"),
        "{}",
        told.text
    );
}
