//! Deletions that wait, because a weaker proof asked for them.

use crate::sent_codes::MOBILE;
use secinfo_tests::{ALICE, App, Client, ROOT_PATH, Setup, TestHost, response};
use secinfo_wire::{Proof, VerificationChallenge};
use std::collections::HashMap;
use std::time::{Duration, Instant};
use zbus::{ObjectPath, OwnedObjectPath, Variant};

/// Alice has an app, and a phone for texts; the second message went to it.
async fn app_and_phone(host: &TestHost) -> (App, String) {
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    alice.prove(&mut app).await;
    let phone = alice.enroll_destination(host, "text", MOBILE, None).await;
    (app, phone.method.to_string())
}

/// A connection of Alice's that has proved nothing but her phone.
async fn proved_by_text(host: &TestHost, phone: &str, message: usize) -> Client {
    let alice = host.client(ALICE).await;
    let phone = ObjectPath::try_from(phone.to_owned()).unwrap();
    let options = HashMap::from([("method", Variant::from(phone))]);
    let (session, _): (OwnedObjectPath, VerificationChallenge) = alice
        .call(
            ROOT_PATH,
            "Manager",
            "StartVerification",
            &(ALICE, "sign-in", "", options),
        )
        .await
        .unwrap();
    alice
        .send_code(session.as_str(), "Verification")
        .await
        .unwrap();
    let code = host.message(message).await.code;
    let _: Proof = alice
        .call(session.as_str(), "Verification", "Submit", &response(&code))
        .await
        .unwrap();
    alice
}

#[tokio::test]
async fn a_deletion_on_a_weaker_proof_waits_and_ends_the_proof_that_asked() {
    let setup = Setup::with_drift().spool().policy("deletion_wait = \"1s\"");
    let host = TestHost::with(setup).await;
    let (app, phone) = app_and_phone(&host).await;
    let thief = proved_by_text(&host, &phone, 2).await;
    let (deleted, due): (bool, u64) = thief
        .call(&app.path, "Method", "Delete", &())
        .await
        .unwrap();
    assert!(!deleted && due > 0);
    assert_eq!(thief.methods_of(ALICE).await.len(), 2, "it waits");

    let begun = Instant::now();
    while thief.methods_of(ALICE).await.len() == 2 {
        assert!(begun.elapsed() < Duration::from_mins(1), "{}", host.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(thief.methods_of(ALICE).await, [phone]);
    let refused = thief.start_enrollment("authenticator-app", [].into()).await;
    assert_eq!(refused.err().unwrap().short(), "FreshProofNeeded");
}

#[tokio::test]
async fn a_deletion_that_waits_is_cancelled_by_its_owner() {
    let host = TestHost::with(Setup::with_drift().spool()).await;
    let (mut app, phone) = app_and_phone(&host).await;
    let thief = proved_by_text(&host, &phone, 2).await;
    let (deleted, due): (bool, u64) = thief
        .call(&app.path, "Method", "Delete", &())
        .await
        .unwrap();
    assert!(!deleted && due > 0);

    let owner = host.client(ALICE).await;
    owner.prove(&mut app).await;
    owner
        .call::<_, ()>(&app.path, "Method", "CancelDeletion", &())
        .await
        .unwrap();
    let nothing = owner
        .refused(&app.path, "Method", "CancelDeletion", &())
        .await;
    assert_eq!(nothing.short(), "NothingScheduled");
    owner.prove(&mut app).await;
}
