//! Channels that ring phones while a sign-in waits for them, and a certificate that is renewed meanwhile.

use secinfo_test_phone::{Choice, Phone};
use secinfo_tests::{ALICE, BOB, Client, PhoneUser, ROOT, ROOT_PATH, Relay, Setup, response};
use secinfo_wire::{Proof, VerificationChallenge};
use std::collections::HashMap;
use zbus::{OwnedObjectPath, Variant};

fn setup() -> Setup {
    Setup::with_drift()
        .spool()
        .channel("bell", "push", "spool", "spool.toml", "")
}

/// Begins to verify a user at sshd, for which the phone is asked at once.
async fn ask(root: &Client, uid: u32) -> OwnedObjectPath {
    let options = HashMap::from([
        ("forms", Variant::from(vec!["code", "approval"])),
        ("origin", Variant::from("203.0.113.7")),
    ]);
    let arguments = (uid, "sign-in", "sshd", options);
    let started = root.call(ROOT_PATH, "Manager", "StartVerification", &arguments);
    let (path, _): (OwnedObjectPath, VerificationChallenge) = started.await.unwrap();
    path
}

async fn verify(root: &Client, path: &OwnedObjectPath, code: &str) -> Proof {
    let response = response(code);
    let submitted = root.call(path.as_str(), "Verification", "Submit", &response);
    submitted.await.unwrap()
}

#[tokio::test]
async fn phones_are_rung_for_a_sign_in_and_told_neither_who_nor_a_code() {
    let (relay, host) = Relay::with_host(setup()).await;
    let root = host.client(ROOT).await;
    let mut alice = host.client(ALICE).await.enroll_phone(&relay).await;
    let mut bob = host.client(BOB).await.enroll_phone(&relay).await;
    // Users who add a phone have it in their hands.
    assert!(host.messages().is_empty());
    let of_alice = ask(&root, ALICE).await;
    let of_bob = ask(&root, BOB).await;
    let message = host.message(1).await;
    assert!(
        message.text.starts_with("A sign-in is waiting at ") && message.text.ends_with('.'),
        "{message:?}"
    );
    for unsaid in [
        &message.destination,
        &message.code,
        &message.service,
        &message.origin,
    ] {
        assert_eq!(unsaid, "", "{message:?}");
    }
    verify(&root, &of_alice, &alice.approve().await).await;
    verify(&root, &of_bob, &bob.approve().await).await;
    // Both were rung by the one message: a moment later there would have been another.
    assert_eq!(host.messages().len(), 1);
}

#[tokio::test]
async fn an_administrator_tries_out_what_rings_phones_without_a_destination() {
    let (_relay, host) = Relay::with_host(setup()).await;
    let tried = host.secinfo(ROOT, &["channels", "test", "bell"], "");
    assert_eq!(tried.code, 0, "{tried:?}");
    assert_eq!(host.message(1).await.destination, "");
    let number = "+4915112345678";
    let tried = host.secinfo(ROOT, &["channels", "test", "bell", number], "");
    assert_ne!(tried.code, 0, "{tried:?}");
}

#[tokio::test]
async fn a_sign_in_that_waits_is_approved_after_the_certificate_was_renewed() {
    let (mut relay, host) = Relay::with_host(Setup::with_drift()).await;
    let root = host.client(ROOT).await;
    let alice = host.client(ALICE).await.enroll_phone(&relay).await;
    let waiting = ask(&root, ALICE).await;
    relay.kill();
    relay.renew_certificate();
    relay.start(&host);
    relay.wait_until_served().await;
    let mut former = alice;
    assert!(former.phone.poll(&former.entry).await.is_err());
    let phone: Phone = relay.phone();
    let mut renewed = PhoneUser { phone, ..former };
    let request = renewed.request().await;
    let accepted = renewed.answer(&request, Choice::Accept).await;
    verify(&root, &waiting, &accepted.code.unwrap()).await;
}
