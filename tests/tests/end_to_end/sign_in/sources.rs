//! Wrong codes from sources that the user has signed in from lately, and from others.

use super::{SignIn, plain};
use secinfo_tests::{ALICE, ROOT, Setup, TestHost};
use serde_json::{Value, json};

fn from(host: &str) -> Value {
    json!({"remote_host": host, "tty": "ssh"})
}

#[tokio::test]
async fn guesses_from_afar_do_not_keep_the_user_out_at_home() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    let root = host.client(ROOT).await;
    let mut at_home = SignIn::at(&root, "sshd", &from("2001:db8::1"));
    at_home.answer(&app.codes.fresh()).ended("verified");

    // Without waiting a stranger is heard three times, from however many sources.
    let mut heard = 0;
    for number in 0..20 {
        let mut sign_in = SignIn::at(&root, "sshd", &from(&format!("192.0.2.{number}")));
        let code = app.codes.wrong();
        heard += u32::from(
            sign_in
                .answer(&code)
                .prompt()
                .starts_with("That code is not right"),
        );
    }
    assert!((3..=5).contains(&heard), "{heard}");
    // Another address of the same network at home.
    let mut at_home = SignIn::at(&root, "sshd", &from("2001:db8::beef"));
    at_home.answer(&app.codes.fresh()).ended("verified");

    let failed: Vec<_> = root.events().await;
    let failed = failed
        .iter()
        .filter(|event| event["type"] == "verification-failed");
    let sources: std::collections::BTreeSet<_> = failed
        .map(|event| event["data"]["source"].as_str().unwrap().to_owned())
        .collect();
    assert!(sources.len() >= 3, "{sources:?}");
    assert!(sources.iter().all(|source| !source.contains("192.0.2")));
}

#[tokio::test]
async fn the_same_wrong_code_counts_once_and_stands_nowhere() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    let root = host.client(ROOT).await;
    let wrong = app.codes.wrong();
    for _ in 0..4 {
        let mut sign_in = SignIn::at(&root, "sshd", &plain());
        sign_in.answer(&wrong).shows("That code is not right");
    }
    let events = root.events().await;
    let failed: Vec<_> = events
        .iter()
        .filter(|event| event["type"] == "verification-failed")
        .collect();
    // Two, should a time step have begun in between.
    assert!((1..=2).contains(&failed.len()), "{failed:?}");
    let guess = failed[0]["data"]["guess"].as_str().unwrap();
    assert!(guess.len() == 32 && !guess.contains(&wrong), "{guess}");
    let mut sign_in = SignIn::at(&root, "sshd", &plain());
    sign_in.answer(&app.codes.fresh()).ended("verified");
}
