//! Proving a key, and what does not.

use super::*;
use secinfo_test_key::Counter;
use secinfo_tests::{BOB, ROOT};
use secinfo_wire::AskableMethod;

#[tokio::test]
async fn any_of_the_keys_answers_and_decides_which_method_is_proved() {
    let (_host, alice, _app, mut first, first_method) = with_key(setup()).await;
    let mut second = Browser::new(LOCAL);
    let second_method = add(&alice, &mut second).await.method.to_string();
    let (session, asked) = start_verification(&alice, Some(&first_method))
        .await
        .unwrap();
    let listed = parsed(&asked.challenge)["allowCredentials"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    let proof = verify(&alice, &session, second.get(options(&asked.challenge)))
        .await
        .unwrap();
    assert_eq!(proof.method.as_str(), second_method);
    let proof = prove(&alice, &mut first, &second_method).await.unwrap();
    assert_eq!(proof.method.as_str(), first_method);
}

#[tokio::test]
async fn what_was_not_signed_for_this_session_by_a_verified_user_is_refused_and_in_the_log() {
    let (host, alice, _app, key, method) = with_key(setup()).await;
    let spoiled: [(&str, &str, Spoil); 5] = [
        ("WrongAssertion", "wrong-assertion", |key| {
            key.origin = "http://login.example.org".to_owned();
        }),
        ("WrongAssertion", "wrong-assertion", |key| {
            key.client_data = serde_json::json!({"topOrigin": "https://evil.example"});
        }),
        ("WrongAssertion", "wrong-assertion", |key| {
            key.key.flags.present = Some(false);
        }),
        ("WrongAssertion", "wrong-assertion", |key| {
            key.key.flags.backup_eligible = true;
        }),
        (
            "UserVerificationMissing",
            "user-verification-missing",
            |key| key.key.flags.verified = Some(false),
        ),
    ];
    let root = host.client(ROOT).await;
    for (name, failure, spoil) in spoiled {
        let mut spoiled = Browser::new(LOCAL);
        spoiled.key = key.key.clone();
        spoil(&mut spoiled);
        let refused = prove(&root, &mut spoiled, &method).await.unwrap_err();
        assert_eq!(refused.short(), name);
        assert_eq!(failures(&host).await.last().unwrap(), failure);
        let user = secinfo_tests::user_path(ALICE);
        let () = root.call(&user, "User", "Unlock", &()).await.unwrap();
    }
    drop(alice);
}

#[tokio::test]
async fn an_assertion_for_another_session_or_of_no_key_of_the_user_proves_nothing() {
    let (host, alice, _app, mut key, method) = with_key(setup()).await;
    let (first, asked) = start_verification(&alice, Some(&method)).await.unwrap();
    let (second, _) = start_verification(&alice, Some(&method)).await.unwrap();
    let signed = key.get(options(&asked.challenge));
    let refused = verify(&alice, &second, signed.clone()).await;
    assert_eq!(refused.unwrap_err().short(), "WrongAssertion");
    verify(&alice, &first, signed.clone()).await.unwrap();
    let over = verify(&alice, &first, signed).await.unwrap_err();
    assert_eq!(over.short(), "UnknownObject", "the session is over");

    // Bob's key, where Alice is asked.
    let bob = host.client(BOB).await;
    let mut app = bob.enroll_app("Phone", 10).await;
    bob.prove(&mut app).await;
    let mut bobs = Browser::new(LOCAL);
    add(&bob, &mut bobs).await;
    let (session, asked) = start_verification(&alice, Some(&method)).await.unwrap();
    let mut request = parsed(&asked.challenge);
    request["allowCredentials"] = serde_json::json!([]);
    if let Ok(signed) = bobs.try_get(&request.to_string()) {
        let refused = verify(&alice, &session, signed).await.unwrap_err();
        assert_eq!(refused.short(), "WrongAssertion");
    }
    for json in ["", "{}", "[]", "{\"id\":\"AA\"}", "null"] {
        let (session, _) = start_verification(&alice, Some(&method)).await.unwrap();
        let refused = verify(&alice, &session, json.to_owned()).await;
        let name = refused.unwrap_err();
        assert!(
            ["WrongAssertion", "TooSoon"].contains(&name.short()),
            "{json}: {name}"
        );
    }
}

#[tokio::test]
async fn a_refused_answer_spends_its_challenge_and_the_method_asks_anew() {
    let (_host, alice, _app, mut key, method) = with_key(setup()).await;
    let (session, asked) = start_verification(&alice, Some(&method)).await.unwrap();
    let signed = key.get(options(&asked.challenge));
    let spoiled = signed.replace("\"signature\":\"M", "\"signature\":\"N");
    let refused = verify(&alice, &session, spoiled).await.unwrap_err();
    assert_eq!(refused.short(), "WrongAssertion");
    let refused = verify(&alice, &session, signed).await.unwrap_err();
    assert_eq!(refused.short(), "WrongAssertion", "the challenge is spent");
    let path = ObjectPath::try_from(method.as_str()).unwrap();
    let anew: VerificationChallenge = alice
        .call(session.as_str(), "Verification", "ChangeMethod", &path)
        .await
        .unwrap();
    assert_ne!(
        parsed(&anew.challenge)["challenge"],
        parsed(&asked.challenge)["challenge"]
    );
    verify(&alice, &session, key.get(options(&anew.challenge)))
        .await
        .unwrap();
}

#[tokio::test]
async fn one_assertion_on_four_connections_is_accepted_once_also_after_a_kill() {
    let (mut host, alice, _app, mut key, method) = with_key(setup()).await;
    let mut detached = forms();
    detached.insert("detached", Variant::from(true));
    let path = ObjectPath::try_from(method.clone()).unwrap();
    detached.insert("method", path.into());
    let body = (ALICE, "sign-in", "", detached);
    let (session, asked): (OwnedObjectPath, VerificationChallenge) = alice
        .call(ROOT_PATH, "Manager", "StartVerification", &body)
        .await
        .unwrap();
    let signed = key.get(options(&asked.challenge));
    let mut connections = Vec::new();
    for _ in 0..4 {
        connections.push(host.client(ALICE).await);
    }
    let submitted = connections
        .iter()
        .map(|connection| verify(connection, &session, signed.clone()));
    let outcomes = futures_util::future::join_all(submitted).await;
    let accepted = outcomes.iter().filter(|outcome| outcome.is_ok());
    assert_eq!(accepted.count(), 1, "{outcomes:?}");

    host.kill();
    host.start_daemon().await;
    let alice = host.client(ALICE).await;
    let refused = verify(&alice, &session, signed.clone()).await.unwrap_err();
    assert_eq!(refused.short(), "UnknownObject");
    let (session, _) = start_verification(&alice, Some(&method)).await.unwrap();
    let refused = verify(&alice, &session, signed).await.unwrap_err();
    assert_eq!(refused.short(), "WrongAssertion");
    prove(&alice, &mut key, &method).await.unwrap();
}

#[tokio::test]
async fn a_copy_of_a_key_is_refused_noticed_and_in_the_log() {
    let (host, alice, _app, mut key, method) = with_key(setup().spool()).await;
    alice
        .enroll_destination(&host, "email", "alice@example.org", None)
        .await;
    let notices = host.notices().len();
    let mut copy = Browser::new(LOCAL);
    copy.key = key.key.clone();
    prove(&alice, &mut key, &method).await.unwrap();
    let refused = prove(&alice, &mut copy, &method).await.unwrap_err();
    assert_eq!(refused.short(), "CounterNotIncreased");
    assert_eq!(failures(&host).await, ["counter-not-increased"]);
    let marked: bool = alice
        .property(&method, "Method", "MayBeCopied")
        .await
        .unwrap();
    assert!(marked);
    let notice = host.notice(notices + 1).await;
    assert!(notice.text.contains("a copy"), "{}", notice.text);
    // The thief's copy counts on; the owner learns at the next use.
    prove(&alice, &mut copy, &method).await.unwrap();
    let refused = prove(&alice, &mut key, &method).await.unwrap_err();
    assert_eq!(refused.short(), "CounterNotIncreased");
}

#[tokio::test]
async fn policy_takes_keys_that_count_wrongly() {
    let setup = setup().more("[policy.security-key]\nsign_count = \"warn\"\n");
    let (_host, alice, _app, mut key, method) = with_key(setup).await;
    key.key.counter = Counter::Fixed(1);
    prove(&alice, &mut key, &method).await.unwrap();
    let marked: bool = alice
        .property(&method, "Method", "MayBeCopied")
        .await
        .unwrap();
    assert!(marked);
}

#[tokio::test]
async fn a_key_is_offered_to_those_only_who_can_present_it() {
    let (_host, alice, app, _key, method) = with_key(setup()).await;
    for (forms, offered) in [
        (vec!["code"], vec![app.path.clone()]),
        (vec!["assertion"], vec![method.clone()]),
        (
            vec!["code", "assertion"],
            vec![app.path.clone(), method.clone()],
        ),
    ] {
        let named = Options::from([("forms", Variant::from(forms.clone()))]);
        let (session, _): (OwnedObjectPath, VerificationChallenge) = alice
            .call(
                ROOT_PATH,
                "Manager",
                "StartVerification",
                &(ALICE, "sign-in", "", named),
            )
            .await
            .unwrap();
        let listed: Vec<AskableMethod> = alice
            .call(session.as_str(), "Verification", "ListMethods", &())
            .await
            .unwrap();
        let listed: Vec<_> = listed.iter().map(|way| way.method.to_string()).collect();
        assert_eq!(listed, offered, "{forms:?}");
    }
}

#[tokio::test]
async fn a_key_is_a_fresh_proof_of_its_session() {
    let (host, _alice, app, mut key, method) = with_key(setup()).await;
    let elsewhere = host.client(ALICE).await;
    prove(&elsewhere, &mut key, &method).await.unwrap();
    let deleted: (bool, u64) = elsewhere
        .call(&app.path, "Method", "Delete", &())
        .await
        .unwrap();
    assert_eq!(deleted, (true, 0));
    assert_eq!(
        elsewhere.default_of(ALICE).await,
        method,
        "it falls to the key"
    );
    let deleted: (bool, u64) = elsewhere
        .call(&method, "Method", "Delete", &())
        .await
        .unwrap();
    assert_eq!(deleted, (true, 0));
}

#[tokio::test]
async fn keys_keep_the_name_that_they_were_added_for() {
    let (mut host, alice, _app, mut key, method) = with_key(setup()).await;
    drop(alice);
    host.set_up(Setup::with_drift().more("[security-key]\nrp_id = \"new.example.org\"\n"));
    host.restart().await;
    let alice = host.client(ALICE).await;
    prove(&alice, &mut key, &method).await.unwrap();
    let mut second = Browser::new("https://new.example.org:9090");
    add(&alice, &mut second).await;
    let (session, asked) = start_verification(&alice, Some(&method)).await.unwrap();
    let Challenge::Assertion {
        options,
        further_options,
        ..
    } = &asked.challenge
    else {
        panic!("it asks for an assertion");
    };
    let host_first: Json = serde_json::from_str(options).unwrap();
    assert_eq!(host_first["rpId"], "new.example.org");
    let former: Json = serde_json::from_str(&further_options[0]).unwrap();
    assert_eq!((further_options.len(), &former["rpId"]), (1, &RP_ID.into()));
    let signed = key.get(&further_options[0]);
    verify(&alice, &session, signed).await.unwrap();
}
