//! Activity: what happened in a user's account, as the user reads it.

use crate::sign_in;
use secinfo_tests::{ALICE, ALICE_NAME, App, BOB, Client, ROOT, Setup, TestHost, user_path};
use serde_json::{Value, json};
use std::collections::HashMap;
use zbus::OwnedVariant;

const GERMAN: &str = "de_DE.UTF-8";
const FRENCH: &str = "fr_FR.UTF-8";

type Entry = HashMap<String, OwnedVariant>;

async fn entries(client: &Client, before: u64, limit: u32) -> Vec<Entry> {
    client
        .call(&user_path(ALICE), "User", "ListActivity", &(before, limit))
        .await
        .unwrap()
}

fn number(entry: &Entry, name: &str) -> u64 {
    entry[name].clone().try_into().unwrap()
}

fn text(entry: &Entry, name: &str) -> Option<String> {
    let value = entry.get(name)?;
    Some(value.clone().try_into().unwrap())
}

/// Alice, who has an app, after a refusal and a sign-in over SSH from this address.
async fn alice_came_from(host: &TestHost, address: &str) -> (Client, App) {
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Tablet", 10).await;
    let root = host.client(ROOT).await;
    let from = json!({"remote_host": address, "tty": "ssh"});
    let (mut socket, _) = sign_in::start(&root, ALICE_NAME, "sshd", &from).unwrap();
    socket.answer(&app.codes.wrong()).unwrap();
    let (mut socket, _) = sign_in::start(&root, ALICE_NAME, "sshd", &from).unwrap();
    assert_eq!(
        socket.answer(&app.codes.fresh()).unwrap().outcome,
        "verified"
    );
    (alice, app)
}

#[tokio::test]
async fn a_user_reads_when_and_from_where_they_signed_in_and_were_refused() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (alice, app) = alice_came_from(&host, "192.0.2.7").await;
    let lines = entries(&alice, 0, 10).await;
    let what: Vec<_> = lines
        .iter()
        .map(|line| text(line, "what").unwrap())
        .collect();
    assert_eq!(what[..2], ["verification-succeeded", "verification-failed"]);
    assert!(what.contains(&"method-enrolled".to_owned()), "{what:?}");
    for line in &lines[..2] {
        assert_eq!(text(line, "service").as_deref(), Some("sshd"));
        assert_eq!(text(line, "source").as_deref(), Some("192.0.2.7"));
        assert_eq!(text(line, "kind").as_deref(), Some("authenticator-app"));
        assert_eq!(text(line, "label").as_deref(), Some("Tablet"));
        assert_eq!(text(line, "purpose").as_deref(), Some("sign-in"));
        assert_eq!(text(line, "by"), None, "root only passed it on");
    }
    assert_eq!(text(&lines[1], "reason").as_deref(), Some("wrong-code"));
    let enrolled = lines.last().unwrap();
    assert_eq!(text(enrolled, "source"), None);
    assert_eq!(text(enrolled, "by").as_deref(), Some(ALICE_NAME));
    // Page by page it is the same.
    let mut paged = Vec::new();
    let mut before = 0;
    loop {
        let page = entries(&alice, before, 1).await;
        let Some(line) = page.first() else { break };
        before = number(line, "seq");
        paged.push(before);
    }
    let all: Vec<_> = lines.iter().map(|line| number(line, "seq")).collect();
    assert_eq!(paged, all);
    // The address is nowhere in the log that can be read.
    let root = host.client(ROOT).await;
    let log = serde_json::to_string(&root.events().await).unwrap();
    assert!(!log.contains("192.0.2.7"));
    // Administrators read the same.
    assert_eq!(entries(&root, 0, 10).await.len(), lines.len());
    drop(app);
}

#[tokio::test]
async fn each_line_is_proved_to_be_in_the_log_and_only_ones_own() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (alice, _app) = alice_came_from(&host, "192.0.2.7").await;
    let bob = host.client(BOB).await;
    bob.enroll_app("Phone", 10).await;
    let proved = host
        .secinfo(ALICE, &["--json", "activity", "--verify"], "")
        .success()
        .json();
    let lines = proved.as_array().unwrap();
    assert!(lines.len() >= 3);
    assert!(lines.iter().all(|line| line["proved"] == true), "{proved}");
    let events = host.client(ROOT).await.events().await;
    let of_bob = events
        .iter()
        .rfind(|event| event["type"] == "method-enrolled")
        .unwrap();
    let path = user_path(ALICE);
    for seq in [of_bob["seq"].as_u64().unwrap(), 0, u64::MAX] {
        let refused = alice.refused(&path, "User", "GetActivityProof", &seq).await;
        assert_eq!(refused.short(), "NotFound", "{seq}");
    }
    let refused = bob
        .refused(&path, "User", "ListActivity", &(0_u64, 10_u32))
        .await;
    assert_eq!(refused.short(), "NotAuthorized");
}

#[tokio::test]
async fn activity_reads_right_in_three_languages() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (_alice, _app) = alice_came_from(&host, "192.0.2.7").await;
    for (locale, signed_in, refused) in [
        (
            "C.UTF-8",
            "Signed in: Authenticator app (Tablet)",
            "Refused, wrong code: Authenticator app (Tablet)",
        ),
        (
            GERMAN,
            "Angemeldet: Authenticator-App (Tablet)",
            "Abgelehnt, falscher Code: Authenticator-App (Tablet)",
        ),
        (
            FRENCH,
            "Connexion : Application d’authentification (Tablet)",
            "Refus, code erroné : Application d’authentification (Tablet)",
        ),
    ] {
        let shown = host.secinfo_in(locale, ALICE, &["activity"], "").success();
        let flat = shown.stdout.replace('\u{a0}', " ");
        let flat = flat.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [signed_in, refused, "sshd, 192.0.2.7"] {
            let words: Vec<_> = part.split(' ').collect();
            let all = words.iter().all(|word| flat.contains(word));
            assert!(all, "{locale}: {part}: {}", shown.stdout);
        }
    }
}

#[tokio::test]
async fn erasing_a_user_makes_where_they_were_unreadable() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (alice, _app) = alice_came_from(&host, "192.0.2.7").await;
    let root = host.client(ROOT).await;
    let _: () = root
        .call(&user_path(ALICE), "User", "Erase", &())
        .await
        .unwrap();
    assert!(
        entries(&alice, 0, 200).await.is_empty(),
        "it is another user now"
    );
    let places: Vec<Value> = root.events().await;
    let places = places
        .iter()
        .filter(|event| event["data"]["place"].is_string());
    assert_eq!(places.count(), 2, "the events are there, and open no more");
}

#[tokio::test]
async fn one_account_that_asks_for_its_activity_without_end_holds_nobody_up() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (alice, mut app) = alice_came_from(&host, "192.0.2.7").await;
    let path = user_path(ALICE);
    let asked = (0..64).map(|_| {
        let body = (0_u64, 200_u32);
        let (alice, path) = (&alice, &path);
        async move {
            alice
                .call::<_, Vec<Entry>>(path, "User", "ListActivity", &body)
                .await
        }
    });
    let answers = futures_util::future::join_all(asked).await;
    let refused = answers.iter().filter_map(|answer| answer.as_ref().err());
    assert!(
        refused
            .clone()
            .all(|refusal| refusal.short() == "LimitsExceeded")
    );
    assert!(answers.iter().any(Result::is_ok));
    assert_eq!(
        entries(&alice, 0, 1).await.len(),
        1,
        "the next is answered again"
    );
    let root = host.client(ROOT).await;
    let (mut socket, _) = sign_in::start(&root, ALICE_NAME, "sshd", &json!({})).unwrap();
    assert_eq!(
        socket.answer(&app.codes.fresh()).unwrap().outcome,
        "verified"
    );
}

/// Nothing that a client can ask for is more than a page, and a number that no event has is not found.
#[tokio::test]
async fn activity_asked_for_with_any_numbers_is_a_page_or_not_found() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (alice, _) = alice_came_from(&host, "192.0.2.7").await;
    let all = entries(&alice, 0, 200).await.len();
    assert!(all > 2);
    assert_eq!(entries(&alice, u64::MAX, u32::MAX).await.len(), all);
    assert!(entries(&alice, u64::MAX, 0).await.is_empty());
    assert!(entries(&alice, 1, u32::MAX).await.is_empty());
    let path = user_path(ALICE);
    for seq in [u64::MAX, u64::MAX - 1, 1 << 63, 1 << 32] {
        for method in ["GetActivityProof", "ReportActivity"] {
            let refused = alice.refused(&path, "User", method, &seq).await;
            assert_eq!(refused.short(), "NotFound", "{method} {seq}");
        }
    }
}
