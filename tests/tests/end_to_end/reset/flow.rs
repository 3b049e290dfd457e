//! What a user goes through who forgot the password.

use super::{PASSWORD, begin, send, types, with_phone_and_address};
use secinfo_tests::{ALICE, ALICE_NAME, BOB, BOB_NAME, PasswordHelper, ROOT, now};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn two_methods_are_proved_and_the_new_password_is_set() {
    let (host, _alice) = with_phone_and_address("gates = \"two\"").await;
    let helper = PasswordHelper::willing(&host);
    let root = host.client(ROOT).await;
    let mut reset = begin(&host, ALICE_NAME);
    assert!(
        reset
            .prompt()
            .starts_with("To set a new password, prove that the account is yours.")
    );
    let text = send(&host, &mut reset, "Text message").await;
    assert_eq!(text.purpose, "password-reset");
    assert!(reset.echoes());
    reset.answer(&text.code).unwrap();
    assert!(
        reset.prompt().starts_with("One more proof is needed"),
        "{}",
        reset.prompt()
    );
    assert!(helper.calls().is_empty(), "not before both are proved");

    let email = send(&host, &mut reset, "Email").await;
    reset.answer(&email.code).unwrap();
    assert_eq!(reset.prompt(), "New password: ");
    assert!(!reset.echoes());
    reset.answer(PASSWORD).unwrap();
    assert!(!reset.echoes());
    reset.answer("something else").unwrap();
    assert!(reset.prompt().starts_with("Those two were not the same."));
    reset.answer(PASSWORD).unwrap().answer(PASSWORD).unwrap();
    let (outcome, told) = reset.ended().unwrap();
    assert_eq!(outcome, "set");
    assert!(told.contains("sign in with it"), "{told}");

    let calls = helper.calls_of("SetPassword");
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0]["password"], PASSWORD);
    let ticket = &calls[0]["ticket"];
    assert_eq!(
        (&ticket["name"], &ticket["uid"]),
        (&json!(ALICE_NAME), &json!(ALICE))
    );
    assert!(now().abs_diff(ticket["issued_at"].as_u64().unwrap()) < 60);

    let types = types(&root).await;
    let ends_with = ["password-reset-requested", "password-reset"];
    let own: Vec<_> = types
        .iter()
        .filter(|kind| kind.starts_with("password"))
        .collect();
    assert_eq!(own, ends_with);
    let log = root.events().await;
    assert!(!serde_json::to_string(&log).unwrap().contains(PASSWORD));
    assert!(!host.log().contains(PASSWORD));
    // To the phone and to the address.
    for number in 1..=2 {
        let notice = host.notice(number).await;
        assert!(notice.purpose == "notice", "{}", notice.text);
    }
}

#[tokio::test]
async fn one_method_is_enough_where_policy_says_so_and_a_code_is_sent_only_when_it_is_chosen() {
    let (host, _alice) = with_phone_and_address("gates = \"one\"").await;
    let helper = PasswordHelper::willing(&host);
    let before = host.messages().len();
    let mut reset = begin(&host, ALICE_NAME);
    reset
        .choose("Authenticator app")
        .unwrap()
        .answer("?")
        .unwrap();
    assert_eq!(host.messages().len(), before, "nothing was asked for");
    let email = send(&host, &mut reset, "Email").await;
    reset.answer(&email.code).unwrap();
    reset.answer(PASSWORD).unwrap().answer(PASSWORD).unwrap();
    assert_eq!(reset.ended().unwrap().0, "set");
    assert_eq!(helper.calls_of("SetPassword").len(), 1);
    let gone = reset.answer(PASSWORD).err().unwrap();
    assert_eq!(gone.short(), "NoReset");
}

#[tokio::test]
async fn the_same_method_is_not_proved_twice() {
    let (host, _alice) =
        with_phone_and_address("gates = \"two\"\n[policy.codes]\nresend_after = \"1s\"").await;
    let _helper = PasswordHelper::willing(&host);
    let mut reset = begin(&host, ALICE_NAME);
    let text = send(&host, &mut reset, "Text message").await;
    reset.answer(&text.code).unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let before = host.messages().len();
    reset.choose("Text message").unwrap();
    reset.answer(&text.code).unwrap();
    assert!(
        reset.prompt().contains("was not accepted"),
        "{}",
        reset.prompt()
    );
    assert_eq!(
        host.messages().len(),
        before,
        "no code for a method that is proved"
    );
}

#[tokio::test]
async fn a_password_that_the_host_refuses_uses_up_no_gate() {
    let (host, _alice) = with_phone_and_address("gates = \"one\"").await;
    let helper = PasswordHelper::start(&host, |method, parameters| {
        Some(match method {
            "Check" => json!({"account": "settable"}),
            "SetPassword" if parameters["password"] == "short" => {
                json!({"outcome": "refused", "messages": ["BAD PASSWORD: it is too short"]})
            }
            "SetPassword" => json!({"outcome": "set", "messages": []}),
            _ => json!({"outcome": "unknown"}),
        })
    });
    let root = host.client(ROOT).await;
    let mut reset = begin(&host, ALICE_NAME);
    let email = send(&host, &mut reset, "Email").await;
    reset.answer(&email.code).unwrap();
    reset.answer("short").unwrap().answer("short").unwrap();
    assert_eq!(
        reset.prompt(),
        "BAD PASSWORD: it is too short New password: "
    );
    reset.answer("").unwrap();
    assert!(reset.prompt().starts_with("That cannot be a password"));
    reset.answer(PASSWORD).unwrap().answer(PASSWORD).unwrap();
    assert_eq!(reset.ended().unwrap().0, "set");
    let tickets: Vec<_> = helper
        .calls_of("SetPassword")
        .iter()
        .map(|call| call["ticket"]["id"].to_string())
        .collect();
    assert!(
        tickets.len() == 2 && tickets[0] != tickets[1],
        "{tickets:?}"
    );
    let own: Vec<_> = types(&root)
        .await
        .into_iter()
        .filter(|kind| kind.starts_with("password"))
        .collect();
    assert_eq!(
        own,
        [
            "password-reset-requested",
            "password-reset-failed",
            "password-reset-requested",
            "password-reset"
        ]
    );
}

#[tokio::test]
async fn an_account_whose_password_is_not_set_here_is_told_so_after_the_proof_only() {
    for (account, sentence) in [
        ("barred", "cannot be set here"),
        ("elsewhere", "is not kept with those of this host"),
    ] {
        let (host, _alice) = with_phone_and_address("gates = \"one\"").await;
        let helper = PasswordHelper::start(&host, move |_, _| Some(json!({"account": account})));
        let mut reset = begin(&host, ALICE_NAME);
        let email = send(&host, &mut reset, "Email").await;
        assert!(helper.calls().is_empty());
        reset.answer(&email.code).unwrap();
        let (outcome, told) = reset.ended().unwrap();
        assert_eq!(outcome, "refused");
        assert!(told.contains(sentence), "{told}");
        assert!(helper.calls_of("SetPassword").is_empty());
    }
}

#[tokio::test]
async fn what_became_of_a_ticket_is_asked_after_the_helper_or_the_daemon_has_ended_in_between() {
    for (became, last) in [
        ("set", "password-reset"),
        ("not_set", "password-reset-failed"),
    ] {
        let (mut host, _alice) = with_phone_and_address("gates = \"one\"").await;
        let helper = PasswordHelper::start(&host, move |method, _| match method {
            "Check" => Some(json!({"account": "settable"})),
            "Outcome" => Some(json!({"outcome": became})),
            // It ends before it has answered.
            _ => None,
        });
        let mut reset = begin(&host, ALICE_NAME);
        let email = send(&host, &mut reset, "Email").await;
        reset.answer(&email.code).unwrap();
        reset.answer(PASSWORD).unwrap().answer(PASSWORD).unwrap();
        let (outcome, told) = reset.ended().unwrap();
        assert_eq!(outcome, "refused");
        assert!(told.contains("not certain which password holds"), "{told}");
        host.kill();
        host.start_daemon().await;
        let root = host.client(ROOT).await;
        loop {
            let types = types(&root).await;
            if types.iter().any(|kind| kind == last) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let ticket = &helper.calls_of("SetPassword")[0]["ticket"];
        let asked = helper.calls_of("Outcome");
        assert_eq!(&asked[0]["ticket"], ticket, "the very ticket");
    }
}

#[tokio::test]
async fn a_ticket_of_which_the_helper_says_nothing_keeps_no_other_from_being_settled() {
    let (mut host, _alice) = with_phone_and_address("gates = \"one\"").await;
    let bob = host.client(BOB).await;
    bob.enroll_destination(&host, "email", "bob@example.org", None)
        .await;
    let silent_of = std::sync::Mutex::new(None);
    let _helper = PasswordHelper::start(&host, move |method, call| match method {
        "Check" => Some(json!({"account": "settable"})),
        "Outcome" => {
            // The first that is asked for, whosever it is.
            let mut silent_of = silent_of.lock().unwrap();
            let asked = call["ticket"]["id"].clone();
            let first = silent_of.get_or_insert_with(|| asked.clone());
            (asked != *first).then(|| json!({"outcome": "set"}))
        }
        _ => None,
    });
    for name in [ALICE_NAME, BOB_NAME] {
        let mut reset = begin(&host, name);
        let email = send(&host, &mut reset, "Email").await;
        reset.answer(&email.code).unwrap();
        reset.answer(PASSWORD).unwrap().answer(PASSWORD).unwrap();
        assert_eq!(reset.ended().unwrap().0, "refused");
    }
    host.kill();
    host.start_daemon().await;
    let root = host.client(ROOT).await;
    let settled = async {
        while !types(&root)
            .await
            .iter()
            .any(|kind| kind == "password-reset")
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), settled)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_reset_ends_the_proofs_and_sign_ins_of_the_user() {
    let (host, alice) = with_phone_and_address("gates = \"one\"").await;
    let _helper = PasswordHelper::willing(&host);
    let root = host.client(ROOT).await;
    let mut sign_in = root.sign_in_socket();
    let step = sign_in.start(ALICE_NAME, "sshd", &json!({})).unwrap();
    assert_eq!(step.outcome, "ask");
    let text = host.messages().pop().unwrap();
    let mut reset = begin(&host, ALICE_NAME);
    let email = send(&host, &mut reset, "Email").await;
    reset.answer(&email.code).unwrap();
    reset.answer(PASSWORD).unwrap().answer(PASSWORD).unwrap();
    assert_eq!(reset.ended().unwrap().0, "set");
    let over = sign_in.answer(&text.code).unwrap_err();
    assert_eq!(over.short(), "NoSignIn");
    let refused = alice
        .start_destination("call", crate::sent_codes::MOBILE, None)
        .await;
    assert_eq!(refused.err().unwrap().short(), "FreshProofNeeded");
}

#[tokio::test]
async fn the_prompts_are_in_the_language_of_the_user() {
    let (host, _alice) = with_phone_and_address("gates = \"one\"").await;
    let _helper = PasswordHelper::willing(&host);
    for (language, lead) in [
        ("de_DE.UTF-8", "Um ein neues Passwort zu setzen"),
        ("fr_FR.UTF-8", "Pour choisir un nouveau mot de passe"),
    ] {
        let options = json!({"language": language});
        let reset = secinfo_tests::ResetSocket::start(&host, ALICE, ALICE_NAME, &options).unwrap();
        assert!(reset.prompt().starts_with(lead), "{}", reset.prompt());
    }
}
