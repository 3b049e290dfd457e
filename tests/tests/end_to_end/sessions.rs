//! Enrollments and verifications belong to those who began them, end with them, and are limited.

use crate::strangers::{Options, start_verification, target};
use secinfo_tests::{
    ALICE, BOB, Client, IgnoredReply, ROOT, ROOT_PATH, STRANGER, Setup, TestHost, response,
};
use std::collections::BTreeSet;
use zbus::Variant;

#[tokio::test]
async fn a_session_belongs_to_its_connection_and_ends_with_it() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (alice, mut app, target) = target(&host).await;
    let same_uid = host.client(ALICE).await;
    let code = app.codes.fresh();
    for path in [&target.enrollment, &target.verification] {
        let interface = if path.contains("enrollments") {
            "Enrollment"
        } else {
            "Verification"
        };
        for client in [&same_uid, &host.client(ROOT).await] {
            let refusal = client
                .refused(path, interface, "Submit", &response(&code))
                .await;
            assert_eq!(refusal.short(), "UnknownObject", "{interface}");
        }
    }
    let left: u32 = alice
        .property(&target.enrollment, "Enrollment", "AttemptsLeft")
        .await
        .unwrap();
    assert_eq!(left, 5, "no other caller used up an attempt");

    let name = alice.name();
    alice.connection.close().await.unwrap();
    wait_until_gone(&same_uid, &name).await;
    let refusal = same_uid
        .refused(
            &target.verification,
            "Verification",
            "Submit",
            &response(&code),
        )
        .await;
    assert_eq!(refusal.short(), "UnknownObject");
    let proof = same_uid.verify(ALICE, &app.path, &code).await;
    proof.expect("the code was not used up by any of this");
}

/// Waits until the daemon must know that a connection has gone: the bus signals it in order.
async fn wait_until_gone(client: &Client, name: &str) {
    let bus = zbus::fdo::DBusProxy::new(&client.connection).await.unwrap();
    let name = zbus::names::BusName::try_from(name).unwrap();
    while bus.name_has_owner(name.clone()).await.unwrap() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_detached_session_belongs_to_its_uid() {
    let host = TestHost::with(Setup::with_drift()).await;
    let bob = host.client(BOB).await;
    let detached = || Options::from([("detached", Variant::from(true))]);
    let (session, details) = bob
        .start_enrollment("authenticator-app", detached())
        .await
        .unwrap();
    let mut codes = secinfo_tests::Codes::new(details.key.as_deref().unwrap());
    codes.drift = 10;
    let name = bob.name();
    bob.connection.close().await.unwrap();
    let later = host.client(BOB).await;
    wait_until_gone(&later, &name).await;

    for uid in [ALICE, ROOT, STRANGER] {
        let other = host.client(uid).await;
        let code = codes.at(0);
        let refusal = other
            .refused(&session, "Enrollment", "Submit", &response(&code))
            .await;
        assert_eq!(refusal.short(), "UnknownObject", "{uid}");
        let refusal = other.refused(&session, "Enrollment", "Cancel", &()).await;
        assert_eq!(refusal.short(), "UnknownObject", "{uid}");
    }
    let enrolled = later.finish_enrollment(&session, &codes.fresh()).await;
    let method = enrolled.unwrap().method;
    let stale = later
        .refused(&session, "Enrollment", "Submit", &response(&codes.fresh()))
        .await;
    assert_eq!(stale.short(), "UnknownObject", "a session that is over");
    assert_eq!(later.methods_of(BOB).await, [method.to_string()]);
}

#[tokio::test]
async fn stale_cancelled_and_guessed_sessions_are_all_unknown_in_the_same_words() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (alice, mut app, target) = target(&host).await;
    let () = alice
        .call(&target.verification, "Verification", "Cancel", &())
        .await
        .unwrap();
    let finished = start_verification(&alice, ALICE, Options::new())
        .await
        .unwrap();
    let _: IgnoredReply = alice
        .call(
            &finished,
            "Verification",
            "Submit",
            &response(&app.codes.fresh()),
        )
        .await
        .unwrap();
    let mut refusals = BTreeSet::new();
    for path in [
        &target.verification,
        &finished,
        &format!("{ROOT_PATH}/verifications/{}", "0".repeat(32)),
        &target.enrollment.replace("enrollments", "verifications"),
        &target.verification.to_uppercase().replace(
            "/ORG/SECINFO/SECURITYINFO1/VERIFICATIONS",
            "/org/secinfo/SecurityInfo1/verifications",
        ),
        &format!("{ROOT_PATH}/verifications"),
    ] {
        let refusal = alice
            .refused(
                path,
                "Verification",
                "Submit",
                &response(&app.codes.fresh()),
            )
            .await;
        refusals.insert(refusal.to_string());
    }
    assert_eq!(refusals.len(), 1, "{refusals:?}");
}

#[tokio::test]
async fn sessions_are_limited_for_each_user_and_in_all_but_not_for_root() {
    let setup = Setup::with_drift().daemon("sessions_per_user = 3\nsessions_in_all = 6");
    let host = TestHost::with(setup).await;
    let root = host.client(ROOT).await;
    let alice = host.client(ALICE).await;
    alice.enroll_app("Phone", 10).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(
            start_verification(&alice, ALICE, Options::new())
                .await
                .unwrap(),
        );
    }
    let other_connection = host.client(ALICE).await;
    for client in [&alice, &other_connection] {
        let refusal = start_verification(client, ALICE, Options::new()).await;
        assert_eq!(refusal.unwrap_err().short(), "LimitsExceeded");
    }
    // Root, which verifies all users who sign in, still can, up to the total limit.
    for _ in 0..3 {
        start_verification(&root, ALICE, Options::new())
            .await
            .unwrap();
    }
    let refusal = start_verification(&root, ALICE, Options::new()).await;
    assert_eq!(refusal.unwrap_err().short(), "LimitsExceeded");
    // Ending a session frees a slot.
    let () = alice
        .call(&open[0], "Verification", "Cancel", &())
        .await
        .unwrap();
    start_verification(&root, ALICE, Options::new())
        .await
        .unwrap();
}
