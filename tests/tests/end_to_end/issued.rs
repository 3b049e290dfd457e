//! Issued codes: recovery codes and access passes.

use secinfo_tests::{
    ALICE, ALICE_NAME, App, BOB, Client, ROOT, Refusal, Setup, TestHost, user_path,
};
use std::collections::{HashMap, HashSet};

async fn issue_recovery_codes(client: &Client) -> Result<Vec<String>, Refusal> {
    let path = user_path(client.uid);
    client.call(&path, "User", "IssueRecoveryCodes", &()).await
}

/// The method of a kind that a user has only one of.
async fn only(client: &Client, kind: &str) -> Option<String> {
    for path in client.methods_of(ALICE).await {
        let its: String = client.property(&path, "Method", "Kind").await.unwrap();
        if its == kind {
            return Some(path);
        }
    }
    None
}

async fn alice_with_an_app(host: &TestHost) -> (Client, App) {
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    alice.prove(&mut app).await;
    (alice, app)
}

async fn issue_pass(admin: &Client, uid: u32, valid: u64, once: bool) -> Result<String, Refusal> {
    let path = user_path(uid);
    let issued: Result<(String, u64), Refusal> = admin
        .call(&path, "User", "IssueAccessPass", &(valid, once, 0_u64))
        .await;
    issued.map(|(pass, _)| pass)
}

#[tokio::test]
async fn there_are_ten_recovery_codes_and_each_is_valid_once_even_after_a_restart() {
    let mut host = TestHost::with(Setup::with_drift()).await;
    let (alice, mut app) = alice_with_an_app(&host).await;
    let issued = host
        .secinfo(
            ALICE,
            &["--json", "add", "recovery-codes"],
            &format!("{}\n", app.codes.fresh()),
        )
        .success()
        .json();
    let codes: Vec<String> = serde_json::from_value(issued["codes"].clone()).unwrap();
    assert_eq!(codes.iter().collect::<HashSet<_>>().len(), 10);
    let method = only(&alice, "recovery-codes").await.unwrap();
    assert_eq!(alice.default_of(ALICE).await, app.path, "never the default");

    for (used, code) in codes.iter().enumerate() {
        let typed = code.to_uppercase().replace('-', " ");
        let proof = alice.verify(ALICE, &method, &typed).await.unwrap();
        let left = u32::try_from(9 - used).unwrap();
        assert_eq!(proof.remaining, Some(left));
        let again = alice.verify(ALICE, &method, code).await.unwrap_err();
        assert_eq!(again.short(), "CodeAlreadyUsed");
        if used == 4 {
            host.restart().await;
        }
    }
    let left: u32 = alice
        .property(&method, "Method", "Remaining")
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn new_recovery_codes_invalidate_the_former_ones() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (alice, _) = alice_with_an_app(&host).await;
    let former = issue_recovery_codes(&alice).await.unwrap();
    let former_method = only(&alice, "recovery-codes").await.unwrap();
    let new = issue_recovery_codes(&alice).await.unwrap();
    let method = only(&alice, "recovery-codes").await.unwrap();
    assert_ne!(method, former_method);

    let refusal = alice.verify(ALICE, &method, &former[0]).await.unwrap_err();
    assert_eq!(refusal.short(), "WrongCode");
    let refusal = alice.verify(ALICE, &former_method, &former[0]).await;
    assert_eq!(refusal.unwrap_err().short(), "NotFound");
    alice.verify(ALICE, &method, &new[0]).await.unwrap();
}

#[tokio::test]
async fn without_a_terminal_the_command_replaces_recovery_codes_only_on_demand() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (alice, mut app) = alice_with_an_app(&host).await;
    issue_recovery_codes(&alice).await.unwrap();
    let former = only(&alice, "recovery-codes").await;
    let input = format!("{}\n", app.codes.fresh());
    let refused = host.secinfo(ALICE, &["add", "recovery-codes"], &input);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert_eq!(only(&alice, "recovery-codes").await, former);
    host.secinfo(ALICE, &["add", "recovery-codes", "--yes"], &input)
        .success();
    assert_ne!(only(&alice, "recovery-codes").await, former);
}

#[tokio::test]
async fn an_access_pass_is_valid_until_it_is_revoked_and_never_the_default() {
    let host = TestHost::start().await;
    let issued = host
        .secinfo(ROOT, &["--json", "access-pass", "issue", ALICE_NAME], "")
        .success()
        .json();
    let pass = issued["pass"].as_str().unwrap();
    let alice = host.client(ALICE).await;
    let method = only(&alice, "access-pass").await.unwrap();
    assert_eq!(alice.default_of(ALICE).await, "/");
    for _ in 0..2 {
        alice.verify(ALICE, &method, pass).await.unwrap();
    }
    let listed = host
        .secinfo(ROOT, &["--json", "users"], "")
        .success()
        .json();
    assert_eq!(listed[0]["has_access_pass"], true);

    host.secinfo(ROOT, &["access-pass", "revoke", ALICE_NAME], "")
        .success();
    let refusal = alice.verify(ALICE, &method, pass).await.unwrap_err();
    assert_eq!(refusal.short(), "NotFound");
    assert_eq!(only(&alice, "access-pass").await, None);
}

#[tokio::test]
async fn a_pass_for_once_is_used_up_by_one_verification() {
    let host = TestHost::start().await;
    let root = host.client(ROOT).await;
    let alice = host.client(ALICE).await;
    let pass = issue_pass(&root, ALICE, 3600, true).await.unwrap();
    let method = only(&alice, "access-pass").await.unwrap();
    let other = host.client(ALICE).await;
    let both = tokio::join!(
        alice.verify(ALICE, &method, &pass),
        other.verify(ALICE, &method, &pass)
    );
    assert!(both.0.is_ok() != both.1.is_ok(), "{both:?}");
    assert!(alice.methods_of(ALICE).await.is_empty());
}

#[tokio::test]
async fn a_user_has_one_access_pass_at_a_time_and_the_log_has_its_event_but_not_the_pass() {
    let host = TestHost::start().await;
    let root = host.client(ROOT).await;
    let alice = host.client(ALICE).await;
    // The shortest and the longest allowed validity.
    let former = issue_pass(&root, ALICE, 600, false).await.unwrap();
    let former_method = only(&alice, "access-pass").await.unwrap();
    let issued = host.secinfo(
        ROOT,
        &[
            "--json",
            "access-pass",
            "issue",
            ALICE_NAME,
            "--valid",
            "30d",
            "--once",
        ],
        "",
    );
    let issued = issued.success().json();
    let pass = issued["pass"].as_str().unwrap();
    assert_eq!(alice.methods_of(ALICE).await.len(), 1);
    let method = only(&alice, "access-pass").await.unwrap();
    let refusal = alice.verify(ALICE, &former_method, &former).await;
    assert_eq!(refusal.unwrap_err().short(), "NotFound");
    let refusal = alice.verify(ALICE, &method, &former).await.unwrap_err();
    assert_eq!(refusal.short(), "WrongCode");
    alice.verify(ALICE, &method, pass).await.unwrap();
    assert_eq!(only(&alice, "access-pass").await, None, "it was for once");

    let events = root.events().await;
    let of_passes = events
        .iter()
        .filter(|event| event["type"] == "access-pass-issued");
    assert_eq!(of_passes.count(), 2);
    let log = serde_json::to_string(&events).unwrap();
    for pass in [former.as_str(), pass] {
        assert!(!log.contains(pass) && !log.contains(&pass.replace('-', "")));
    }
}

#[tokio::test]
async fn an_access_pass_that_begins_later_is_seen_and_deleted_by_its_owner_and_lets_in_from_then_on()
 {
    let setup = Setup::with_drift();
    let mut host = TestHost::with(setup.clone()).await;
    let (alice, mut app) = alice_with_an_app(&host).await;
    let words = ["access-pass", "issue", ALICE_NAME, "--from", "2199-01-01"];
    let refused = host.secinfo(ROOT, &words, "");
    assert!(
        refused.stderr.contains("begins now or within 30 days"),
        "{refused:#?}"
    );
    let tomorrow = std::time::SystemTime::now() + std::time::Duration::from_hours(24);
    let tomorrow = tomorrow.duration_since(std::time::UNIX_EPOCH).unwrap();
    let root = host.client(ROOT).await;
    let issue = (3600_u64, false, tomorrow.as_secs());
    let path = user_path(ALICE);
    let issued = root.call(&path, "User", "IssueAccessPass", &issue);
    let (pass, expires): (String, u64) = issued.await.unwrap();
    assert_eq!(expires, tomorrow.as_secs() + 3600);
    let method = only(&alice, "access-pass").await.unwrap();
    let begins: u64 = alice.property(&method, "Method", "Begins").await.unwrap();
    assert_eq!(begins, tomorrow.as_secs());
    let seen = host.secinfo(ALICE, &[], "").success().stdout;
    assert!(seen.contains("   begins on 20"), "{seen}");
    let early = alice.verify(ALICE, &method, &pass).await.unwrap_err();
    assert_eq!(early.short(), "TooSoon");

    alice.prove(&mut app).await;
    let words = ["delete", "access-pass", "--yes"];
    host.secinfo(ALICE, &words, &format!("{}\n", app.codes.fresh()))
        .success();
    assert_eq!(only(&alice, "access-pass").await, None);

    let issued = root.call(&path, "User", "IssueAccessPass", &issue);
    let (pass, _): (String, u64) = issued.await.unwrap();
    host.set_up(setup.later("1d"));
    host.restart().await;
    let alice = host.client(ALICE).await;
    let method = only(&alice, "access-pass").await.unwrap();
    alice.verify(ALICE, &method, &pass).await.unwrap();
}

#[tokio::test]
async fn an_access_pass_expires() {
    let setup = Setup::new();
    let mut host = TestHost::with(setup.clone()).await;
    let root = host.client(ROOT).await;
    let alice = host.client(ALICE).await;
    for out_of_range in [0, 599, 31 * 24 * 3600, u64::MAX] {
        let refusal = issue_pass(&root, ALICE, out_of_range, false).await;
        assert_eq!(refusal.unwrap_err().short(), "InvalidArgument");
    }
    let pass = issue_pass(&root, ALICE, 600, false).await.unwrap();
    let method = only(&alice, "access-pass").await.unwrap();
    alice.verify(ALICE, &method, &pass).await.unwrap();

    host.stop();
    host.set_up(setup.clone().later("9m"));
    host.start_daemon().await;
    alice.verify(ALICE, &method, &pass).await.unwrap();

    host.stop();
    host.set_up(setup.later("11m"));
    host.start_daemon().await;
    let refusal = alice.verify(ALICE, &method, &pass).await.unwrap_err();
    assert!(
        ["Expired", "NotFound"].contains(&refusal.short()),
        "{refusal}"
    );
}

#[tokio::test]
async fn an_administrator_cannot_issue_an_access_pass_for_themselves() {
    let host = TestHost::start().await;
    let root = host.client(ROOT).await;
    let refusal = issue_pass(&root, ROOT, 3600, false).await.unwrap_err();
    assert_eq!(refusal.short(), "NotForYourself");
    let alice = host.client(ALICE).await;
    for uid in [ALICE, BOB] {
        let refusal = issue_pass(&alice, uid, 3600, false).await.unwrap_err();
        assert_eq!(refusal.short(), "NotAuthorized", "{uid}");
    }
}

#[tokio::test]
async fn policy_can_require_an_access_pass_for_the_first_method() {
    let host = TestHost::with(Setup::with_drift().policy("first_method = \"access-pass\"")).await;
    let alice = host.client(ALICE).await;
    let start = async || {
        alice
            .start_enrollment("authenticator-app", HashMap::default())
            .await
    };
    assert_eq!(start().await.err().unwrap().short(), "AccessPassNeeded");
    let refusal = issue_recovery_codes(&alice).await.unwrap_err();
    assert_eq!(refusal.short(), "AccessPassNeeded");

    let root = host.client(ROOT).await;
    let pass = issue_pass(&root, ALICE, 3600, false).await.unwrap();
    let issued = start().await.err().unwrap();
    assert!(
        ["AccessPassNeeded", "FreshProofNeeded"].contains(&issued.short()),
        "issued is not proved: {issued}"
    );
    let method = only(&alice, "access-pass").await.unwrap();
    alice.verify(ALICE, &method, &pass).await.unwrap();
    let app = alice.enroll_app("Phone", 10).await;
    assert_eq!(alice.default_of(ALICE).await, app.path);
}

#[tokio::test]
async fn the_command_asks_for_the_access_pass_in_place() {
    let host = TestHost::with(Setup::with_drift().policy("first_method = \"access-pass\"")).await;
    let refused = host.secinfo(ALICE, &["--json", "add", "authenticator-app"], "");
    assert_eq!(refused.json()["error"], "AccessPassNeeded", "{refused:?}");
    let root = host.client(ROOT).await;
    let pass = issue_pass(&root, ALICE, 3600, false).await.unwrap();
    let mut command = host.start_secinfo(ALICE, &["--json", "add", "authenticator-app"]);
    command.write(&format!("{pass}\n"));
    let offered = command.json_line();
    let mut app = secinfo_tests::Codes::new(offered["enrollment"]["key"].as_str().unwrap());
    app.drift = 10;
    command.write(&format!("{}\n", app.fresh()));
    assert_eq!(command.finish().success().json()["became_default"], true);
}
