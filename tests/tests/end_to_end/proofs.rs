//! Fresh proofs, and the consequences of wrong codes.

use secinfo_tests::{
    ALICE, ALICE_NAME, App, Client, IgnoredReply, Login, ROOT, ROOT_PATH, Setup, TestHost, binary,
    response, user_path,
};
use std::time::Duration;
use zbus::ObjectPath;

async fn delete(client: &Client, method: &str) -> String {
    let deleted = client.call::<_, (bool, u64)>(method, "Method", "Delete", &());
    match deleted.await {
        Ok((true, 0)) => "deleted".to_owned(),
        Ok(other) => format!("{other:?}"),
        Err(refusal) => refusal.short().to_owned(),
    }
}

#[tokio::test]
async fn every_change_needs_a_proof_of_this_very_connection() {
    let host = TestHost::with(Setup::with_drift()).await;
    let first = host.client(ALICE).await;
    let mut app = first.enroll_app("Phone", 10).await;
    let other = host.client(ALICE).await;
    first.prove(&mut app).await;
    // A verification by root does not count as her proof, either.
    let root = host.client(ROOT).await;
    root.verify(ALICE, &app.path, &app.codes.fresh())
        .await
        .unwrap();

    let user = user_path(ALICE);
    let method = ObjectPath::try_from(app.path.clone()).unwrap();
    let none = std::collections::HashMap::<&str, zbus::Variant<'_>>::new();
    let refusals = [
        other
            .refused(
                &user,
                "User",
                "StartEnrollment",
                &("authenticator-app", none),
            )
            .await,
        other
            .refused(&user, "User", "IssueRecoveryCodes", &())
            .await,
        other.refused(&user, "User", "SetDefault", &method).await,
        other.refused(&app.path, "Method", "Delete", &()).await,
    ];
    for refusal in refusals {
        assert_eq!(refusal.short(), "FreshProofNeeded");
    }
    let until = async |client: &Client| -> u64 {
        let read = client.property(&user, "User", "FreshProofUntil").await;
        read.unwrap()
    };
    assert_eq!(until(&other).await, 0);
    assert!(until(&first).await > secinfo_tests::now());
    assert_eq!(delete(&first, &app.path).await, "deleted");
}

#[tokio::test]
async fn a_wrong_code_is_no_proof_and_a_proof_expires() {
    let host = TestHost::with(Setup::with_drift().policy("fresh_proof = \"2s\"")).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    let later = host.client(ALICE).await;
    let wrong = app.codes.wrong();
    later.verify(ALICE, &app.path, &wrong).await.unwrap_err();
    assert_eq!(delete(&later, &app.path).await, "FreshProofNeeded");

    later.prove(&mut app).await;
    loop {
        let until: u64 = later
            .property(&user_path(ALICE), "User", "FreshProofUntil")
            .await
            .unwrap();
        if until == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(delete(&later, &app.path).await, "FreshProofNeeded");
}

#[tokio::test]
async fn a_proof_ends_with_the_daemon() {
    let mut host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    alice.prove(&mut app).await;
    host.restart().await;
    assert_eq!(delete(&alice, &app.path).await, "FreshProofNeeded");
}

#[tokio::test]
async fn a_proof_counts_in_its_login_session_and_in_no_other_of_the_same_user() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    let command = binary("secinfo");
    let address = host.bus().address();
    let secinfo = |login: &mut Login, words: &[&str], input: &str| {
        let mut all = vec![command.to_str().unwrap(), "--bus", &address, "--json"];
        all.extend(words);
        login.run(&all, input)
    };
    let (mut here, mut elsewhere) = (Login::start(ALICE), Login::start(ALICE));
    let (code, text) = secinfo(&mut here, &["verify"], &format!("{}\n", app.codes.fresh()));
    assert_eq!(code, 0, "{text}");
    let (code, text) = secinfo(&mut elsewhere, &["delete", "Phone", "--yes"], "");
    assert_ne!(code, 0, "{text}");
    assert_eq!(alice.methods_of(ALICE).await, [app.path.clone()]);
    // Another process and connection in the same login session.
    let (code, text) = secinfo(&mut here, &["delete", "Phone", "--yes"], "");
    assert_eq!(code, 0, "{text}");
    assert!(alice.methods_of(ALICE).await.is_empty());
}

#[tokio::test]
async fn nothing_is_scheduled_without_a_waiting_time() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let app = alice.enroll_app("Phone", 10).await;
    let refusal = alice
        .refused(&app.path, "Method", "CancelDeletion", &())
        .await;
    assert_eq!(refusal.short(), "NothingScheduled");
}

/// Few wrong codes, short locks.
fn strict() -> Setup {
    Setup::with_drift()
        .more("[policy.throttle]\nfree = 2\nlongest_wait = \"1s\"\nlock_after = 5\nfirst_lock = \"1h\"\nlongest_lock = \"1h\"\n")
}

async fn waits_until(client: &Client) -> u64 {
    let user = user_path(ALICE);
    let read = client.property(&user, "User", "LockedUntil").await;
    read.unwrap()
}

/// Attempts a verification after the waiting time.
async fn attempt(client: &Client, service: &str, method: &str, code: &str) -> String {
    loop {
        match client.verify_at(ALICE, service, method, code).await {
            Ok(_) => return "accepted".to_owned(),
            Err(refusal) if refusal.short() == "TooSoon" => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(refusal) => return refusal.short().to_owned(),
        }
    }
}

async fn two_apps_and_recovery_codes(alice: &Client) -> (App, App, Vec<String>, String) {
    let mut first = alice.enroll_app("First", 10).await;
    alice.prove(&mut first).await;
    let second = alice.enroll_app("Second", 10).await;
    let codes: Vec<String> = alice
        .call(&user_path(ALICE), "User", "IssueRecoveryCodes", &())
        .await
        .unwrap();
    let recovery = alice.methods_of(ALICE).await.pop().unwrap();
    (first, second, codes, recovery)
}

#[tokio::test]
async fn wrong_codes_lock_across_methods_services_spellings_and_connections() {
    let mut host = TestHost::with(strict()).await;
    let alice = host.client(ALICE).await;
    let (mut first, second, codes, recovery) = two_apps_and_recovery_codes(&alice).await;
    let (of_first, of_second) = (first.codes.wrong(), second.codes.wrong());
    let (spaced, last) = (first.codes.wrong(), first.codes.wrong());
    let spaced = format!(" {} {} ", &spaced[..3], &spaced[3..]);

    let mut outcomes = Vec::new();
    for (service, method, code) in [
        ("sshd", &second.path, of_second.as_str()),
        ("login", &first.path, &of_first),
        ("", &second.path, "not a code"),
        ("sudo", &first.path, &spaced),
        ("sshd", &first.path, &last),
    ] {
        let connection = host.client(ALICE).await;
        outcomes.push(attempt(&connection, service, method, code).await);
    }
    assert_eq!(outcomes[..4], ["WrongCode"; 4], "{outcomes:?}");
    assert_eq!(outcomes[4], "MethodLocked");

    let good = first.codes.fresh();
    assert_eq!(
        attempt(&alice, "", &first.path, &good).await,
        "MethodLocked"
    );
    host.restart().await;
    assert_eq!(
        attempt(&alice, "", &first.path, &good).await,
        "MethodLocked"
    );

    // Recovery codes are never locked.
    assert_eq!(attempt(&alice, "", &recovery, &codes[0]).await, "accepted");
    host.secinfo(ROOT, &["unlock", ALICE_NAME], "").success();
    assert_eq!(attempt(&alice, "", &first.path, &good).await, "accepted");
    assert_eq!(waits_until(&alice).await, 0);

    let root = host.client(ROOT).await;
    let events = root.events().await;
    let count = |kind: &str| events.iter().filter(|event| event["type"] == kind).count();
    assert_eq!(
        (
            count("locked"),
            count("unlocked"),
            count("verification-failed")
        ),
        (1, 1, 5)
    );
}

#[tokio::test]
async fn parallel_guesses_are_no_faster_than_sequential_ones() {
    let setup = Setup::with_drift().more("[policy.throttle]\nlongest_wait = \"1h\"\n");
    let host = TestHost::with(setup).await;
    let alice = host.client(ALICE).await;
    let app = alice.enroll_app("Phone", 10).await;
    let mut guessing = Vec::new();
    for _ in 0..8 {
        let connection = host.client(ALICE).await;
        let method = app.path.clone();
        let codes: Vec<_> = (0..12).map(|_| app.codes.wrong()).collect();
        guessing.push(tokio::spawn(async move {
            for code in &codes {
                connection.verify(ALICE, &method, code).await.unwrap_err();
            }
        }));
    }
    for guess in guessing {
        guess.await.unwrap();
    }
    let root = host.client(ROOT).await;
    let heard: Vec<u64> = root
        .events()
        .await
        .iter()
        .filter(|event| event["type"] == "verification-failed")
        .map(|event| event["time"].as_u64().unwrap())
        .collect();
    // Three are free; then the waiting time is one second, doubled after each.
    assert!(heard.len() >= 3, "{heard:?}");
    for (number, pair) in heard.windows(2).enumerate() {
        let wait = number.checked_sub(2).map_or(0, |doubled| 1000 << doubled);
        assert!(pair[1] >= pair[0] + wait, "{heard:?}");
    }
}

#[tokio::test]
async fn wrong_codes_from_one_calling_account_are_limited() {
    let setup = Setup::with_drift().more(
        "[policy.throttle]\nfree = 10\nlock_after = 50\ncaller_limit = 3\ncaller_window = \"1h\"\n",
    );
    let host = TestHost::with(setup).await;
    let alice = host.client(ALICE).await;
    let (mut first, second, ..) = two_apps_and_recovery_codes(&alice).await;
    for app in [&first, &second, &first] {
        let refusal = alice.verify(ALICE, &app.path, &app.codes.wrong()).await;
        assert_eq!(refusal.unwrap_err().short(), "WrongCode");
    }
    let good = first.codes.fresh();
    let refusal = alice.verify(ALICE, &first.path, &good).await.unwrap_err();
    assert_eq!(refusal.short(), "TooSoon");
    // Her own wrong codes do not keep others from verifying her.
    let root = host.client(ROOT).await;
    root.verify(ALICE, &first.path, &good).await.unwrap();
}

#[tokio::test]
async fn a_session_ends_after_so_many_wrong_codes() {
    let setup = Setup::with_drift()
        .more("[policy.throttle]\nfree = 10\nlock_after = 50\n[policy.session]\nattempts = 2\n");
    let host = TestHost::with(setup).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    let none = std::collections::HashMap::<&str, zbus::Variant<'_>>::new();
    let (session, _): (zbus::OwnedObjectPath, IgnoredReply) = alice
        .call(
            ROOT_PATH,
            "Manager",
            "StartVerification",
            &(ALICE, "sign-in", "", none),
        )
        .await
        .unwrap();
    let submit = async |code: String| -> String {
        let refusal = alice
            .refused(&session, "Verification", "Submit", &response(&code))
            .await;
        refusal.short().to_owned()
    };
    assert_eq!(submit(app.codes.wrong()).await, "WrongCode");
    assert_eq!(submit(app.codes.wrong()).await, "TooManyAttempts");
    assert_eq!(submit(app.codes.fresh()).await, "UnknownObject");
}
