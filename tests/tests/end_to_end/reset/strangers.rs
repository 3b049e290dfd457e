//! A stranger learns nothing from a reset: whether there is a user, what they have, or what is locked.

use super::questions::masked;
use super::{begin, plain, send, setup, types, with_phone_and_address};
use crate::security_questions::{ANSWERS, enroll};
use crate::sent_codes::{ADDRESS, MOBILE, OTHER_MOBILE};
use secinfo_tests::{
    ALICE, ALICE_NAME, BOB, BOB_NAME, Client, PasswordHelper, ROOT, ResetSocket, STRANGER, Setup,
    TestHost, user_path,
};
use serde_json::json;
use std::time::{Duration, Instant};

/// Uid 3 to 7 of every Debian system.
const LOCKED: (u32, &str) = (3, "sys");
const LACKING: (u32, &str) = (4, "sync");
const LOCKED_BY_OWNER: (u32, &str) = (5, "games");
const BARRED: (u32, &str) = (6, "man");
const ELSEWHERE: (u32, &str) = (7, "lp");

/// What a stranger can do to one name: chooses every kind, asks for codes, and guesses.
fn attempt(host: &TestHost, caller: u32, name: &str) -> Vec<String> {
    let mut reset = ResetSocket::start(host, caller, name, &plain()).unwrap();
    for (row, answers) in [
        (
            "Answers to security questions",
            &["hunter2", "Rex", "Rex", "Rex", "?"][..],
        ),
        ("Text message", &["", "123456", "?"]),
        ("Email", &["hunter2", "?"]),
        ("Authenticator app", &["000000", "", "?"]),
        ("Recovery code", &["k7qf-2m9x-pw41", "?"]),
        ("Access pass", &["k7qf-2m9x-pw41-k7qf"]),
    ] {
        reset.choose(row).unwrap();
        for answer in answers {
            reset.answer(answer).unwrap();
        }
    }
    assert_eq!(reset.ended().unwrap().0, "refused");
    assert_eq!(reset.answer("1").err().unwrap().short(), "NoReset");
    reset.transcript.iter().map(|reply| masked(reply)).collect()
}

fn attempts(host: &TestHost, names: &[(u32, &'static str)]) -> Vec<Vec<String>> {
    let mut transcripts = Vec::new();
    // Of more at once some would wait for the hashing of others.
    for few in names.chunks(3) {
        std::thread::scope(|scope| {
            let running: Vec<_> = few
                .iter()
                .map(|(caller, name)| scope.spawn(|| attempt(host, *caller, name)))
                .collect();
            transcripts.extend(running.into_iter().map(|run| run.join().unwrap()));
        });
    }
    transcripts
}

async fn enroll_phone_and_address(host: &TestHost, user: &Client, [mobile, address]: [&str; 2]) {
    user.enroll_destination(host, "text", mobile, None).await;
    user.enroll_destination(host, "email", address, None).await;
}

#[tokio::test]
async fn transcripts_are_the_same_for_every_name() {
    let rules = "gates = \"two\"\nattempts = 6\nfailures_of_kind = \"1 in 1h\"";
    let host = TestHost::with(setup(rules)).await;
    // Locked by `!`, expired, without a shell, or excluded: what the helper says of them is the same.
    let helper = PasswordHelper::start(&host, |_, parameters| {
        let name = parameters["name"].as_str().unwrap();
        Some(json!({"account": match name {
            name if name == BARRED.1 => "barred",
            name if name == ELSEWHERE.1 => "elsewhere",
            _ => "settable",
        }}))
    });
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    alice.prove(&mut app).await;
    enroll(&alice, &ANSWERS).await;
    let _codes: Vec<String> = alice
        .call(&user_path(ALICE), "User", "IssueRecoveryCodes", &())
        .await
        .unwrap();
    enroll_phone_and_address(&host, &alice, [MOBILE, ADDRESS]).await;
    for ((uid, _), destinations) in [
        (LOCKED, [OTHER_MOBILE, "sys@example.org"]),
        (LOCKED_BY_OWNER, ["+4915112345003", "games@example.org"]),
        (BARRED, ["+4915112345004", "man@example.org"]),
        (ELSEWHERE, ["+4915112345005", "lp@example.org"]),
    ] {
        let user = host.client(uid).await;
        enroll_phone_and_address(&host, &user, destinations).await;
        if uid == LOCKED_BY_OWNER.0 {
            let path = user_path(uid);
            let locked = user.call(&path, "User", "LockAccount", &()).await;
            let () = locked.unwrap();
        }
    }
    // Two methods are needed, and this user has one.
    let lacking = host.client(LACKING.0).await;
    lacking
        .enroll_destination(&host, "email", "sync@example.org", None)
        .await;
    // Before, so that resets of this user are locked.
    attempt(&host, BOB, LOCKED.1);
    let root = host.client(ROOT).await;
    assert!(
        types(&root)
            .await
            .iter()
            .any(|kind| kind == "password-reset-locked")
    );

    let long = Box::leak("x".repeat(5000).into_boxed_str());
    let names = [
        (STRANGER, ALICE_NAME),
        (STRANGER, BOB_NAME),
        (STRANGER, LOCKED.1),
        (STRANGER, LACKING.1),
        (STRANGER, LOCKED_BY_OWNER.1),
        (STRANGER, BARRED.1),
        (STRANGER, ELSEWHERE.1),
        (STRANGER, "no-such-user"),
        (STRANGER, "root"),
        (STRANGER, ""),
        (STRANGER, "a/../b\n\0"),
        (STRANGER, long),
        // Also to the user, before anything is proved.
        (ALICE, ALICE_NAME),
        (ROOT, ALICE_NAME),
        (ROOT, "no-such-user"),
    ];
    let transcripts = attempts(&host, &names);
    for (of, transcript) in names.iter().zip(&transcripts) {
        assert_eq!(transcript, &transcripts[0], "{of:?}");
    }
    assert!(
        helper.calls().is_empty(),
        "no account is looked at before its user has proved who they are"
    );
}

#[tokio::test]
async fn each_answer_comes_at_the_end_of_a_slot() {
    let (host, _alice) = with_phone_and_address("gates = \"two\"").await;
    let _helper = PasswordHelper::willing(&host);
    for name in [ALICE_NAME, "no-such-user"] {
        let mut reset = begin(&host, name);
        for answer in ["1", "123456"] {
            let begun = Instant::now();
            reset.answer(answer).unwrap();
            assert!(begun.elapsed() >= Duration::from_millis(500), "{name}");
        }
    }
}

#[tokio::test]
async fn every_name_waits_for_the_disk_when_a_code_is_sent_and_when_an_answer_is_checked() {
    let (host, _alice) = with_phone_and_address("gates = \"two\"\nfailures = \"1 in 24h\"").await;
    let _helper = PasswordHelper::willing(&host);
    let root = host.client(ROOT).await;
    let journal = host.state_directory().join("log/journal");
    let written = || std::fs::metadata(&journal).unwrap().modified().unwrap();
    // The second time resets of the user are locked.
    for name in [ALICE_NAME, ALICE_NAME, "no-such-user", BOB_NAME] {
        let mut reset = begin(&host, name);
        let mut before = written();
        let mut waits = |reset: &mut ResetSocket, answer: &str| {
            if answer == "Text message" {
                reset.choose(answer).unwrap();
            } else {
                reset.answer(answer).unwrap();
            }
            let now = written();
            assert_ne!(now, before, "{name} {answer}");
            before = now;
        };
        for answer in ["Text message", "", "123456", "123456"] {
            waits(&mut reset, answer);
        }
    }
    let count = root.events().await.len();
    let mut reset = begin(&host, "no-such-user");
    reset.choose("Email").unwrap().answer("123456").unwrap();
    assert_eq!(root.events().await.len(), count, "nothing is recorded");
}

#[tokio::test]
async fn nobody_is_told_apart_while_resets_are_off_or_there_is_no_helper() {
    let off = TestHost::with(Setup::with_drift()).await;
    let _helper = PasswordHelper::willing(&off);
    let without_helper = TestHost::with(setup("")).await;
    for host in [&off, &without_helper] {
        host.client(ALICE).await.enroll_app("Phone", 10).await;
        for caller in [ROOT, ALICE, STRANGER] {
            for name in [ALICE_NAME, BOB_NAME, "no-such-user"] {
                let refused = ResetSocket::start(host, caller, name, &plain())
                    .err()
                    .unwrap();
                assert_eq!(
                    (refused.name.as_str(), refused.text.as_str()),
                    ("org.secinfo.PasswordReset.NotOffered", "{}")
                );
            }
        }
    }
}

#[tokio::test]
async fn a_reset_is_of_its_connection_and_its_gates_of_it_alone() {
    let (host, _alice) = with_phone_and_address("gates = \"two\"").await;
    let helper = PasswordHelper::willing(&host);
    let mut first = begin(&host, ALICE_NAME);
    let mut second = begin(&host, ALICE_NAME);
    let text = send(&host, &mut first, "Text message").await;
    let email = send(&host, &mut second, "Email").await;
    // The code is the other's.
    second.answer(&text.code).unwrap();
    assert!(second.prompt().contains("was not accepted"));
    first.answer(&text.code).unwrap();
    second.answer(&email.code).unwrap();
    // One gate in each is not two in either.
    for reset in [&first, &second] {
        let prompt = reset.prompt();
        assert!(prompt.starts_with("One more proof"), "{prompt}");
    }
    assert!(helper.calls().is_empty());
}
