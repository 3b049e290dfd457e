//! Adding a phone: what it takes, and what is refused.

use super::*;
use secinfo_tests::{BOB, ROOT};

#[tokio::test]
async fn a_phone_is_added_once_it_has_registered_and_its_test_request_is_approved() {
    let (relay, host) = Relay::with_host(setup()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("App", 10).await;
    alice.prove(&mut app).await;

    let (session, details) = start_enrollment(&alice).await.unwrap();
    assert!(details.becomes_default);
    assert_eq!(details.challenge, Challenge::Approval(Approval::Register));
    let link = link_of(&details);
    assert_eq!(
        (link.url.as_str(), link.minutes),
        (relay.url().as_str(), 10)
    );
    assert!(link.unlocks, "the phone is unlocked before each answer");
    assert_eq!(details.issuer.as_deref(), Some("Example"));
    let for_app = details.app_link.as_deref().unwrap();
    let rest = details.uri.as_deref().unwrap().strip_prefix("otpauth");
    assert_eq!(for_app.strip_prefix("pia"), rest);

    // A code that no phone has shown proves nothing.
    let early = submit(&alice, &session, &response("1234567")).await;
    assert_eq!(early.unwrap_err().short(), "NoCodeSent");
    let mut phone = relay.phone();
    let entry = relay.register(&phone, &link).await.unwrap();
    assert!(phone.update_token(&entry).await.unwrap());
    let next = wait(&alice, &session).await.unwrap();
    assert_eq!(next, Approval::Type { digits: 7 });
    let request = shown(&mut phone, &entry).await;
    assert!(request.title.starts_with("Test of "), "{}", request.title);
    assert!(request.question.contains("daemon"), "{}", request.question);
    assert!(request.numbers.is_empty());
    assert_eq!(alice.methods_of(ALICE).await.len(), 1, "not proved yet");

    let accepted = phone
        .answer(&entry, &request, Choice::Accept)
        .await
        .unwrap();
    let code = accepted.code.unwrap();
    assert!(code.len() == 7 && code.bytes().all(|digit| digit.is_ascii_digit()));
    assert!(
        accepted
            .message
            .unwrap()
            .contains("Never tell it to anybody")
    );
    let wrong = submit(&alice, &session, &response(&other_than(&code))).await;
    assert_eq!(wrong.unwrap_err().short(), "WrongCode");
    let Submitted::Enrolled(enrolled) = submit(&alice, &session, &response(&code)).await.unwrap()
    else {
        panic!("the code proves it");
    };
    assert!(enrolled.became_default);
    assert_eq!(enrolled.former_default.unwrap().as_str(), app.path);
    assert_eq!(alice.default_of(ALICE).await, enrolled.method.as_str());
    let kind: String = alice
        .property(enrolled.method.as_str(), "Method", "Kind")
        .await
        .unwrap();
    assert_eq!(kind, "push");
}

#[tokio::test]
async fn a_credential_is_good_once_and_for_its_own_serial() {
    let (relay, host) = Relay::with_host(setup()).await;
    let alice = host.client(ALICE).await;
    let (session, details) = start_enrollment(&alice).await.unwrap();
    let link = link_of(&details);
    let no_enrollment = |refused: Result<Entry, Problem>| {
        let is_it = matches!(
            refused,
            Err(Problem::Refused {
                status: 404,
                code: 601,
                ..
            })
        );
        assert!(is_it, "{refused:?}");
    };
    let phone = relay.phone();
    let guessed = Link {
        credential: "00".repeat(20),
        ..link.clone()
    };
    no_enrollment(phone.register(&guessed).await);
    let other = Link {
        serial: "AAAAAAAAAAAAAAAA".to_owned(),
        ..link.clone()
    };
    no_enrollment(phone.register(&other).await);

    let entry = relay.register(&phone, &link).await.unwrap();
    // The same phone once more, whose reply was lost.
    assert_eq!(phone.register(&link).await.unwrap(), entry);
    // Another phone, whose owner has seen the picture.
    let thief = Phone::with_key(
        include_bytes!("../../../phone/keys/host.der"),
        include_bytes!("../../../phone/keys/host.spki.der"),
        Some(relay.authority()),
    );
    no_enrollment(thief.register(&link).await);

    // A session that has ended waits for no phone.
    alice
        .call::<_, ()>(session.as_str(), "Enrollment", "Cancel", &())
        .await
        .unwrap();
    no_enrollment(phone.register(&link).await);
    assert!(is_unverified(&relay.phone().poll(&entry).await));
}

#[tokio::test]
async fn an_app_that_cannot_show_the_code_is_refused_with_a_clear_word() {
    let (relay, host) = Relay::with_host(setup()).await;
    let alice = host.client(ALICE).await;
    let (session, details) = start_enrollment(&alice).await.unwrap();
    let link = link_of(&details);
    let mut phone = relay.phone();
    for app in ["privacyIDEA-App/4.6.9 Android/15", "curl/8.0"] {
        phone.app = app.to_owned();
        let refused = relay.register(&phone, &link).await.unwrap_err();
        let Problem::Refused {
            status, message, ..
        } = refused
        else {
            panic!("{refused:?}");
        };
        assert_eq!(status, 403);
        assert!(message.contains("4.7.0"), "{message}");
        let told = wait(&alice, &session).await.unwrap_err();
        assert_eq!(told.short(), "AppTooOld");
    }
    // Updated, the same code is scanned again.
    secinfo_test_phone::APP.clone_into(&mut phone.app);
    relay.register(&phone, &link).await.unwrap();
    let next = wait(&alice, &session).await.unwrap();
    assert_eq!(next, Approval::Type { digits: 7 });
}

#[tokio::test]
async fn a_declined_test_request_adds_no_phone() {
    let (relay, host) = Relay::with_host(setup()).await;
    let alice = host.client(ALICE).await;
    let (session, details) = start_enrollment(&alice).await.unwrap();
    let mut phone = relay.phone();
    let entry = relay.register(&phone, &link_of(&details)).await.unwrap();
    wait(&alice, &session).await.unwrap();
    let request = shown(&mut phone, &entry).await;
    let declined = phone.answer(&entry, &request, Choice::Cancel).await;
    assert!(declined.unwrap().counted);
    let refused = submit(&alice, &session, &response("1234567")).await;
    assert_eq!(refused.unwrap_err().short(), "Declined");
    assert!(alice.methods_of(ALICE).await.is_empty());
}

#[tokio::test]
async fn where_push_is_off_no_phone_is_added_and_no_key_made() {
    let host = TestHost::with(Setup::new()).await;
    let alice = host.client(ALICE).await;
    let refused = start_enrollment(&alice).await.err().unwrap();
    assert_eq!(refused.short(), "KindNotAllowed");
    assert!(
        refused.text.contains("Push is not set up"),
        "{}",
        refused.text
    );
    let body = (ALICE, "sign-in", "");
    let kinds: Vec<String> = alice
        .call(ROOT_PATH, "Manager", "ListKinds", &body)
        .await
        .unwrap();
    assert!(!kinds.contains(&"push".to_owned()), "{kinds:?}");
    assert!(!host.log().contains("making the key"), "{}", host.log());
}

#[tokio::test]
async fn a_deleted_phone_is_forgotten_and_its_key_destroyed() {
    let (relay, host, alice) = with_phone().await;
    let mut app = alice.client.enroll_app("App", 10).await;
    alice.client.prove(&mut app).await;
    relay.wait_until_served().await;
    let root = host.client(ROOT).await;
    let _: (bool, u64) = root
        .call(&alice.method, "Method", "Delete", &())
        .await
        .unwrap();
    let begun = Instant::now();
    while !is_unverified(&relay.phone().poll(&alice.entry).await) {
        assert!(begun.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let bob = host.client(BOB).await;
    let gone = bob.refused(&alice.method, "Method", "Delete", &()).await;
    assert_eq!(gone.short(), "NotAuthorized");
}
