//! Who may sign in which user, and what a proof in a sign-in is worth elsewhere.

use super::{Options, SignIn, refusal, start};
use secinfo_tests::{ALICE, ALICE_NAME, NO_ACCOUNT, ROOT, STRANGER, Setup, TestHost, user_path};
use std::collections::HashMap;
use zbus::Variant;

#[tokio::test]
async fn only_root_learns_that_a_name_is_unknown() {
    let host = TestHost::with(Setup::with_drift()).await;
    let root = host.client(ROOT).await;
    for name in ["no-such-account", "", "root:x", "a/b", "a\nb"] {
        let refused = refusal(&root, name, "sshd", Options::new()).await;
        assert_eq!(refused.short(), "NotFound", "{name:?}");
    }
    let stranger = host.client(STRANGER).await;
    for name in ["no-such-account", ALICE_NAME, "root", "", "a/b"] {
        let refused = refusal(&stranger, name, "sshd", Options::new()).await;
        assert_eq!(refused.short(), "NotAuthorized", "{name:?}");
    }
    let own = start(
        &stranger,
        secinfo_tests::STRANGER_NAME,
        "xlock",
        Options::new(),
    )
    .await;
    assert_eq!(own.unwrap().1.outcome, "not-covered");
    assert_ne!(NO_ACCOUNT, STRANGER);
}

#[tokio::test]
async fn a_lock_screen_verifies_its_own_user_and_gets_no_more_than_a_verification_gives() {
    let setup = Setup::with_drift().more("[policy.sign-in]\nverify = \"required\"\n");
    let host = TestHost::with(setup).await;
    let alice = host.client(ALICE).await;
    let set_up = Options::from([("set_up", Variant::from(true))]);
    let nothing = SignIn::at(&alice, "xlock", set_up).await;
    nothing.ended("postponed");
    let mut app = alice.enroll_app("Phone", 10).await;

    let locked = host.client(ALICE).await;
    let mut sign_in = SignIn::at(&locked, "xlock", Options::new()).await;
    sign_in.answer(&app.codes.fresh()).await.ended("verified");
    // As with a verification, the proof counts in the session in which it was given.
    let rename = user_path(ALICE);
    let issued = locked
        .call::<_, Vec<String>>(&rename, "User", "IssueRecoveryCodes", &())
        .await;
    assert_eq!(issued.unwrap().len(), 10);
}

#[tokio::test]
async fn a_proof_at_a_sign_in_that_root_relays_counts_nowhere_else() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    let root = host.client(ROOT).await;
    let mut sign_in = SignIn::at(&root, "sshd", Options::new()).await;
    sign_in.answer(&app.codes.fresh()).await.ended("verified");
    // The enrollment's proof of the app was made on another connection.
    let later = host.client(ALICE).await;
    let refusal = later
        .refused(&user_path(ALICE), "User", "IssueRecoveryCodes", &())
        .await;
    assert_eq!(refusal.short(), "FreshProofNeeded");
}

#[tokio::test]
async fn unknown_options_are_refused() {
    let host = TestHost::with(Setup::with_drift()).await;
    let root = host.client(ROOT).await;
    let options: [Options; 4] = [
        HashMap::from([("colour", Variant::from("red"))]),
        HashMap::from([("display", Variant::from("paper"))]),
        HashMap::from([("set_up", Variant::from("yes"))]),
        HashMap::from([("language", Variant::from("x".repeat(100)))]),
    ];
    for options in options {
        let text = format!("{options:?}");
        let refused = refusal(&root, ALICE_NAME, "sshd", options).await;
        assert_eq!(refused.short(), "InvalidArgument", "{text}");
    }
    let refused = refusal(&root, ALICE_NAME, "a/b", Options::new()).await;
    assert_eq!(refused.short(), "InvalidArgument");
}
