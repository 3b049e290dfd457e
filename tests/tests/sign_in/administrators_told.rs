//! Administrators are told of locked accounts, of reports and of unlocking by a reset, and nobody can drown with
//! that what they are told of themselves.

use secinfo_tests::{
    ADMINISTRATORS, ALICE, BOB, CAROL_ACCOUNT, Client, PasswordHelper, ROOT, ResetSocket, STRANGER,
    Setup, SignInHost, user_path,
};
use serde_json::json;
use std::time::{Duration, Instant};

const CAROL: u32 = CAROL_ACCOUNT.uid;
const LOCKED: &str = "A user of this host locked their account";
const REPORTED: &str = "A user of this host reported";
const UNLOCKED: &str = "The locks on the methods of an administrator of this host were lifted";

/// A host whose administrators, and Carol, are told by email.
async fn host() -> SignInHost {
    host_with("").await
}

/// The same with these further rules of resets, and other sections.
async fn host_with(rules: &str) -> SignInHost {
    let administrators =
        format!("[policy.reset]\nadministrators = [\"{ADMINISTRATORS}\"]\n{rules}\n");
    let setup = Setup::with_drift().spool().more(&administrators);
    let host = SignInHost::with(setup).await;
    for uid in [ALICE, BOB, CAROL] {
        let client = host.client(uid).await;
        let address = address(uid);
        client
            .enroll_destination(&host, "email", &address, None)
            .await;
    }
    host
}

fn address(uid: u32) -> String {
    format!("user-{uid}@example.org")
}

/// What was said to a user, of what has these words.
fn told(host: &SignInHost, uid: u32, words: &str) -> Vec<String> {
    let notices = host.notices().into_iter();
    let to = notices.filter(|notice| notice.destination == address(uid));
    to.map(|notice| notice.text)
        .filter(|text| text.contains(words))
        .collect()
}

/// Waits until a user was told so often what has these words.
async fn is_told(host: &SignInHost, uid: u32, words: &str, count: usize) {
    wait_for(host, || told(host, uid, words).len() >= count).await;
    assert_eq!(told(host, uid, words).len(), count, "{uid}: {words}");
}

async fn wait_for(host: &SignInHost, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        let waited = begun.elapsed();
        assert!(waited < Duration::from_secs(30), "{}", host.log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn call(client: &Client, uid: u32, method: &str) {
    let path = user_path(uid);
    let _: () = client.call(&path, "User", method, &()).await.unwrap();
}

#[tokio::test]
async fn administrators_are_told_of_a_lock_and_of_a_report_and_who_did_it_as_its_user() {
    let host = host().await;
    let carol = host.client(CAROL).await;
    carol.enroll_app("Tablet", 10).await;
    call(&carol, CAROL, "LockAccount").await;
    for administrator in [ALICE, BOB] {
        is_told(&host, administrator, LOCKED, 1).await;
        let text = &told(&host, administrator, LOCKED)[0];
        assert!(!text.contains(CAROL_ACCOUNT.name), "{text}");
        assert!(text.contains("secinfo users"), "{text}");
    }
    is_told(&host, CAROL, "Your account is locked", 1).await;

    let root = host.client(ROOT).await;
    call(&root, CAROL, "Unlock").await;
    let events = root.events().await;
    let enrolled = events
        .iter()
        .rfind(|event| event["type"] == "method-enrolled");
    let seq = enrolled.unwrap()["seq"].as_u64().unwrap();
    let path = user_path(CAROL);
    for _ in 0..20 {
        let _: () = carol
            .call(&path, "User", "ReportActivity", &seq)
            .await
            .unwrap();
    }
    for administrator in [ALICE, BOB] {
        is_told(&host, administrator, REPORTED, 1).await;
    }

    // One of them is told what concerns them as its user, and the other as an administrator.
    let alice = host.client(ALICE).await;
    call(&alice, ALICE, "LockAccount").await;
    is_told(&host, BOB, LOCKED, 2).await;
    is_told(&host, ALICE, "Your account is locked", 1).await;
    assert_eq!(told(&host, ALICE, LOCKED).len(), 1);
    assert!(told(&host, CAROL, LOCKED).is_empty());
    assert!(told(&host, CAROL, REPORTED).is_empty());
}

#[tokio::test]
async fn a_user_who_locks_again_and_again_hides_nothing_from_administrators() {
    let host = host().await;
    let (carol, root) = (host.client(CAROL).await, host.client(ROOT).await);
    for _ in 0..30 {
        call(&carol, CAROL, "LockAccount").await;
        call(&root, CAROL, "Unlock").await;
    }
    let often_enough = "administrators were told the same of a user often enough";
    wait_for(&host, || host.log().matches(often_enough).count() == 27).await;
    let alice = host.client(ALICE).await;
    alice.enroll_app("Tablet", 10).await;
    is_told(&host, ALICE, "uthenticator app", 1).await;
    is_told(&host, ALICE, LOCKED, 3).await;
    // Whose account it is, too, is told within limits.
    let own = told(&host, CAROL, "account").len();
    assert!(own <= 10, "{own}");
}

#[tokio::test]
async fn administrators_are_told_when_a_reset_unlocks_the_methods_of_one_of_them_and_no_others() {
    let host = host_with(
        "enabled = true\n[policy.throttle]\nfree = 1\nlock_after = 3\nlongest_wait = \"1s\"",
    )
    .await;
    // As it says of members of sudo.
    let _helper = PasswordHelper::start(&host, |_, _| Some(json!({"account": "barred"})));
    let root = host.client(ROOT).await;
    for (uid, name, number) in [
        (CAROL, CAROL_ACCOUNT.name, "+4915112345670"),
        (ALICE, "alice", "+4915112345678"),
    ] {
        let client = host.client(uid).await;
        client.enroll_destination(&host, "text", number, None).await;
        let app = client.enroll_app("Tablet", 10).await;
        let mut refused = String::new();
        while refused != "MethodLocked" {
            let guess = root.verify(uid, &app.path, &app.codes.wrong()).await;
            guess.unwrap_err().short().clone_into(&mut refused);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let mut reset = ResetSocket::start(&host, STRANGER, name, &json!({})).unwrap();
        // Policy asks those who are no administrators for one gate.
        for row in ["Email", "Text message"] {
            if reset.ended().is_none() {
                let before = host.messages().len();
                reset.choose(row).unwrap();
                let code = host.message(before + 1).await.code;
                reset.answer(&code).unwrap();
            }
        }
        let (outcome, said) = reset.ended().unwrap();
        assert_eq!(outcome, "unlocked", "{said}");
        is_told(&host, uid, "The locks on your methods were lifted", 1).await;
    }
    is_told(&host, BOB, UNLOCKED, 1).await;
    for uid in [ALICE, CAROL] {
        assert!(told(&host, uid, UNLOCKED).is_empty());
    }
}
