//! Metrics: they count what happened, and the parser of Prometheus reads them.

use crate::journal::wrong_codes;
use crate::sign_in;
use secinfo_tests::disk::MemoryDisk;
use secinfo_tests::{
    ALICE, App, BOB, Client, ROOT, ROOT_PATH, STRANGER, Setup, TestHost, user_path,
};
use secinfo_wire::Statistics;
use secinfod::journal::EventType;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const MOBILE: &str = "+4915112345678";

/// A program that prints each sample on standard input as a line of JSON (name, labels, value), and
/// fails if the input is not valid `OpenMetrics`.
const PARSE: &str = r"
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus
text = sys.stdin.read()
list(prometheus(text))
for family in openmetrics(text):
    assert family.documentation, family.name
    for sample in family.samples:
        print(json.dumps([sample.name, sample.labels, sample.value]))
";

/// Metrics, as parsed by another program.
struct Metrics(Vec<(String, BTreeMap<String, String>, f64)>);

impl Metrics {
    fn read(text: &str) -> Self {
        let mut parser = Command::new("/usr/bin/python3")
            .args(["-c", PARSE])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("python3 is installed (Debian package python3-prometheus-client)");
        let mut input = parser.stdin.take().unwrap();
        input.write_all(text.as_bytes()).unwrap();
        drop(input);
        let output = parser.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "python3-prometheus-client does not read this: {}\n{text}",
            String::from_utf8_lossy(&output.stderr)
        );
        let lines = String::from_utf8(output.stdout).unwrap();
        let samples = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        Self(samples.collect())
    }

    /// The value with these labels; 0 if there is none.
    fn number(&self, name: &str, labels: &[(&str, &str)]) -> u64 {
        let has = |found: &BTreeMap<String, String>| {
            let wanted = labels.iter();
            found.len() == labels.len()
                && wanted
                    .clone()
                    .all(|(name, value)| found.get(*name).is_some_and(|is| is == value))
        };
        let mut found = self
            .0
            .iter()
            .filter(|(is, with, _)| is == name && has(with));
        let number = found.next().map_or(0.0, |(.., number)| *number);
        assert!(found.next().is_none(), "{name} {labels:?} stands twice");
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "what is asked for is counted, and small"
        )]
        let whole = number as u64;
        whole
    }
}

fn metrics(host: &TestHost) -> Metrics {
    let printed = host.secinfo(ROOT, &["status", "--openmetrics"], "");
    Metrics::read(&printed.success().stdout)
}

async fn statistics(client: &Client) -> Statistics {
    client
        .call(ROOT_PATH, "Manager", "GetStatistics", &())
        .await
        .unwrap()
}

/// Alice has an app and a phone; she and root verify, sign in and fail.
async fn typical_use(host: &TestHost) -> App {
    let (alice, root) = (host.client(ALICE).await, host.client(ROOT).await);
    let mut app = alice.enroll_app("Phone", 10).await;
    alice.prove(&mut app).await;
    alice.enroll_destination(host, "text", MOBILE, None).await;
    let code = app.codes.fresh();
    root.verify_at(ALICE, "sshd", &app.path, &code)
        .await
        .unwrap();
    for code in [app.codes.again(), app.codes.wrong()] {
        let refused = root.verify_at(ALICE, "sshd", &app.path, &code).await;
        refused.unwrap_err();
    }
    let (mut socket, _) =
        sign_in::start(&root, secinfo_tests::ALICE_NAME, "sudo", &sign_in::plain()).unwrap();
    let step = socket.answer(&app.codes.fresh()).unwrap();
    assert_eq!(step.outcome, "verified");
    // Bob has no method, and is not asked for one.
    let body = (3600_u64, false, 0_u64);
    let bob = user_path(BOB);
    let issued = root.call(&bob, "User", "IssueAccessPass", &body);
    let _: (String, u64) = issued.await.unwrap();
    let _: String = alice
        .call(ROOT_PATH, "Audit", "Checkpoint", &())
        .await
        .unwrap();
    app
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_count_what_happened_and_are_read_by_the_parser_of_prometheus() {
    let setup = Setup::with_drift()
        .spool()
        .more("[policy.throttle]\nfree = 5\n");
    let host = TestHost::with(setup).await;
    let app = typical_use(&host).await;
    let metrics = metrics(&host);
    let is = |name: &str, labels: &[(&str, &str)], number: u64| {
        assert_eq!(metrics.number(name, labels), number, "{name} {labels:?}");
    };
    is("secinfo_up", &[], 1);
    is("secinfo_healthy", &[], 1);
    is("secinfo_users", &[], 2);
    is("secinfo_users_with_methods", &[], 2);
    is("secinfo_users_locked", &[], 0);
    is("secinfo_accounts_locked", &[], 0);
    is("secinfo_users_with_reports", &[], 0);
    is("secinfo_access_passes", &[], 1);
    for (kind, number) in [
        ("authenticator-app", 1),
        ("text", 1),
        ("access-pass", 1),
        ("email", 0),
    ] {
        is("secinfo_methods", &[("kind", kind)], number);
    }
    let verified = |service, result, number| {
        let labels = [
            ("kind", "authenticator-app"),
            ("service", service),
            ("result", result),
        ];
        is("secinfo_verifications_total", &labels, number);
    };
    verified("sshd", "succeeded", 1);
    verified("sshd", "used-code", 1);
    verified("sshd", "wrong-code", 1);
    verified("sudo", "succeeded", 1);
    // The name of a service that a user chose is not shown.
    verified("other", "succeeded", 1);
    let sudo = [("service", "sudo"), ("outcome", "verified")];
    is("secinfo_sign_ins_total", &sudo, 1);
    is("secinfo_enrollments_total", &[("kind", "text")], 1);
    is("secinfo_code_requests_total", &[("kind", "text")], 1);
    let text: u64 = ["confirmed", "delivered"]
        .map(|how| {
            let labels = [("channel", "text"), ("outcome", how)];
            metrics.number("secinfo_messages_total", &labels)
        })
        .iter()
        .sum();
    assert_eq!(text, 1);
    let channel = [("channel", "text"), ("kind", "text")];
    is("secinfo_channel_healthy", &channel, 1);

    // Every event is counted by its type.
    let events = host.client(ROOT).await.events().await;
    let mut by_type = BTreeMap::<_, u64>::new();
    for event in &events {
        let name = event["type"].as_str().unwrap();
        *by_type.entry(name.to_owned()).or_default() += 1;
    }
    for name in EventType::ALL.iter().map(|known| known.name) {
        let number = by_type.get(name).copied().unwrap_or_default();
        is("secinfo_events_total", &[("type", name)], number);
    }
    is("secinfo_log_events", &[], events.len() as u64);
    assert!(metrics.number("secinfo_checkpoint_events", &[]) <= events.len() as u64);
    for name in [
        "secinfo_checkpoint_time_seconds",
        "secinfo_start_time_seconds",
        "secinfo_log_size_bytes",
        "secinfo_resident_memory_bytes",
        "secinfo_commits_total",
    ] {
        assert!(metrics.number(name, &[]) > 0, "{name}");
    }

    // After a restart the users are still counted, but no events.
    let mut host = host;
    host.restart().await;
    let again = statistics(&host.client(ROOT).await).await;
    assert_eq!((again.users, again.users_with_methods), (2, 2));
    assert_eq!(again.methods["text"], 1);
    assert_eq!(again.events["verification-succeeded"], 0);
    assert!(again.verifications.is_empty() && again.checkpoint_time == 0);
    drop(app);
}

#[tokio::test]
async fn locks_deletions_and_erasures_lower_the_counts() {
    let setup = Setup::with_drift().more("[policy.throttle]\nfree = 2\nlock_after = 3\n");
    let host = TestHost::with(setup).await;
    let (alice, root) = (host.client(ALICE).await, host.client(ROOT).await);
    let mut app = alice.enroll_app("Phone", 10).await;
    alice.prove(&mut app).await;
    wrong_codes(&root, &app, 3).await;
    assert_eq!(statistics(&root).await.users_locked, 1);
    let user = user_path(ALICE);
    let () = root.call(&user, "User", "Unlock", &()).await.unwrap();
    assert_eq!(statistics(&root).await.users_locked, 0);
    let () = alice.call(&user, "User", "LockAccount", &()).await.unwrap();
    let line = root.events().await;
    let line = line
        .iter()
        .find(|event| event["type"] == "method-enrolled")
        .unwrap();
    let line = line["seq"].as_u64().unwrap();
    let () = alice
        .call(&user, "User", "ReportActivity", &line)
        .await
        .unwrap();
    let locked = statistics(&root).await;
    assert_eq!((locked.accounts_locked, locked.users_with_reports), (1, 1));
    let () = root.call(&user, "User", "Unlock", &()).await.unwrap();
    assert_eq!(statistics(&root).await.accounts_locked, 0);
    let () = root.call(&app.path, "Method", "Delete", &()).await.unwrap();
    let now = statistics(&root).await;
    assert_eq!((now.users, now.users_with_methods), (1, 0));
    assert_eq!(now.methods["authenticator-app"], 0);
    let () = root.call(&user, "User", "Erase", &()).await.unwrap();
    assert_eq!(statistics(&root).await.users, 0);
}

#[tokio::test]
async fn users_cannot_add_names_of_services_to_the_metrics() {
    let host = TestHost::with(Setup::with_drift()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;
    for number in 0..3 {
        let service = format!("made-up-{number}");
        let code = app.codes.fresh();
        let verified = alice.verify_at(ALICE, &service, &app.path, &code).await;
        verified.unwrap();
    }
    let root = host.client(ROOT).await;
    let rows = statistics(&root).await.verifications;
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!((rows[0].service.as_str(), rows[0].count), ("other", 3));
    // Root may name services, up to a limit.
    for number in 0..40 {
        let service = format!("root-{number}");
        let stranger = secinfo_tests::STRANGER_NAME;
        sign_in::start(&root, stranger, &service, &sign_in::plain()).unwrap();
    }
    let rows = statistics(&root).await.sign_ins;
    assert_eq!(rows.len(), 33, "{rows:?}");
    assert_eq!(rows.iter().map(|row| row.count).sum::<u64>(), 40);
}

#[tokio::test]
async fn status_shows_numbers_only_to_administrators() {
    let host = TestHost::start().await;
    let refused = host.client(STRANGER).await;
    let refused = refused
        .refused(ROOT_PATH, "Manager", "GetStatistics", &())
        .await;
    assert_eq!(refused.short(), "NotAuthorized");

    let json = host.secinfo(STRANGER, &["--json", "status"], "").success();
    assert_eq!(json.json()["statistics"], Value::Null);
    assert_eq!(json.json()["healthy"], true);
    let json = host
        .secinfo(ROOT, &["--json", "status"], "")
        .success()
        .json();
    assert_eq!(json["statistics"]["users"], 0);
    assert_eq!(json["statistics"]["events"]["log-created"], 1);
    assert_eq!(json["statistics"]["checkpoint"], Value::Null);
    let text = host.secinfo(ROOT, &["status"], "").success().stdout;
    assert!(
        text.contains("0 users, 0 of them with methods, 0 locked"),
        "{text}"
    );
    let text = host.secinfo(STRANGER, &["status"], "").success().stdout;
    assert!(!text.contains("users"), "{text}");

    let refused = host.secinfo(STRANGER, &["status", "--openmetrics"], "");
    assert_eq!((refused.code, refused.stdout.as_str()), (5, ""));
}

#[tokio::test]
async fn a_file_of_metrics_is_replaced_in_one_step_and_says_that_the_daemon_is_down() {
    let mut host = TestHost::start().await;
    let file = host.directory().join("secinfo.prom");
    let path = file.to_str().unwrap().to_owned();
    let words = ["status", "--openmetrics", "--output", path.as_str()];
    host.secinfo(ROOT, &words, "").success();
    let metrics = Metrics::read(&fs::read_to_string(&file).unwrap());
    assert_eq!(metrics.number("secinfo_up", &[]), 1);
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o644);

    // A user who may not read metrics does not change the file.
    let before = fs::read(&file).unwrap();
    assert_eq!(host.secinfo(STRANGER, &words, "").code, 5);
    assert_eq!(fs::read(&file).unwrap(), before);

    assert!(host.stop().success());
    host.secinfo(ROOT, &words, "").success();
    let metrics = Metrics::read(&fs::read_to_string(&file).unwrap());
    assert_eq!(metrics.0.len(), 1);
    assert_eq!(metrics.number("secinfo_up", &[]), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn free_disk_space_is_noticed_before_the_next_write() {
    let directory = tempfile::tempdir().unwrap();
    let disk = MemoryDisk::mount_at(&directory.path().join("disk"), 32);
    let setup = Setup::with_drift()
        .state(&directory.path().join("disk/state"))
        .daemon("free_space_reserve = \"1MiB\"");
    let host = TestHost::with(setup).await;
    let (alice, root) = (host.client(ALICE).await, host.client(ROOT).await);
    let mut app = alice.enroll_app("Phone", 10).await;
    let filler = disk.fill();
    let code = app.codes.fresh();
    alice.verify(ALICE, &app.path, &code).await.unwrap_err();
    assert!(!statistics(&root).await.healthy);
    let metrics = metrics(&host);
    assert_eq!(metrics.number("secinfo_healthy", &[]), 0);
    drop(filler);
    let events = statistics(&root).await.log_events;
    let begun = Instant::now();
    while !statistics(&root).await.healthy {
        assert!(begun.elapsed() < Duration::from_mins(1), "{}", host.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(statistics(&root).await.log_events, events, "nobody wrote");
    alice.prove(&mut app).await;
}
