//! Phones as gates of a reset: what a user goes through, and that a stranger learns nothing.

use super::{begin, plain, setup, types};
use secinfo_test_phone::Choice;
use secinfo_tests::{
    ALICE, ALICE_NAME, BOB_NAME, Client, PasswordHelper, PhoneUser, ROOT, Relay, ResetSocket,
    STRANGER, TestHost,
};
use serde_json::json;

const ROW: &str = "Code on your phone";

/// A host on which Alice has a phone, and resets are offered by these rules.
async fn with_phone(rules: &str) -> (Relay, TestHost, Client, PhoneUser) {
    let (relay, host) = Relay::with_host(setup(rules)).await;
    let alice = host.client(ALICE).await;
    let phone = alice.enroll_phone(&relay).await;
    (relay, host, alice, phone)
}

#[tokio::test]
async fn the_code_of_an_approved_request_opens_a_gate() {
    let (_relay, host, _alice, mut phone) = with_phone("gates = \"one\"").await;
    let _helper = PasswordHelper::willing(&host);
    let mut reset = begin(&host, ALICE_NAME);
    reset.choose(ROW).unwrap();
    let prompt = reset.prompt();
    assert!(
        prompt.contains("7-digit code (Enter to ask again, ? for another way)"),
        "{prompt}"
    );
    let request = phone.request().await;
    assert!(request.title.starts_with("New password at "), "{request:?}");
    reset.answer("1234567").unwrap();
    assert!(
        reset.prompt().starts_with("That was not accepted."),
        "{}",
        reset.prompt()
    );
    let accepted = phone.answer(&request, Choice::Accept).await;
    reset.answer(&accepted.code.unwrap()).unwrap();
    assert_eq!(reset.prompt(), "New password: ");
}

#[tokio::test]
async fn not_me_is_told_to_the_user_and_not_to_whoever_has_begun_the_reset() {
    let (relay, host, alice, mut phone) = with_phone("gates = \"one\"").await;
    let _helper = PasswordHelper::willing(&host);
    alice
        .enroll_destination(&host, "email", crate::sent_codes::ADDRESS, None)
        .await;
    let told = host.notices().len();
    let mut reset = begin(&host, ALICE_NAME);
    reset.choose(ROW).unwrap();
    let prompt = reset.prompt();
    let request = phone.request().await;
    assert!(phone.answer(&request, Choice::NotMe).await.counted);
    let notice = host.notice(told + 1).await;
    assert!(
        notice
            .text
            .contains("A password reset for your account was declined"),
        "{}",
        notice.text
    );
    // To the stranger it is as if the phone had not been there.
    reset.answer("").unwrap();
    assert_eq!(reset.prompt(), prompt);
    reset.answer("1234567").unwrap();
    assert!(
        reset.prompt().starts_with("That was not accepted."),
        "{}",
        reset.prompt()
    );
    assert!(!phone.is_asked(&relay).await);
    // Sign-ins go on.
    let root = host.client(ROOT).await;
    let mut socket = root.sign_in_socket();
    let step = socket
        .start(ALICE_NAME, "sshd", &json!({"set_up": true}))
        .unwrap();
    assert!(
        step.prompt
            .unwrap()
            .starts_with("Open privacyIDEA Authenticator")
    );
    phone.request().await;
}

/// What a stranger can do to one name with phones.
fn attempt(host: &TestHost, name: &str) -> Vec<String> {
    let mut reset = ResetSocket::start(host, STRANGER, name, &plain()).unwrap();
    reset.choose(ROW).unwrap();
    for answer in ["", "1234567", "hunter2", "?"] {
        reset.answer(answer).unwrap();
    }
    reset.choose(ROW).unwrap();
    for answer in ["7654321", "1234567", "0000000"] {
        reset.answer(answer).unwrap();
    }
    assert_eq!(reset.ended().unwrap().0, "refused");
    reset.transcript
}

#[tokio::test]
async fn transcripts_are_the_same_for_names_with_and_without_a_phone() {
    let (_relay, host, _alice, _phone) = with_phone("gates = \"one\"\nattempts = 5").await;
    let _helper = PasswordHelper::willing(&host);
    let first = attempt(&host, ALICE_NAME);
    for name in [
        BOB_NAME,
        "no-such-user",
        "root",
        // A request was a moment ago, and the gate may be locked.
        ALICE_NAME,
    ] {
        assert_eq!(attempt(&host, name), first, "{name}");
    }
    let root = host.client(ROOT).await;
    let asked = types(&root).await;
    let asked = asked.iter().filter(|kind| *kind == "approval-requested");
    assert_eq!(
        asked.count(),
        2,
        "that of adding the phone, and one of the resets"
    );
}

#[tokio::test]
async fn where_there_is_no_push_no_phone_is_offered() {
    let host = TestHost::with(setup("gates = \"one\"")).await;
    let _helper = PasswordHelper::willing(&host);
    let reset = begin(&host, ALICE_NAME);
    assert!(!reset.prompt().contains(ROW), "{}", reset.prompt());
}
