//! Codes that are sent: enrolling a phone and an address, proving them, and which codes are valid.

use secinfo_tests::{
    ALICE, Client, ROOT, ROOT_PATH, Refusal, Setup, SpooledMessage, TestHost, response, user_path,
};
use secinfo_wire::{Enrolled, Proof, VerificationChallenge};
use std::collections::HashMap;
use zbus::{ObjectPath, OwnedObjectPath, OwnedVariant, Variant};

pub(crate) const MOBILE: &str = "+4915112345678";
pub(crate) const OTHER_MOBILE: &str = "+4915187654321";
pub(crate) const ADDRESS: &str = "zoe.quux@example.org";

/// A wrong code of the same length.
fn wrong(message: &SpooledMessage) -> String {
    let number: u32 = message.code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

pub(crate) async fn start_verification(
    client: &Client,
    purpose: &str,
) -> Result<(OwnedObjectPath, VerificationChallenge), Refusal> {
    let options = HashMap::from([("language", Variant::from("de_DE.UTF-8"))]);
    client
        .call(
            ROOT_PATH,
            "Manager",
            "StartVerification",
            &(ALICE, purpose, "sshd", options),
        )
        .await
}

async fn answer(client: &Client, path: &OwnedObjectPath, code: &str) -> Result<Proof, Refusal> {
    client
        .call(path.as_str(), "Verification", "Submit", &response(code))
        .await
}

fn text<'v>(dict: &'v HashMap<String, OwnedVariant>, key: &str) -> &'v str {
    dict[key].downcast_ref().unwrap()
}

#[tokio::test]
async fn a_phone_is_enrolled_with_the_code_in_the_text_and_serves_sign_in() {
    let host = TestHost::with(Setup::new().spool()).await;
    let alice = host.client(ALICE).await;
    let (path, details) = alice
        .start_destination("text", "+49 (0)1511 234 56 78 ext. 9", None)
        .await
        .unwrap();
    assert_eq!(details.challenge.destination(), Some("+49 ••• ••78"));
    assert_eq!(details.dropped_extension, Some(true));

    let early = alice.finish_enrollment(path.as_str(), "123456").await;
    assert_eq!(early.unwrap_err().short(), "NoCodeSent");
    let sent = alice.send_code(path.as_str(), "Enrollment").await.unwrap();
    assert_eq!(text(&sent, "destination"), "+49 ••• ••78");
    let message = host.message(1).await;
    assert_eq!(
        (message.destination.as_str(), message.purpose.as_str()),
        (MOBILE, "enrollment")
    );
    assert!(message.text.contains(&message.code));
    assert!(alice.methods_of(ALICE).await.is_empty(), "not proved yet");
    let refused = alice
        .finish_enrollment(path.as_str(), &wrong(&message))
        .await;
    assert_eq!(refused.unwrap_err().short(), "WrongCode");
    let Enrolled {
        method,
        became_default,
        ..
    } = alice
        .finish_enrollment(path.as_str(), &message.code)
        .await
        .unwrap();
    assert!(became_default, "the first method that serves sign-in");

    let root = host.client(ROOT).await;
    let (verification, challenge) = start_verification(&root, "sign-in").await.unwrap();
    assert_eq!(challenge.hint.place.as_deref(), Some("mobile"));
    assert_eq!(challenge.hint.number.as_deref(), Some("+49 ••• ••78"));
    assert_eq!(challenge.challenge.destination(), Some("+49 ••• ••78"));
    let early = answer(&root, &verification, &message.code).await;
    assert_eq!(early.unwrap_err().short(), "NoCodeSent");
    root.send_code(verification.as_str(), "Verification")
        .await
        .unwrap();
    let message = host.message(2).await;
    assert_eq!(
        (
            message.purpose.as_str(),
            message.service.as_str(),
            message.language.as_str()
        ),
        ("sign-in", "sshd", "de")
    );
    let last_line = message.text.lines().last().unwrap();
    assert!(
        last_line.starts_with('@') && last_line.ends_with(&format!(" #{}", message.code)),
        "the line that binds the code to its origin: {last_line}"
    );
    let proof = answer(&root, &verification, &message.code).await.unwrap();
    assert_eq!(proof.method, method);
    assert_eq!(proof.strength, "delivered");
}

#[tokio::test]
async fn only_the_newest_code_is_valid_in_its_own_session_and_once() {
    let host = TestHost::with(
        Setup::new()
            .spool()
            .more("[policy.codes]\nresend_after = \"1s\"\n"),
    )
    .await;
    let alice = host.client(ALICE).await;
    alice.enroll_destination(&host, "text", MOBILE, None).await;
    let root = host.client(ROOT).await;

    let (first, _) = start_verification(&root, "sign-in").await.unwrap();
    let (second, _) = start_verification(&root, "sign-in").await.unwrap();
    send_when_allowed(&root, &first).await;
    let older = host.message(2).await;
    send_when_allowed(&root, &first).await;
    let newer = host.message(3).await;
    send_when_allowed(&root, &second).await;
    let others = host.message(4).await;
    assert!(
        older.code != newer.code && newer.code != others.code && older.code != others.code,
        "three codes of a million are the same once in 300,000 runs"
    );

    for code in [&older.code, &others.code] {
        let refused = answer(&root, &first, code).await.unwrap_err();
        assert_eq!(refused.short(), "WrongCode");
    }
    answer(&root, &first, &newer.code).await.unwrap();
    let again = answer(&root, &first, &newer.code).await.unwrap_err();
    assert_eq!(again.name, "org.freedesktop.DBus.Error.UnknownObject");
    let elsewhere = answer(&root, &second, &newer.code).await.unwrap_err();
    assert_eq!(elsewhere.short(), "WrongCode");
    answer(&root, &second, &others.code).await.unwrap();
}

/// Requests a code until it is allowed: there is a second between codes.
async fn send_when_allowed(client: &Client, path: &OwnedObjectPath) {
    loop {
        match client.send_code(path.as_str(), "Verification").await {
            Ok(_) => return,
            Err(refusal) if refusal.short() == "TooSoon" => {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            Err(refusal) => panic!("{refusal}"),
        }
    }
}

#[tokio::test]
async fn text_and_call_go_on_one_number_and_each_place_has_one() {
    let host = TestHost::with(Setup::new().spool().policy("fresh_proof = \"1h\"")).await;
    let alice = host.client(ALICE).await;
    alice.enroll_destination(&host, "text", MOBILE, None).await;
    for (kind, number, place, refusal) in [
        ("call", OTHER_MOBILE, "mobile", "PlaceTaken"),
        ("call", MOBILE, "office", "PlaceTaken"),
        ("text", MOBILE, "mobile", "PlaceTaken"),
        ("text", OTHER_MOBILE, "garage", "InvalidArgument"),
    ] {
        let refused = alice.start_destination(kind, number, Some(place)).await;
        assert_eq!(refused.err().unwrap().short(), refusal, "{kind} {place}");
    }
    let (path, _) = alice
        .start_destination("call", MOBILE, Some("mobile"))
        .await
        .unwrap();
    alice.send_code(path.as_str(), "Enrollment").await.unwrap();
    let soon = alice
        .send_code(path.as_str(), "Enrollment")
        .await
        .unwrap_err();
    assert_eq!(soon.short(), "TooSoon");
    assert!(soon.text.contains("Time left: "), "{}", soon.text);
    let message = host.message(2).await;
    assert!(
        !message.text.contains(&message.code),
        "a call speaks the digits by itself"
    );
    alice
        .finish_enrollment(path.as_str(), &message.code)
        .await
        .unwrap();
    let alternate = alice
        .enroll_destination(&host, "call", OTHER_MOBILE, Some("alternate"))
        .await;
    assert!(!alternate.became_default, "a call leaves the default alone");
}

#[tokio::test]
async fn an_address_serves_password_reset_and_never_sign_in() {
    let host = TestHost::with(Setup::new().spool()).await;
    let alice = host.client(ALICE).await;
    let Enrolled {
        method: email,
        became_default,
        ..
    } = alice
        .enroll_destination(&host, "email", ADDRESS, None)
        .await;
    assert!(!became_default);
    let message = host.message(1).await;
    assert!(
        !message.subject.contains(&message.code),
        "subjects are shown on lock screens"
    );
    assert!(message.html.contains(&message.code) && message.text.contains(&message.code));

    let root = host.client(ROOT).await;
    let none = start_verification(&root, "sign-in").await.unwrap_err();
    assert_eq!(none.short(), "NoMethod");
    let path = ObjectPath::try_from(email.as_str()).unwrap();
    let never = alice
        .refused(&user_path(ALICE), "User", "SetDefault", &path)
        .await;
    assert_eq!(never.short(), "NotForThisPurpose");
}

#[tokio::test]
async fn a_code_is_void_after_a_restart_of_the_daemon() {
    let mut host = TestHost::with(Setup::new().spool()).await;
    let alice = host.client(ALICE).await;
    let (path, _) = alice.start_destination("text", MOBILE, None).await.unwrap();
    alice.send_code(path.as_str(), "Enrollment").await.unwrap();
    let message = host.message(1).await;
    host.kill();
    host.start_daemon().await;
    let gone = alice.finish_enrollment(path.as_str(), &message.code).await;
    assert_eq!(
        gone.unwrap_err().name,
        "org.freedesktop.DBus.Error.UnknownObject"
    );
    assert!(alice.methods_of(ALICE).await.is_empty());
}

#[tokio::test]
async fn a_code_expires() {
    let host = TestHost::with(
        Setup::new()
            .spool()
            .more("[policy.codes]\nlife = \"30s\"\n"),
    )
    .await;
    let alice = host.client(ALICE).await;
    let (path, _) = alice.start_destination("text", MOBILE, None).await.unwrap();
    alice.send_code(path.as_str(), "Enrollment").await.unwrap();
    let message = host.message(1).await;
    tokio::time::sleep(std::time::Duration::from_secs(31)).await;
    let late = alice.finish_enrollment(path.as_str(), &message.code).await;
    assert_eq!(late.unwrap_err().short(), "CodeExpired");
}

#[tokio::test]
async fn guesses_at_a_code_end_the_session_and_slow_the_user_down() {
    let host = TestHost::with(
        Setup::new()
            .spool()
            .more("[policy.session]\nattempts = 3\n"),
    )
    .await;
    let alice = host.client(ALICE).await;
    let (path, _) = alice.start_destination("text", MOBILE, None).await.unwrap();
    alice.send_code(path.as_str(), "Enrollment").await.unwrap();
    let message = host.message(1).await;
    let mut refusals = Vec::new();
    for _ in 0..3 {
        let refused = alice
            .finish_enrollment(path.as_str(), &wrong(&message))
            .await
            .unwrap_err();
        refusals.push(refused.short().to_owned());
    }
    assert_eq!(refusals, ["WrongCode", "WrongCode", "TooManyAttempts"]);
    let gone = alice.finish_enrollment(path.as_str(), &message.code).await;
    assert_eq!(
        gone.unwrap_err().name,
        "org.freedesktop.DBus.Error.UnknownObject"
    );
    let slowed = alice.start_destination("text", MOBILE, None).await;
    assert_eq!(slowed.err().unwrap().short(), "TooSoon");
}
