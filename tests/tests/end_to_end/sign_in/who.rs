//! Who may sign in which user, and what a proof in a sign-in is worth elsewhere.

use super::{SignIn, after_the_password, plain, refusal, start};
use secinfo_tests::{
    ALICE, ALICE_NAME, NO_ACCOUNT, ROOT, STRANGER, Setup, SignInSocket, TestHost, user_path,
};
use serde_json::json;

#[tokio::test]
async fn only_root_learns_that_a_name_is_unknown() {
    let host = TestHost::with(Setup::with_drift()).await;
    let root = host.client(ROOT).await;
    for name in ["no-such-account", "", "root:x", "a/b", "a\nb"] {
        let refused = refusal(&root, name, "sshd", &plain());
        assert_eq!(refused.short(), "UserNotFound", "{name:?}");
    }
    let stranger = host.client(STRANGER).await;
    for name in ["no-such-account", ALICE_NAME, "root", "", "a/b"] {
        let refused = refusal(&stranger, name, "sshd", &plain());
        assert_eq!(refused.short(), "NotAuthorized", "{name:?}");
    }
    let own = start(&stranger, secinfo_tests::STRANGER_NAME, "xlock", &plain());
    assert_eq!(own.unwrap().1.outcome, "not_covered");
    assert_ne!(NO_ACCOUNT, STRANGER);
}

#[tokio::test]
async fn a_lock_screen_verifies_its_own_user_and_nothing_else_is_proved_by_it() {
    let setup = Setup::with_drift().more("[policy.sign-in]\nverify = \"required\"\n");
    let host = TestHost::with(setup).await;
    let alice = host.client(ALICE).await;
    // Only root is believed that a first factor was proved.
    let nothing = SignIn::at(&alice, "xlock", &after_the_password());
    nothing.ended("postponed");
    let mut app = alice.enroll_app("Phone", 10).await;

    let locked = host.client(ALICE).await;
    let mut sign_in = SignIn::at(&locked, "xlock", &plain());
    sign_in.answer(&app.codes.fresh()).ended("verified");
    let refusal = locked
        .refused(&user_path(ALICE), "User", "IssueRecoveryCodes", &())
        .await;
    assert_eq!(refusal.short(), "FreshProofNeeded");
}

#[tokio::test]
async fn a_proof_at_a_sign_in_that_root_relays_counts_nowhere_else() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    let root = host.client(ROOT).await;
    let mut sign_in = SignIn::at(&root, "sshd", &plain());
    sign_in.answer(&app.codes.fresh()).ended("verified");
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
    for options in [
        json!({"colour": "red"}),
        json!({"display": "paper"}),
        json!({"set_up": "yes"}),
        json!({"language": "x".repeat(100)}),
        json!({"forms": ["telepathy"]}),
    ] {
        let refused = refusal(&root, ALICE_NAME, "sshd", &options);
        assert_eq!(
            refused.name, "org.varlink.service.InvalidParameter",
            "{options}"
        );
    }
    let refused = refusal(&root, ALICE_NAME, "a/b", &plain());
    assert_eq!(refused.text, "{\"parameter\":\"service\"}");
}

#[tokio::test]
async fn the_first_sign_in_starts_the_daemon() {
    let mut host = TestHost::with(Setup::with_drift()).await;
    let mut app = host.client(ALICE).await.enroll_app("Phone", 10).await;
    assert!(host.stop().success());
    // It listens, and runs the daemon with its socket when a program connects.
    let socket = host.directory().join("activated");
    let listen = format!("--listen={}", socket.display());
    let words = ["systemd-socket-activate", &listen];
    host.set_up(Setup::with_drift().wrapper(&words));
    host.spawn_daemon_for(&socket);
    let mut sign_in = SignInSocket::connect(&socket, ROOT);
    let step = sign_in.start(ALICE_NAME, "sshd", &plain()).unwrap();
    assert_eq!(step.outcome, "ask");
    let step = sign_in.answer(&app.codes.fresh()).unwrap();
    assert_eq!(step.outcome, "verified");
    // No other socket was made beside it.
    assert!(!host.sign_in_socket().exists());
}
