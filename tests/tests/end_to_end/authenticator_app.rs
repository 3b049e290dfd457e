//! Authenticator apps with the real command: enrolled, proved, renamed, deleted.

use secinfo_tests::{ALICE, Algorithm, BOB, Codes, RunningCommand, Setup, TestHost, scan_qr_code};
use serde_json::Value;
use std::collections::HashMap;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};

/// A directory that belongs to this user.
pub(crate) fn home(host: &TestHost, uid: u32) -> PathBuf {
    let home = host.directory().join(format!("home-{uid}"));
    std::fs::create_dir(&home).unwrap();
    chown(&home, Some(uid), Some(uid)).unwrap();
    home
}

/// Adds an app with the command, after proving a former one with the code in `proof`, if any.
fn add(host: &TestHost, label: &str, more: &[&str], proof: Option<String>) -> (Codes, Value) {
    let mut arguments = vec!["--json", "add", "authenticator-app", "--label", label];
    arguments.extend(more);
    let mut command = host.start_secinfo(ALICE, &arguments);
    if let Some(code) = proof {
        command.write(&format!("{code}\n"));
    }
    let mut codes = offered(&mut command);
    codes.drift = 10;
    command.write(&format!("{}\n", codes.fresh()));
    (codes, command.finish().success().json())
}

fn offered(command: &mut RunningCommand) -> Codes {
    let line = command.json_line();
    let details = &line["enrollment"];
    let mut codes = Codes::new(details["key"].as_str().unwrap());
    codes.algorithm = Algorithm::named(details["algorithm"].as_str().unwrap());
    codes.digits = u32::try_from(details["digits"].as_u64().unwrap()).unwrap();
    codes
}

fn verify(host: &TestHost, method: &str, code: &str) -> (i32, Value) {
    let finished = host.secinfo(
        ALICE,
        &["--json", "verify", "--method", method],
        &format!("{code}\n"),
    );
    (finished.code, finished.json())
}

fn page(host: &TestHost) -> Value {
    host.secinfo(ALICE, &["--json"], "").success().json()
}

fn labels(page: &Value) -> Vec<&str> {
    let methods = page["methods"].as_array().unwrap();
    methods
        .iter()
        .map(|method| method["label"].as_str().unwrap())
        .collect()
}

fn default_label(page: &Value) -> Option<&str> {
    let methods = page["methods"].as_array().unwrap();
    let default = methods.iter().find(|method| method["is_default"] == true);
    default.map(|method| method["label"].as_str().unwrap())
}

#[tokio::test]
async fn the_qr_code_of_the_picture_sets_up_an_app_whose_codes_are_accepted() {
    let host = TestHost::start().await;
    let picture = home(&host, ALICE).join("code.png");
    let arguments = [
        "--json",
        "add",
        "authenticator-app",
        "--label",
        "Phone",
        "--qr-file",
        picture.to_str().unwrap(),
    ];
    let mut command = host.start_secinfo(ALICE, &arguments);
    let line = command.json_line();
    let details = &line["enrollment"];
    // The line is printed first; the picture exists once the code is asked for.
    let uri = wait_for(&picture, || scan_qr_code(&picture));
    assert_eq!(details["uri"], uri);
    assert_eq!(details["issuer"], "Example");
    assert!(uri.starts_with("otpauth://totp/Example:daemon%40"), "{uri}");

    let app = Codes::of_uri(&uri);
    command.write(&format!("{}\n", app.at(-1)));
    let added = command.finish().success().json();
    assert_eq!(added["became_default"], true);
    assert_eq!(added["method"]["label"], "Phone");

    let (code, proof) = verify(&host, "Phone", &app.at(1));
    assert_eq!(
        (code, &proof["kind"]),
        (0, &Value::from("authenticator-app"))
    );
    assert_eq!(default_label(&page(&host)), Some("Phone"));
}

/// Waits until the file is complete.
fn wait_for<T>(file: &Path, read: impl Fn() -> T) -> T {
    let ends = |bytes: &[u8]| bytes.ends_with(b"IEND\xae\x42\x60\x82");
    while !std::fs::read(file).is_ok_and(|bytes| ends(&bytes)) {
        std::thread::yield_now();
    }
    read()
}

#[tokio::test]
async fn a_code_is_accepted_once_and_refused_for_ever_after_also_by_a_daemon_started_anew() {
    let mut host = TestHost::with(Setup::with_drift()).await;
    let (mut app, _) = add(&host, "Phone", &[], None);
    let enrolling = app.again();
    let (refused, error) = verify(&host, "Phone", &enrolling);
    assert_eq!(
        (refused, &error["error"]),
        (3, &Value::from("CodeAlreadyUsed")),
        "the code that enrolled"
    );

    let code = app.fresh();
    assert_eq!(verify(&host, "Phone", &code).0, 0);
    for restart in [false, true, true] {
        if restart {
            host.restart().await;
        }
        let (refused, error) = verify(&host, "Phone", &code);
        assert_eq!(
            (refused, &error["error"]),
            (3, &Value::from("CodeAlreadyUsed"))
        );
    }
    let next = app.fresh();
    let (accepted, _) = wait_out_the_slowdown(&host, &next);
    assert_eq!(accepted, 0);
}

/// Verifies, after the waiting time that three consecutive wrong codes cause.
fn wait_out_the_slowdown(host: &TestHost, code: &str) -> (i32, Value) {
    loop {
        let (ended, answer) = verify(host, "Phone", code);
        if answer["error"] != "TooSoon" {
            return (ended, answer);
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

#[tokio::test]
async fn one_step_off_is_accepted_and_two_are_refused() {
    let host = TestHost::start().await;
    let alice = host.client(ALICE).await;
    let (path, details) = alice
        .start_enrollment("authenticator-app", HashMap::default())
        .await
        .unwrap();
    let app = Codes::of_uri(details.uri.as_deref().unwrap());
    for two_off in [-2, 2] {
        let refusal = alice
            .finish_enrollment(&path, &app.at(two_off))
            .await
            .unwrap_err();
        assert_eq!(refusal.short(), "WrongCode", "{two_off}");
    }
    let enrolled = alice.finish_enrollment(&path, &app.at(-1)).await;
    let method = enrolled.unwrap().method;

    let refusal = alice.verify(ALICE, &method, &app.at(2)).await.unwrap_err();
    assert_eq!(refusal.short(), "WrongCode");
    let refusal = alice.verify(ALICE, &method, &app.at(-2)).await.unwrap_err();
    assert_eq!(refusal.short(), "WrongCode");
    alice.verify(ALICE, &method, &app.at(1)).await.unwrap();
}

#[tokio::test]
async fn a_step_that_was_accepted_uses_up_those_before_it() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    let earlier = app.codes.fresh();
    alice.prove(&mut app).await;
    let refusal = alice.verify(ALICE, &app.path, &earlier).await.unwrap_err();
    assert_eq!(refusal.short(), "CodeAlreadyUsed");
}

#[tokio::test]
async fn policy_makes_codes_of_8_digits_and_other_hashes() {
    for (algorithm, digits) in [("SHA256", 8), ("SHA512", 8), ("SHA512", 6), ("SHA1", 8)] {
        let rules = format!(
            "[policy.authenticator-app]\nalgorithm = \"{algorithm}\"\ndigits = {digits}\ndrift = 10\n"
        );
        let host = TestHost::with(Setup::new().more(&rules)).await;
        let (mut app, _) = add(&host, "Phone", &[], None);
        assert_eq!(
            (app.algorithm, app.digits),
            (Algorithm::named(algorithm), digits)
        );
        let code = app.fresh();
        assert_eq!(u32::try_from(code.len()).unwrap(), digits);
        assert_eq!(verify(&host, "Phone", &code).0, 0, "{algorithm} {digits}");
    }
}

#[tokio::test]
async fn a_second_app_becomes_the_default() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (mut first, added) = add(&host, "First", &[], None);
    assert_eq!(
        (&added["became_default"], &added["former_default"]),
        (&Value::from(true), &Value::Null)
    );

    let proof = Some(first.fresh());
    let (_, added) = add(&host, "Second", &[], proof);
    assert_eq!(added["became_default"], true);
    assert!(added["former_default"].is_string());
    assert_eq!(default_label(&page(&host)), Some("Second"));

    assert_eq!(labels(&page(&host)), ["First", "Second"]);
}

#[tokio::test]
async fn the_former_default_is_kept_on_demand_and_another_can_be_chosen() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (mut first, _) = add(&host, "First", &[], None);
    let (mut second, _) = add(&host, "Second", &["--keep-default"], Some(first.fresh()));
    assert_eq!(default_label(&page(&host)), Some("First"));

    let chosen = host
        .secinfo(
            ALICE,
            &["--json", "default", "Second"],
            &format!("{}\n", first.fresh()),
        )
        .success()
        .json();
    assert_eq!(chosen["default"]["label"], "Second");
    assert_eq!(default_label(&page(&host)), Some("Second"));

    let deleted = host
        .secinfo(
            ALICE,
            &["delete", "Second", "--yes"],
            &format!("{}\n", second.fresh()),
        )
        .success();
    assert!(
        deleted
            .stdout
            .contains("The default sign-in method is now: Authenticator app (First)."),
        "{deleted:?}"
    );
    assert_eq!(default_label(&page(&host)), Some("First"));

    let deleted = host
        .secinfo(
            ALICE,
            &["delete", "First", "--yes"],
            &format!("{}\n", first.fresh()),
        )
        .success();
    assert!(
        deleted.stdout.contains("no default sign-in method"),
        "{deleted:?}"
    );
    assert_eq!(default_label(&page(&host)), None);
    assert!(labels(&page(&host)).is_empty());
}

#[tokio::test]
async fn a_method_is_renamed_and_two_users_methods_are_apart() {
    let host = TestHost::with(Setup::with_drift()).await;
    add(&host, "Phone", &[], None);
    let bob = host.client(BOB).await;
    bob.enroll_app("Phone", 10).await;
    host.secinfo(ALICE, &["rename", "Phone", "Tablet"], "")
        .success();
    assert_eq!(labels(&page(&host)), ["Tablet"]);
    let of_bob = host.secinfo(BOB, &["--json"], "").success().json();
    assert_eq!(labels(&of_bob), ["Phone"]);
}

#[tokio::test]
async fn deleting_without_a_terminal_needs_yes() {
    let host = TestHost::with(Setup::with_drift()).await;
    let (mut app, _) = add(&host, "Phone", &[], None);
    let refused = host.secinfo(ALICE, &["delete", "Phone"], &format!("{}\n", app.fresh()));
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("--yes"), "{refused:?}");
    assert_eq!(labels(&page(&host)), ["Phone"]);
}
