//! Policy: what it allows and requires, and reloading a changed one.

use rustix::process::Signal;
use secinfo_tests::{
    ALICE, ALICE_NAME, BOB, Client, IgnoredReply, ROOT, ROOT_PATH, Setup, TestHost, binary,
    user_path,
};
use std::collections::HashMap;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};
use zbus::OwnedVariant;

/// The number of events of this type in the log.
async fn count(root: &Client, kind: &str) -> usize {
    let events = root.events().await;
    events.iter().filter(|event| event["type"] == kind).count()
}

/// Reloads, and waits for this text in the daemon's output.
fn reload(host: &mut TestHost, says: &str) {
    let before = host.log().matches(says).count();
    host.daemon().signal(Signal::HUP);
    let begun = Instant::now();
    while host.log().matches(says).count() == before {
        assert!(begun.elapsed() < Duration::from_secs(30), "{}", host.log());
        std::thread::sleep(Duration::from_millis(10));
    }
}

const DONE: &str = "configuration reloaded";

async fn policy_of(client: &Client, uid: u32, service: &str) -> HashMap<String, OwnedVariant> {
    client
        .call(ROOT_PATH, "Manager", "GetPolicy", &(uid, service))
        .await
        .unwrap()
}

async fn required(client: &Client, uid: u32, service: &str) -> u32 {
    let policy = policy_of(client, uid, service).await;
    u32::try_from(policy["required"].try_clone().unwrap()).unwrap()
}

/// The sections of the configuration that policy comes from.
async fn sections_of(client: &Client, uid: u32, service: &str) -> Vec<String> {
    let policy = policy_of(client, uid, service).await;
    Vec::try_from(policy["sections"].try_clone().unwrap()).unwrap()
}

/// What a sign-in would begin with, and why it would be refused.
async fn expected(client: &Client, uid: u32, service: &str) -> [String; 2] {
    let expected: HashMap<String, OwnedVariant> = client
        .call(ROOT_PATH, "Manager", "GetExpectedSignIn", &(uid, service))
        .await
        .unwrap();
    ["beginning", "reason"].map(|key| String::try_from(expected[key].try_clone().unwrap()).unwrap())
}

#[tokio::test]
async fn what_a_sign_in_would_come_to_is_told_before() {
    let setup = || Setup::with_drift().policy("required = 1\ngrace_days = 0");
    let off = "[service.cron]\nverify = \"off\"\n";
    let mut host = TestHost::with(setup().more(off)).await;
    let root = host.client(ROOT).await;
    let alice = host.client(ALICE).await;
    alice.enroll_app("Phone", 10).await;
    assert_eq!(expected(&alice, ALICE, "sshd").await, ["verify", ""]);
    assert_eq!(expected(&root, BOB, "sshd").await, ["set-up", ""]);
    assert_eq!(expected(&root, BOB, "cron").await, ["not-covered", ""]);
    let pass = "required = 1\ngrace_days = 0\nfirst_method = \"access-pass\"";
    host.set_up(Setup::with_drift().policy(pass));
    reload(&mut host, DONE);
    let refused = ["refused", "access-pass-needed"];
    assert_eq!(expected(&root, BOB, "sshd").await, refused);
    let _: (String, u64) = root
        .call(
            &user_path(BOB),
            "User",
            "IssueAccessPass",
            &(3600_u64, true, 0_u64),
        )
        .await
        .unwrap();
    assert_eq!(expected(&root, BOB, "sshd").await, ["verify", ""]);
    // It was asked only: nothing was put off, and nobody was added.
    assert_eq!(count(&root, "set-up-postponed").await, 0);
}

#[tokio::test]
async fn a_changed_policy_takes_effect_on_sighup_and_is_one_event() {
    let mut host = TestHost::with(Setup::new()).await;
    let root = host.client(ROOT).await;
    let alice = host.client(ALICE).await;
    assert_eq!(count(&root, "policy-changed").await, 1, "the first one");
    host.set_up(Setup::new().policy("required = 1"));
    assert_eq!(
        required(&alice, ALICE, "").await,
        0,
        "not before it is asked"
    );
    reload(&mut host, DONE);
    assert_eq!(required(&alice, ALICE, "").await, 1);
    assert_eq!(count(&root, "policy-changed").await, 2);
    reload(&mut host, DONE);
    host.restart().await;
    assert_eq!(count(&root, "policy-changed").await, 2, "nothing changed");
    let still: u32 = alice
        .property(&user_path(ALICE), "User", "StillRequired")
        .await
        .unwrap();
    assert_eq!(still, 1);
}

#[tokio::test]
async fn an_invalid_file_changes_nothing() {
    let mut host = TestHost::with(Setup::new().policy("required = 1")).await;
    let root = host.client(ROOT).await;
    for (mistake, named) in [
        ("required = 2\nfree_beer = true", "free_beer"),
        ("required = 2\nfirst_method = \"none\"", "first_method"),
        ("required = 99", "required"),
        ("required = [", "config.toml"),
    ] {
        host.set_up(Setup::new().policy(mistake));
        reload(&mut host, "ERROR");
        assert_eq!(required(&root, ALICE, "").await, 1, "{mistake}");
        assert!(host.log().contains(named), "{mistake}: {}", host.log());
    }
    // A change that needs a restart is not applied partially, either.
    let moved = Setup::new()
        .policy("required = 2")
        .daemon("cache_size = \"8MiB\"");
    host.set_up(moved);
    reload(&mut host, "need a restart");
    assert_eq!(required(&root, ALICE, "").await, 1);
    fs::remove_file(host.config_file()).unwrap();
    reload(&mut host, "ERROR");
    assert_eq!(required(&root, ALICE, "").await, 1);
    assert_eq!(count(&root, "policy-changed").await, 1);
}

#[tokio::test]
async fn groups_and_services_refine_the_policy_and_never_loosen_it() {
    let sections = format!(
        "[group.{ALICE_NAME}]\nrequired = 1\nallowed = [\"hardware-token\", \"recovery-codes\"]\n\
         [service.sshd]\nrequired = 2\nallowed = [\"authenticator-app\", \"hardware-token\"]\n\
         [service.lax]\nrequired = 0\n"
    );
    let host = TestHost::with(Setup::with_drift().more(&sections)).await;
    let alice = host.client(ALICE).await;
    let bob = host.client(BOB).await;
    assert_eq!(required(&alice, ALICE, "").await, 1);
    assert_eq!(required(&alice, ALICE, "sshd").await, 2);
    assert_eq!(
        required(&alice, ALICE, "lax").await,
        1,
        "a service does not take away"
    );
    assert_eq!(required(&bob, BOB, "").await, 0);
    assert_eq!(required(&bob, BOB, "sshd").await, 2);

    let of_alice = sections_of(&alice, ALICE, "sshd").await;
    let group = format!("group.{ALICE_NAME}");
    assert_eq!(of_alice, ["policy", group.as_str(), "service.sshd"]);
    assert_eq!(sections_of(&bob, BOB, "sudo").await, ["policy"]);

    let kinds = async |client: &Client, uid: u32, service: &str| -> Vec<String> {
        let body = (uid, "sign-in", service);
        client
            .call(ROOT_PATH, "Manager", "ListKinds", &body)
            .await
            .unwrap()
    };
    assert_eq!(
        kinds(&alice, ALICE, "").await,
        ["hardware-token", "recovery-codes"]
    );
    assert_eq!(kinds(&alice, ALICE, "sshd").await, ["hardware-token"]);
    assert_eq!(
        kinds(&bob, BOB, "sshd").await,
        ["authenticator-app", "hardware-token"]
    );

    let refusal = alice
        .start_enrollment("authenticator-app", HashMap::default())
        .await
        .err()
        .unwrap();
    assert_eq!(refusal.short(), "KindNotAllowed");

    // A recovery code is accepted, but not at sshd.
    let mut app = bob.enroll_app("Phone", 10).await;
    bob.prove(&mut app).await;
    let codes: Vec<String> = bob
        .call(&user_path(BOB), "User", "IssueRecoveryCodes", &())
        .await
        .unwrap();
    let method = bob.methods_of(BOB).await.pop().unwrap();
    let refusal = bob.verify_at(BOB, "sshd", &method, &codes[0]).await;
    assert_eq!(refusal.unwrap_err().short(), "KindNotAllowed");
    bob.verify_at(BOB, "login", &method, &codes[0])
        .await
        .unwrap();
}

#[tokio::test]
async fn a_method_that_policy_later_forbids_remains_but_cannot_be_used() {
    let mut host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    host.set_up(Setup::with_drift().policy("allowed = [\"hardware-token\"]"));
    reload(&mut host, DONE);
    assert_eq!(alice.methods_of(ALICE).await, [app.path.clone()]);
    let refusal = alice.verify(ALICE, &app.path, &app.codes.fresh()).await;
    assert_eq!(refusal.unwrap_err().short(), "KindNotAllowed");
    let page = host.secinfo(ALICE, &["--json"], "").success().json();
    assert_eq!(page["methods"][0]["is_allowed"], false);
    let page = host.secinfo(ALICE, &[], "").success().stdout;
    assert!(page.contains("switched off by policy"), "{page}");
}

#[tokio::test]
async fn a_kind_that_policy_forbids_is_refused_with_those_that_it_allows() {
    let setup = Setup::new().policy("allowed = [\"authenticator-app\", \"recovery-codes\"]");
    let host = TestHost::with(setup).await;
    let add = |locale| host.secinfo_in(locale, ALICE, &["add", "hardware-token"], "");
    for (locale, allowed) in [
        (
            "C.UTF-8",
            "what you can add is authenticator-app, recovery-codes",
        ),
        (
            "de_DE.UTF-8",
            "hinzufügen können Sie authenticator-app, recovery-codes",
        ),
    ] {
        let refused = add(locale);
        assert_eq!(refused.code, 1, "{}", refused.stderr);
        let said = refused
            .stderr
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        assert!(said.contains(allowed), "{said}");
    }
}

#[tokio::test]
async fn check_config_reports_the_line_of_an_error_and_how_to_fix_it() {
    let host = TestHost::without_daemon(Setup::new()).await;
    let check = || {
        Command::new(binary("secinfod"))
            .arg("--check-config")
            .arg("--config")
            .arg(host.config_file())
            .output()
            .unwrap()
    };
    assert!(check().status.success());
    let right = fs::read_to_string(host.config_file()).unwrap();
    fs::write(
        host.config_file(),
        format!("{right}\n[policy.throttle]\nlock_aftr = 5\n"),
    )
    .unwrap();
    let output = check();
    assert!(!output.status.success());
    let text = String::from_utf8(output.stderr).unwrap();
    let line = fs::read_to_string(host.config_file()).unwrap();
    let number = line
        .lines()
        .position(|line| line.contains("lock_aftr"))
        .unwrap()
        + 1;
    assert!(text.contains(&format!("config.toml:{number}")), "{text}");
    assert!(text.contains("lock_after"), "{text}");
    assert!(!host.state_directory().exists(), "checking starts nothing");
}

#[tokio::test]
async fn the_last_required_method_can_be_replaced_but_not_deleted_except_by_an_administrator() {
    let host = TestHost::with(Setup::with_drift().policy("required = 1")).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    alice.prove(&mut app).await;
    let refusal = alice.refused(&app.path, "Method", "Delete", &()).await;
    assert_eq!(refusal.short(), "LastMethod");
    let mut other = alice.enroll_app("Tablet", 10).await;
    let _: IgnoredReply = alice
        .call(&app.path, "Method", "Delete", &())
        .await
        .unwrap();
    alice.prove(&mut other).await;
    let refusal = alice.refused(&other.path, "Method", "Delete", &()).await;
    assert_eq!(refusal.short(), "LastMethod");
    let root = host.client(ROOT).await;
    let (deleted, _): (bool, u64) = root
        .call(&other.path, "Method", "Delete", &())
        .await
        .unwrap();
    assert!(deleted);
}
