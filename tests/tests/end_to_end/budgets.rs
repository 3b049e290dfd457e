//! What one user may have written into the log, which is never shortened.

use secinfo_tests::{ALICE, BOB, ROOT, Setup, TestHost};

/// How many events of this type the log has.
async fn count(host: &TestHost, kind: &str) -> usize {
    let events = host.client(ROOT).await.events().await;
    events.iter().filter(|event| event["type"] == kind).count()
}

#[tokio::test]
async fn renaming_in_a_loop_ends_with_the_budget_and_other_users_and_sign_ins_go_on() {
    let setup = Setup::with_drift().more("[policy.budget]\nchanges = \"5 in 24h\"\n");
    let host = TestHost::with(setup).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    let mut refusals = Vec::new();
    for number in 0..20 {
        let label = format!("Phone {number}");
        let renamed = alice
            .call::<_, ()>(&app.path, "Method", "Rename", &label)
            .await;
        refusals.extend(renamed.err());
    }
    assert_eq!(refusals.len(), 16, "one change was the app itself");
    assert!(refusals.iter().all(|refusal| refusal.short() == "TooOften"));
    assert!(
        refusals[0].text.contains("Time left: "),
        "{:?}",
        refusals[0]
    );
    assert_eq!(count(&host, "method-renamed").await, 4);

    alice.prove(&mut app).await;
    let bobs = host.client(BOB).await.enroll_app("Phone", 10).await;
    let renamed: Result<(), _> = host
        .client(BOB)
        .await
        .call(&bobs.path, "Method", "Rename", &"Tablet")
        .await;
    renamed.unwrap();
}

#[tokio::test]
async fn the_label_that_a_method_has_already_is_nothing_new() {
    let host = TestHost::start().await;
    let alice = host.client(ALICE).await;
    let app = alice.enroll_app("Phone", 1).await;
    for _ in 0..150 {
        let renamed: Result<(), _> = alice.call(&app.path, "Method", "Rename", &"Phone").await;
        renamed.unwrap();
    }
    assert_eq!(count(&host, "method-renamed").await, 0);
}

#[tokio::test]
async fn on_a_nearly_full_disk_users_verify_and_delete_and_change_nothing() {
    let mut host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut first = alice.enroll_app("Phone", 10).await;
    let second = alice.enroll_app("Tablet", 10).await;
    host.set_up(Setup::with_drift().daemon("verification_reserve = \"1TiB\""));
    host.restart().await;

    let alice = host.client(ALICE).await;
    alice.prove(&mut first).await;
    let refused = alice
        .refused(&first.path, "Method", "Rename", &"Another")
        .await;
    assert_eq!(refused.short(), "StorageUnavailable");
    let refused = alice
        .start_enrollment("authenticator-app", [].into())
        .await
        .err()
        .unwrap();
    assert_eq!(refused.short(), "StorageUnavailable");
    let (deleted, _): (bool, u64) = alice
        .call(&second.path, "Method", "Delete", &())
        .await
        .unwrap();
    assert!(deleted);
}
