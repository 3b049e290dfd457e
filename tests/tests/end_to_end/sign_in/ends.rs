//! Sign-ins that end without a right code.

use super::{SignIn, after_the_password, plain, start, types};
use secinfo_tests::{ALICE, ALICE_NAME, BOB, Client, ROOT, ROOT_PATH, Setup, TestHost};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn wrong_codes_end_one_sign_in_and_then_lock_the_method() {
    let setup = Setup::with_drift()
        .more("[policy.throttle]\nfree = 10\nlock_after = 11\n[policy.session]\nattempts = 5\n");
    let host = TestHost::with(setup).await;
    let alice = host.client(ALICE).await;
    let app = alice.enroll_app("Phone", 10).await;
    let root = host.client(ROOT).await;
    let wrong = || app.codes.wrong();
    for _ in 0..2 {
        let mut sign_in = SignIn::at(&root, "sshd", &plain());
        for _ in 0..4 {
            sign_in.answer(&wrong()).shows("That code is not right.");
        }
        sign_in.answer(&wrong()).refused("too_many_attempts");
    }
    let mut sign_in = SignIn::at(&root, "sshd", &plain());
    tokio::time::sleep(Duration::from_millis(1100)).await;
    sign_in.answer(&wrong()).refused("locked");
    assert!(sign_in.told().contains("for 5 min"), "{}", sign_in.told());
    let locked = SignIn::at(&root, "sshd", &plain());
    locked.refused("locked");
}

#[tokio::test]
async fn a_locked_default_leads_to_the_alternatives() {
    let setup = Setup::with_drift()
        .more("[policy.throttle]\nfree = 2\nlock_after = 3\n[policy.session]\nattempts = 20\n");
    let host = TestHost::with(setup).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    alice.prove(&mut app).await;
    let codes: Vec<String> = alice
        .call(
            &secinfo_tests::user_path(ALICE),
            "User",
            "IssueRecoveryCodes",
            &(),
        )
        .await
        .unwrap();
    let root = host.client(ROOT).await;
    let mut sign_in = SignIn::at(&root, "sshd", &plain());
    let wrong = || app.codes.wrong();
    for _ in 0..2 {
        sign_in.answer(&wrong()).shows("not right");
    }
    sign_in
        .answer(&wrong())
        .shows("you have to wait: try again in 1 s");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let list =
        "Wrong codes locked this method for 5 minutes.\nOther ways:\n1. Recovery code\nNumber: ";
    assert_eq!(sign_in.answer(&wrong()).prompt(), list);
    assert_eq!(
        sign_in.answer("").prompt(),
        "Other ways:\n1. Recovery code\nNumber: ",
        "there is nothing to go back to"
    );
    sign_in.answer("1").answer(&codes[0]);
    sign_in.ended("verified");
    let next = SignIn::at(&root, "sshd", &plain());
    next.shows("Wrong codes locked this method for");
}

#[tokio::test]
async fn a_user_who_takes_too_long_starts_again() {
    let setup = Setup::with_drift().more("[policy.session]\nverification = \"10s\"\n");
    let host = TestHost::with(setup).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    let root = host.client(ROOT).await;
    let mut sign_in = SignIn::at(&root, "sshd", &plain());
    let expires = secinfo_tests::now() + 10;
    while secinfo_tests::now() <= expires {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    sign_in.answer(&app.codes.fresh()).refused("expired");
    let verified = types(&root)
        .await
        .iter()
        .any(|name| name.starts_with("verification-"));
    assert!(!verified, "the code was not looked at");
}

#[tokio::test]
async fn a_program_that_answers_forever_with_nothing_is_ended() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    alice.enroll_app("Phone", 10).await;
    let root = host.client(ROOT).await;
    let mut sign_in = SignIn::at(&root, "sshd", &plain());
    for _ in 0..100 {
        if sign_in.step.outcome != "ask" {
            break;
        }
        sign_in.answer("");
    }
    sign_in.refused("too_many_attempts");
}

#[tokio::test]
async fn a_user_not_covered_by_policy_is_not_asked_and_the_reason_is_returned() {
    let setup = Setup::with_drift().more(
        "[policy.sign-in]\nexempt_networks = [\"192.0.2.0/24\"]\n\
         [service.cron]\nverify = \"off\"\n\
         [service.backup]\nexempt_groups = [\"daemon\"]\n",
    );
    let host = TestHost::with(setup).await;
    let root = host.client(ROOT).await;
    let nothing = SignIn::at(&root, "sshd", &plain());
    nothing.ended("not_covered");
    assert_eq!(nothing.step.why.as_deref(), Some("nothing_enrolled"));

    let alice = host.client(ALICE).await;
    alice.enroll_app("Phone", 10).await;
    let from = |host: &str| json!({"remote_host": host});
    for (service, options, why) in [
        ("cron", plain(), "off"),
        ("backup", plain(), "exempt_group"),
        ("sshd", from("192.0.2.9"), "exempt_network"),
        ("sshd", from("::ffff:192.0.2.9"), "exempt_network"),
    ] {
        let sign_in = SignIn::at(&root, service, &options);
        sign_in.ended("not_covered");
        assert_eq!(sign_in.step.why.as_deref(), Some(why));
    }
    for elsewhere in ["192.0.3.9", "192.0.2.9.example.org", "192.0.2.9%0", ""] {
        SignIn::at(&root, "sshd", &from(elsewhere)).shows("Code from");
    }
    // What a user claims about themselves is not trusted.
    SignIn::at(&alice, "sshd", &from("192.0.2.9")).shows("Code from");
    let (_, other) = start(&root, secinfo_tests::BOB_NAME, "sshd", &plain()).unwrap();
    assert_eq!(
        (other.outcome.as_str(), other.uid),
        ("not_covered", Some(BOB))
    );
}

#[tokio::test]
async fn a_service_may_ask_for_a_stronger_method() {
    let setup = Setup::with_drift()
        .spool()
        .more("[service.sudo]\nstrength = \"possession\"\n");
    let host = TestHost::with(setup).await;
    let alice = host.client(ALICE).await;
    alice
        .enroll_destination(&host, "text", crate::sent_codes::MOBILE, None)
        .await;
    let root = host.client(ROOT).await;
    SignIn::at(&root, "sshd", &plain()).shows("Code sent by text");
    // The text is not sufficient, and adding another method needs a proof that is not possible here.
    let shut_out = SignIn::at(&root, "sudo", &after_the_password());
    shut_out.refused("no_method");
}

#[tokio::test]
async fn a_sign_in_ends_when_it_is_cancelled_and_when_another_starts() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    let root = host.client(ROOT).await;
    let mut sign_in = SignIn::at(&root, "sshd", &plain());
    sign_in.socket.cancel().unwrap();
    let code = app.codes.fresh();
    let gone = sign_in.socket.answer(&code).unwrap_err();
    assert_eq!(gone.short(), "NoSignIn");
    sign_in.socket.start(ALICE_NAME, "sshd", &plain()).unwrap();
    let none = sign_in.socket.start("no-such-account", "sshd", &plain());
    assert_eq!(none.unwrap_err().short(), "UserNotFound");
    let gone = sign_in.socket.answer(&code).unwrap_err();
    assert_eq!(gone.short(), "NoSignIn");
    // The code was not looked at.
    SignIn::at(&root, "sshd", &plain())
        .answer(&code)
        .ended("verified");
}

#[tokio::test]
async fn a_sign_in_ends_with_its_connection() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    alice.enroll_app("Phone", 10).await;
    let root = host.client(ROOT).await;
    let sign_in = SignIn::at(&root, "sshd", &plain());
    assert_eq!(open_sign_ins(&root).await, 1);
    drop(sign_in);
    while open_sign_ins(&root).await > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn open_sign_ins(root: &Client) -> u64 {
    let statistics: secinfo_wire::Statistics = root
        .call(ROOT_PATH, "Manager", "GetStatistics", &())
        .await
        .unwrap();
    statistics.sessions["sign-in"]
}

/// Some programs answer every prompt with the password.
#[tokio::test]
async fn an_answer_that_cannot_be_a_code_ends_the_sign_in_and_locks_nothing() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    let root = host.client(ROOT).await;
    for _ in 0..4 {
        let mut sign_in = SignIn::at(&root, "dovecot", &plain());
        for _ in 0..4 {
            sign_in.answer("correct horse").shows("a code has 6 digits");
        }
        sign_in.answer("1234567").refused("too_many_attempts");
    }
    let types = types(&root).await;
    assert!(
        !types.contains(&"verification-failed".to_owned()),
        "{types:?}"
    );
    let mut sign_in = SignIn::at(&root, "sshd", &plain());
    sign_in.answer(&app.codes.fresh()).ended("verified");
}
