//! Requests that are approved, declined, guessed and repeated.

use super::*;
use secinfo_tests::ROOT;

#[tokio::test]
async fn the_code_of_an_approved_request_proves_the_phone_once_and_here() {
    let (_relay, host, mut alice) = with_phone().await;
    let root = host.client(ROOT).await;
    let (session, asked) = start_verification(&root, "sshd", None).await.unwrap();
    assert_eq!(asked.kind, "push");
    let typed = Challenge::Approval(Approval::Type { digits: 7 });
    assert_eq!(asked.challenge, typed);
    let request = shown(&mut alice.phone, &alice.entry).await;
    assert!(
        request.title.starts_with("Sign-in to "),
        "{}",
        request.title
    );
    assert!(request.question.starts_with("sshd"), "{}", request.question);
    assert!(
        request.question.contains("as daemon"),
        "{}",
        request.question
    );

    let answered = alice.phone.answer(&alice.entry, &request, Choice::Accept);
    let code = answered.await.unwrap().code.unwrap();
    // The next poll shows nothing.
    next_second().await;
    assert!(alice.phone.poll(&alice.entry).await.unwrap().is_empty());
    let wrong = verify(&root, &session, &response(&other_than(&code))).await;
    assert_eq!(wrong.unwrap_err().short(), "WrongCode");
    assert_eq!(count(&root, "verification-failed").await, 1);
    let proof = verify(&root, &session, &response(&code)).await.unwrap();
    assert_eq!(
        (proof.kind.as_str(), proof.strength.as_str()),
        ("push", "possession")
    );

    // Another session has a request and a code of its own.
    let (other, _) = start_verification(&root, "sshd", None).await.unwrap();
    let own = approve(&mut alice.phone, &alice.entry).await;
    assert_ne!(
        own, code,
        "two codes of ten million are the same once in a life"
    );
    let reused = verify(&root, &other, &response(&code)).await;
    assert_eq!(reused.unwrap_err().short(), "WrongCode");
    // "Done" under a code is a plain refusal of what was confirmed.
    let done = alice.phone.answer(&alice.entry, &request, Choice::Done);
    expect_nothing(&done.await.unwrap());
    verify(&root, &other, &response(&own)).await.unwrap();
    assert_eq!(count(&root, "approval-requested").await, 3);
    assert_eq!(count(&root, "approval-answered").await, 3);
}

#[tokio::test]
async fn done_under_a_code_is_no_event_and_no_pause() {
    let (_relay, host, mut alice) = with_phone().await;
    let root = host.client(ROOT).await;
    let (session, _) = start_verification(&root, "sshd", None).await.unwrap();
    let request = shown(&mut alice.phone, &alice.entry).await;
    let answered = alice.phone.answer(&alice.entry, &request, Choice::Accept);
    let code = answered.await.unwrap().code.unwrap();
    let before = root.events().await.len();
    for choice in [Choice::Done, Choice::NotMe, Choice::Cancel] {
        let late = alice.phone.answer(&alice.entry, &request, choice).await;
        expect_nothing(&late.unwrap());
    }
    assert_eq!(root.events().await.len(), before);
    verify(&root, &session, &response(&code)).await.unwrap();
    start_verification(&root, "sshd", None).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_comes_again_gets_the_same_reply_and_is_one_event() {
    let (_relay, host, mut alice) = with_phone().await;
    let root = host.client(ROOT).await;
    for burst in 0..20 {
        next_second().await;
        let (session, _) = start_verification(&root, "sshd", None).await.unwrap();
        let request = shown(&mut alice.phone, &alice.entry).await;
        let (phone, entry) = (&alice.phone, &alice.entry);
        let answer = || phone.answer(entry, &request, Choice::Accept);
        let answers = tokio::join!(answer(), answer(), answer(), answer());
        let answers: [_; 4] = answers.into();
        let codes: Vec<_> = answers
            .into_iter()
            .map(|answer| answer.unwrap().code.unwrap())
            .collect();
        assert!(
            codes.iter().all(|code| *code == codes[0]),
            "{burst}: {codes:?}"
        );
        let typed = response(&codes[0]);
        let (one, other) = tokio::join!(
            verify(&root, &session, &typed),
            verify(&root, &session, &typed)
        );
        assert_eq!([one, other].iter().filter(|proof| proof.is_ok()).count(), 1);
    }
    // With those of the enrollment.
    assert_eq!(count(&root, "approval-answered").await, 21);
    assert_eq!(count(&root, "verification-succeeded").await, 20);
}

#[tokio::test]
async fn not_me_ends_the_session_and_pauses_push_for_the_user() {
    let (_relay, host, mut alice) = with_phone().await;
    let mut app = alice.client.enroll_app("App", 10).await;
    let root = host.client(ROOT).await;
    let method = Some(alice.method.as_str());
    let (session, _) = start_verification(&root, "sshd", method).await.unwrap();
    let request = shown(&mut alice.phone, &alice.entry).await;

    // A reason that was taken out on the way is a signature that is wrong.
    let (phone, entry) = (&alice.phone, &alice.entry);
    let stripped: Vec<_> = phone
        .form_of(entry, &request, Choice::NotMe)
        .into_iter()
        .filter(|(name, _)| *name != "decline_reason")
        .collect();
    let stripped: Vec<_> = stripped
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let counted = phone.post(&request.url, &stripped).await.unwrap().value();
    assert!(!counted.unwrap());
    assert_eq!(
        count(&root, "approval-answered").await,
        1,
        "it is open still"
    );

    let declined = phone.answer(entry, &request, Choice::NotMe).await.unwrap();
    assert!(declined.counted);
    let refused = verify(&root, &session, &Response::Wait).await.unwrap_err();
    assert_eq!(refused.short(), "Declined");
    let typed = verify(&root, &session, &response("1234567")).await;
    assert_eq!(typed.unwrap_err().short(), "Declined");

    let paused = start_verification(&root, "sshd", method).await.unwrap_err();
    assert_eq!(paused.short(), "PushPaused");
    // Another method is asked for, and works: nothing is locked.
    let (_, asked) = start_verification(&root, "sshd", None).await.unwrap();
    assert_eq!(asked.kind, "authenticator-app");
    alice.client.prove(&mut app).await;
}

#[tokio::test]
async fn what_is_no_answer_of_the_phone_counts_for_nothing() {
    let (relay, host, mut alice) = with_phone().await;
    let root = host.client(ROOT).await;
    let (session, _) = start_verification(&root, "sshd", None).await.unwrap();
    let request = shown(&mut alice.phone, &alice.entry).await;
    let stranger = relay.phone_of_stranger();
    let forged = stranger.answer(&alice.entry, &request, Choice::Accept);
    expect_nothing(&forged.await.unwrap());
    let chosen = alice
        .phone
        .answer(&alice.entry, &request, Choice::Number("38"));
    expect_nothing(&chosen.await.unwrap());
    let other = Request {
        nonce: "AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT".to_owned(),
        ..request.clone()
    };
    let unknown = alice.phone.answer(&alice.entry, &other, Choice::Accept);
    expect_nothing(&unknown.await.unwrap());
    let pending = verify(&root, &session, &response("1234567")).await;
    assert_eq!(pending.unwrap_err().short(), "WrongCode");
    assert_eq!(count(&root, "approval-answered").await, 1);

    for skew in [301, -301, -200_000_000] {
        let mut phone = relay.phone();
        phone.skew = skew;
        assert!(is_unverified(&phone.poll(&alice.entry).await), "{skew}");
    }
    let unknown = Entry {
        serial: "UNKNOWN".to_owned(),
        ..alice.entry.clone()
    };
    assert!(is_unverified(&relay.phone().poll(&unknown).await));
    let mut stranger = relay.phone_of_stranger();
    assert!(is_unverified(&stranger.poll(&alice.entry).await));
}

#[tokio::test]
async fn a_session_that_has_ended_withdraws_its_request() {
    let (relay, host, mut alice) = with_phone().await;
    let root = host.client(ROOT).await;
    let (session, _) = start_verification(&root, "sshd", None).await.unwrap();
    let request = shown(&mut alice.phone, &alice.entry).await;
    root.call::<_, ()>(session.as_str(), "Verification", "Cancel", &())
        .await
        .unwrap();
    assert!(relay.phone().poll(&alice.entry).await.unwrap().is_empty());
    let late = alice.phone.answer(&alice.entry, &request, Choice::Accept);
    expect_nothing(&late.await.unwrap());
    assert_eq!(count(&root, "approval-answered").await, 1);
}

#[tokio::test]
async fn one_request_is_open_and_the_second_session_is_told() {
    let (_relay, host, mut alice) = with_phone().await;
    let mut app = alice.client.enroll_app("App", 10).await;
    alice.client.prove(&mut app).await;
    let root = host.client(ROOT).await;
    let method = Some(alice.method.as_str());
    let (session, _) = start_verification(&root, "sshd", method).await.unwrap();
    let second = start_verification(&root, "sshd", method).await.unwrap_err();
    assert_eq!(second.short(), "TooSoon");
    let (_, asked) = start_verification(&root, "sshd", None).await.unwrap();
    assert_eq!(asked.kind, "authenticator-app");
    let code = approve(&mut alice.phone, &alice.entry).await;
    verify(&root, &session, &response(&code)).await.unwrap();
}

#[tokio::test]
async fn nothing_that_tells_a_phone_stands_in_logs_or_events() {
    let (relay, host, mut alice) = with_phone().await;
    let root = host.client(ROOT).await;
    let (session, _) = start_verification(&root, "sshd", None).await.unwrap();
    let request = shown(&mut alice.phone, &alice.entry).await;
    let answered = alice.phone.answer(&alice.entry, &request, Choice::Accept);
    let code = answered.await.unwrap().code.unwrap();
    verify(&root, &session, &response(&code)).await.unwrap();
    let events = serde_json::to_string(&root.events().await).unwrap();
    for (what, text) in [
        ("log", host.log()),
        ("events", events),
        ("relay", relay.log()),
    ] {
        for secret in [&code, &request.nonce, &alice.entry.serial] {
            assert!(
                !text.contains(secret.as_str()),
                "{what}: {secret} in {text}"
            );
        }
    }
}

/// Waits for the second to come: the relay takes five polls and answers of a phone in one.
async fn next_second() {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    let left = 1_000_000_000 - u64::from(since.subsec_nanos());
    tokio::time::sleep(Duration::from_nanos(left)).await;
}
