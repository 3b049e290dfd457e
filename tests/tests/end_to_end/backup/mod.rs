//! Backup and restore, with real processes: while users sign in, on another host with another master
//! key, and with interruptions.

mod encryption;
mod refusals;

use secinfo_tests::load::Load;
use secinfo_tests::{
    ALICE, App, BOB, BOB_NAME, Client, CommandOutput, IgnoredReply, ROOT, ROOT_PATH, Refusal,
    Setup, Terminal, TestHost, binary, user_path,
};
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::io::{PipeReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use zbus::{Fd, OwnedVariant, Variant};

/// A key of age for these tests, and its recipient.
const KEY: &str = include_str!("../backup.key");
pub(crate) const PASSPHRASE: &str = "correct horse battery staple\n";

type Answer = HashMap<String, OwnedVariant>;

/// Writes a file in the host's directory.
pub(crate) fn file(host: &TestHost, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = host.directory().join(name);
    fs::write(&path, content).unwrap();
    path
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Runs the program `age` on this input.
fn age(words: &[&str], input: Stdio) -> Vec<u8> {
    let output = Command::new("age").args(words).stdin(input).output();
    let output = output.expect("age is installed (Debian package age)");
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

/// Backs up the host to a new file with a passphrase.
pub(crate) fn back_up(host: &TestHost, name: &str) -> (PathBuf, Value) {
    let passphrase = file(host, "passphrase", PASSPHRASE);
    let path = host.directory().join(name);
    let words = [
        "--json",
        "backup",
        text(&path),
        "--passphrase-file",
        text(&passphrase),
    ];
    let answer = host.secinfo(ROOT, &words, "").success().json();
    (path, answer)
}

/// Restores onto the host, and restarts the daemon as systemd does.
pub(crate) async fn restore(host: &mut TestHost, backup: &Path) -> CommandOutput {
    let passphrase = file(host, "passphrase", PASSPHRASE);
    let words = [
        "--json",
        "restore",
        text(backup),
        "--passphrase-file",
        text(&passphrase),
    ];
    let command = host.start_secinfo(ROOT, &words);
    let status = host.daemon().wait_ended();
    assert_eq!(status.code(), Some(75), "{}", host.log());
    host.kill();
    host.start_daemon().await;
    command.finish()
}

/// The unencrypted content of a backup.
async fn stream_of(root: &Client) -> Vec<u8> {
    let (mut ours, theirs) = std::io::pipe().unwrap();
    let reading = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        ours.read_to_end(&mut bytes).unwrap();
        bytes
    });
    let _: Answer = root
        .call(ROOT_PATH, "Backups", "Backup", &Fd::from(&theirs))
        .await
        .unwrap();
    drop(theirs);
    reading.join().unwrap()
}

async fn ask_to_restore(root: &Client, pipe: &PipeReader) -> Result<Answer, Refusal> {
    let options = HashMap::<&str, Variant<'_>>::new();
    let body = (Fd::from(pipe), options);
    root.call(ROOT_PATH, "Backups", "Restore", &body).await
}

/// Sends these bytes to be restored.
async fn send(root: &Client, bytes: &[u8]) -> Result<Answer, Refusal> {
    let (theirs, mut ours) = std::io::pipe().unwrap();
    let bytes = bytes.to_vec();
    let sending = std::thread::spawn(move || {
        // The daemon may refuse before the end.
        let _ = ours.write_all(&bytes);
    });
    let answer = ask_to_restore(root, &theirs).await;
    drop(theirs);
    sending.join().unwrap();
    answer
}

fn origin_of(events: &[Value]) -> &str {
    events[0]["data"]["origin"].as_str().unwrap()
}

/// The files of a restore in the state directory.
pub(crate) fn leftovers(host: &TestHost) -> Vec<String> {
    let names = fs::read_dir(host.state_directory()).unwrap();
    names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("restore"))
        .collect()
}

pub(crate) async fn enrolled(host: &TestHost, uid: u32) -> (Client, App) {
    let user = host.client(uid).await;
    let mut app = user.enroll_app("Phone", 1).await;
    // The current step, so that the next one can be used after the backup.
    app.codes.drift = 0;
    (user, app)
}

/// The method of a kind that a user has only one of.
async fn only(client: &Client, uid: u32, kind: &str) -> Option<String> {
    for path in client.methods_of(uid).await {
        let its: String = client.property(&path, "Method", "Kind").await.unwrap();
        if its == kind {
            return Some(path);
        }
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_taken_while_codes_are_verified_is_restored_under_another_master_key() {
    let old = TestHost::with(Load::setup()).await;
    let mut load = Load::prepare(&old, &[ALICE, BOB], 7).await;
    let running = load.start();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (backup, answer) = back_up(&old, "backup.age");
    load.finish(running).await;
    let size = usize::try_from(answer["events"].as_u64().unwrap()).unwrap();
    let root = old.client(ROOT).await;
    let all = root.events().await;
    assert!(size < all.len(), "{size} of {}", all.len());
    let mode = fs::metadata(&backup).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    let sealed = fs::read(&backup).unwrap();
    assert!(sealed.starts_with(b"age-encryption.org/v1\n-> scrypt "));

    let passphrase = old.directory().join("passphrase");
    let words = [
        "--json",
        "backup",
        "--check",
        text(&backup),
        "--passphrase-file",
        text(&passphrase),
    ];
    let checked = old.secinfo(ROOT, &words, "").success().json();
    assert_eq!(checked["users"], 2);
    for member in ["events", "keys", "root", "checkpoint", "key", "origin"] {
        assert_eq!(checked[member], answer[member], "{member}");
    }

    let mut new = TestHost::with(Load::setup()).await;
    let restored = restore(&mut new, &backup).await.success().json();
    assert_eq!(restored["events"], answer["events"]);
    let root = new.client(ROOT).await;
    let events = root.events().await;
    assert_eq!(events[..size], all[..size]);
    let event = &events[size];
    assert_eq!(event["type"], "log-restored");
    assert_eq!(event["actor"]["who"], "root");
    assert_eq!(event["data"]["size"], answer["events"]);
    assert_eq!(event["data"]["root"], answer["root"]);
    assert!(leftovers(&new).is_empty());

    // The keys exist under this host's own master key: every name and label can be read.
    assert_ne!(
        fs::read(old.state_directory().join("master.key")).unwrap(),
        fs::read(new.state_directory().join("master.key")).unwrap()
    );
    let users = new.secinfo(ROOT, &["--json", "users"], "").success().json();
    assert_eq!(users.as_array().unwrap().len(), 2);
    for uid in [ALICE, BOB] {
        let user = new.client(uid).await;
        for path in user.methods_of(uid).await {
            let _: String = user.property(&path, "Method", "Label").await.unwrap();
        }
    }

    let verified = new.secinfo(ROOT, &["--json", "audit", "verify"], "");
    let verified = verified.success().json();
    let [restore] = verified["restores"].as_array().unwrap().as_slice() else {
        panic!("{verified}");
    };
    assert_eq!(restore["event"], answer["events"]);
    assert_eq!(restore["root"], answer["root"]);
    assert_eq!(restore["backup_time"], answer["time"]);
}

#[tokio::test]
async fn after_a_restore_no_code_that_was_used_before_it_is_good_again() {
    let old = TestHost::start().await;
    let (alice, mut app) = enrolled(&old, ALICE).await;
    let codes: Vec<String> = {
        alice.prove(&mut app).await;
        let path = user_path(ALICE);
        alice
            .call(&path, "User", "IssueRecoveryCodes", &())
            .await
            .unwrap()
    };
    let recovery = only(&alice, ALICE, "recovery-codes").await.unwrap();
    alice.verify(ALICE, &recovery, &codes[0]).await.unwrap();
    let issued = old.secinfo(ROOT, &["--json", "access-pass", "issue", BOB_NAME], "");
    let issued = issued.success().json();
    let pass = issued["pass"].as_str().unwrap();
    let early = old.secinfo(ROOT, &["audit", "checkpoint"], "").success();
    let (backup, answer) = back_up(&old, "backup.age");
    // The old host continues: time-based codes that it accepts are used up on the new one.
    let after_backup = app.codes.fresh();
    alice.verify(ALICE, &app.path, &after_backup).await.unwrap();
    let late = old.secinfo(ROOT, &["audit", "checkpoint"], "").success();

    let mut new = TestHost::start().await;
    restore(&mut new, &backup).await.success();
    let alice = new.client(ALICE).await;
    assert_eq!(alice.default_of(ALICE).await, app.path);
    let refusal = alice.verify(ALICE, &app.path, &after_backup).await;
    assert_eq!(refusal.unwrap_err().short(), "CodeAlreadyUsed");
    let refusal = alice.verify(ALICE, &recovery, &codes[0]).await;
    assert_eq!(refusal.unwrap_err().short(), "CodeAlreadyUsed");
    alice.verify(ALICE, &recovery, &codes[1]).await.unwrap();
    let bob = new.client(BOB).await;
    if let Some(method) = only(&bob, BOB, "access-pass").await {
        let refusal = bob.verify(BOB, &method, pass).await.unwrap_err();
        assert!(
            ["Expired", "NotFound"].contains(&refusal.short()),
            "{refusal}"
        );
    }

    new.set_up(Setup::new().later("5m"));
    new.restart().await;
    let next = app.codes.at(10);
    alice.verify(ALICE, &app.path, &next).await.unwrap();

    let early = file(&new, "early.checkpoint", &early.stdout);
    let late = file(&new, "late.checkpoint", &late.stdout);
    let against =
        |path: &Path| new.secinfo(ROOT, &["audit", "verify", "--against", text(path)], "");
    let proved = against(&early).success();
    let event = answer["events"].to_string();
    assert!(proved.stdout.contains("It was restored on"), "{proved:?}");
    assert!(
        proved.stdout.contains(&format!("event {event}")),
        "{proved:?}"
    );
    let found = against(&late);
    assert_eq!(found.code, 6, "{found:?}");
    assert!(found.stderr.contains("rolled back"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_a_restore_the_host_is_the_former_or_the_restored_one() {
    let old = TestHost::start().await;
    let _ = enrolled(&old, ALICE).await;
    let _ = enrolled(&old, BOB).await;
    let stream = stream_of(&old.client(ROOT).await).await;
    let origin = origin_of(&old.client(ROOT).await.events().await).to_owned();
    let whole = stream.len();
    let moments = [(17, 30), (whole / 2, 30), (whole - 1, 100)]
        .into_iter()
        .chain([0, 5, 10, 20, 40, 80, 160, 320, 1000].map(|delay| (whole, delay)));
    for (length, delay) in moments {
        let mut new = TestHost::start().await;
        let root = new.client(ROOT).await;
        let (theirs, mut ours) = std::io::pipe().unwrap();
        ours.write_all(&stream[..length]).unwrap();
        // While the pipe is open, missing data may still come.
        let ours = (length < whole).then_some(ours);
        let connection = root.connection.clone();
        let asking = tokio::spawn(async move {
            let options = HashMap::<&str, Variant<'_>>::new();
            let body = (Fd::from(&theirs), options);
            let backups = "org.secinfo.SecurityInfo1.Backups";
            let daemon = Some("org.secinfo.SecurityInfo1");
            let asked = connection.call_method(daemon, ROOT_PATH, Some(backups), "Restore", &body);
            asked.await.is_ok()
        });
        tokio::time::sleep(Duration::from_millis(delay)).await;
        new.kill();
        drop(ours);
        let acknowledged = asking.await.unwrap();
        new.start_daemon().await;
        let events = root.events().await;
        let is_restored = origin_of(&events) == origin;
        assert_eq!(
            is_restored,
            events.iter().any(|event| event["type"] == "log-restored"),
            "after {delay} ms: {events:?}"
        );
        assert!(is_restored || !acknowledged, "after {delay} ms");
        assert!(!is_restored || length == whole);
        assert!(leftovers(&new).is_empty(), "{:?}", leftovers(&new));
        new.secinfo(ROOT, &["audit", "verify"], "").success();
        let listed = new.secinfo(ROOT, &["--json", "users"], "").success().json();
        let users = if is_restored { 2 } else { 0 };
        assert_eq!(listed.as_array().unwrap().len(), users);
        // And the daemon works.
        let carol = new.client(3).await;
        let _ = carol.enroll_app("Phone", 1).await;
        let IgnoredReply = root
            .call(ROOT_PATH, "Manager", "GetStatus", &())
            .await
            .unwrap();
    }
}
