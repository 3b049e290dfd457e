//! Backup and restore, with real processes: while users sign in, on another host with another master
//! key, and with interruptions.

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
const KEY: &str = include_str!("backup.key");
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

#[tokio::test]
async fn a_backup_is_encrypted_to_recipients_whose_key_need_not_be_there() {
    let old = TestHost::start().await;
    let _ = enrolled(&old, ALICE).await;
    let key = file(&old, "key", KEY);
    let recipient = KEY
        .lines()
        .find_map(|line| line.strip_prefix("# public key: "))
        .unwrap();
    let list = file(&old, "recipients", format!("# the safe\n{recipient}\n"));
    let path = old.directory().join("backup.age");
    let words = ["backup", text(&path), "--recipients-file", text(&list)];
    old.secinfo(ROOT, &words, "").success();
    let sealed = fs::read(&path).unwrap();
    assert!(sealed.starts_with(b"age-encryption.org/v1\n-> X25519 "));
    // Nothing of it is readable.
    assert!(!sealed.windows(7).any(|bytes| bytes == b"secinfo"));

    let check = ["backup", "--check", text(&path)];
    let without = old.secinfo(ROOT, &check, "");
    assert_eq!(without.code, 2, "{without:?}");
    assert!(without.stderr.contains("--identity"), "{without:?}");
    let with = [check.as_slice(), &["--identity", text(&key)]].concat();
    let checked = old.secinfo(ROOT, &with, "").success();
    assert!(checked.stdout.contains("verifies"), "{checked:?}");

    // Another implementation of age opens it, and what that encrypts is a valid backup.
    let open = ["--decrypt", "--identity", text(&key), text(&path)];
    let plain = age(&open, Stdio::null());
    assert!(plain.starts_with(b"secinfo backup "));
    let plain = file(&old, "plain", plain);
    let again = fs::File::open(plain).unwrap();
    let again = age(&["--recipient", recipient], again.into());
    let again = file(&old, "again.age", again);
    let check = ["backup", "--check", text(&again), "--identity", text(&key)];
    old.secinfo(ROOT, &check, "").success();

    // An existing file is replaced only on request.
    let again = old.secinfo(ROOT, &words, "");
    assert_eq!(again.code, 1, "{again:?}");
    assert!(again.stderr.contains("--force"), "{again:?}");
    assert_eq!(fs::read(&path).unwrap(), sealed);
    let forced = [words.as_slice(), &["--force"]].concat();
    old.secinfo(ROOT, &forced, "").success();
    assert_ne!(fs::read(&path).unwrap(), sealed);

    // Through pipes to and from another program.
    let command = |words: &[&str], input: Stdio| {
        Command::new(binary("secinfo"))
            .args(words)
            .env("SECINFO_BUS_ADDRESS", old.bus().address())
            .stdin(input)
            .output()
            .unwrap()
    };
    let piped = command(&["backup", "-", "--recipient", recipient], Stdio::null());
    assert!(
        piped.stdout.starts_with(b"age-encryption.org/v1\n"),
        "{piped:?}"
    );
    fs::write(&path, &piped.stdout).unwrap();
    let input = fs::File::open(&path).unwrap();
    let checked = command(
        &["backup", "--check", "-", "--identity", text(&key)],
        input.into(),
    );
    assert!(checked.status.success(), "{checked:?}");
}

#[tokio::test]
async fn what_is_no_whole_backup_changes_nothing_and_is_said_plainly() {
    let old = TestHost::start().await;
    let _ = enrolled(&old, ALICE).await;
    let (backup, _) = back_up(&old, "backup.age");
    let sealed = fs::read(&backup).unwrap();
    let mut new = TestHost::start().await;
    let good = file(&new, "passphrase", PASSPHRASE);
    let wrong = file(&new, "wrong", "correct horse battery stable\n");
    let root = new.client(ROOT).await;
    let before = root.events().await;

    let refused = |host: &TestHost, backup: &Path, passphrase: &Path| {
        let words = [
            "restore",
            text(backup),
            "--passphrase-file",
            text(passphrase),
        ];
        host.secinfo(ROOT, &words, "")
    };
    let found = refused(&new, &backup, &wrong);
    assert_eq!(found.code, 1, "{found:?}");
    assert!(
        found.stderr.contains("passphrase does not open"),
        "{found:?}"
    );

    let damaged = new.directory().join("damaged");
    let last = sealed.len() - 1;
    let changed = |at: usize| {
        let mut bytes = sealed.clone();
        bytes[at] ^= 1;
        bytes
    };
    // The second line has the parameters of the passphrase, and the third the encrypted file key.
    let second = sealed.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let third = second
        + sealed[second..]
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap()
        + 1;
    for bytes in [
        changed(last).as_slice(),
        &changed(second + 12),
        &changed(third),
        &sealed[..last],
        &sealed[..400],
        b"",
        b"{}",
    ] {
        fs::write(&damaged, bytes).unwrap();
        let found = refused(&new, &damaged, &good);
        assert_eq!(found.code, 1, "{found:?}");
        let words = [
            "backup",
            "--check",
            text(&damaged),
            "--passphrase-file",
            text(&good),
        ];
        let found = new.secinfo(ROOT, &words, "");
        assert_eq!(found.code, 6, "{found:?}");
    }

    let stream = stream_of(&old.client(ROOT).await).await;
    for length in [0, 17, stream.len() / 2, stream.len() - 1] {
        let refusal = send(&root, &stream[..length]).await.unwrap_err();
        assert_eq!(refusal.short(), "InvalidBackup", "{refusal}");
        assert!(leftovers(&new).is_empty());
    }
    // An unencrypted file is refused both ways.
    let plain = file(&new, "plain", "");
    let plain = fs::File::options()
        .read(true)
        .write(true)
        .open(plain)
        .unwrap();
    let refusal = root
        .refused(ROOT_PATH, "Backups", "Backup", &Fd::from(&plain))
        .await;
    assert_eq!(refusal.short(), "InvalidArgument");

    assert_eq!(root.events().await, before);
    restore(&mut new, &backup).await.success();
    assert!(root.events().await.len() > before.len());
}

#[tokio::test]
async fn a_host_that_has_users_is_not_restored_onto() {
    let host = TestHost::start().await;
    let _ = enrolled(&host, ALICE).await;
    let (backup, _) = back_up(&host, "backup.age");
    let root = host.client(ROOT).await;
    let before = root.events().await;
    let passphrase = host.directory().join("passphrase");
    let words = [
        "restore",
        text(&backup),
        "--passphrase-file",
        text(&passphrase),
    ];
    let refused = host.secinfo(ROOT, &words, "");
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("empty host only"), "{refused:?}");
    // The message names the directory, so that it can be moved.
    assert!(refused.stderr.contains("/var/lib/secinfo"), "{refused:?}");
    assert_eq!(root.events().await, before);
    assert!(leftovers(&host).is_empty());

    let refused = host.secinfo(ALICE, &words, "");
    assert_eq!(refused.code, 5, "{refused:?}");
    let refused = host.secinfo(ALICE, &["backup", "/tmp/never", "--passphrase"], "");
    assert_eq!(refused.code, 5, "{refused:?}");
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

#[tokio::test]
async fn a_passphrase_is_asked_for_twice_on_the_terminal_and_never_shown() {
    let host = TestHost::start().await;
    let _ = enrolled(&host, ALICE).await;
    let path = host.directory().join("backup.age");
    let secinfo = binary("secinfo");
    let environment = [("SECINFO_BUS_ADDRESS", host.bus().address().into())];
    let start = |name: &str, words: &[&str]| {
        let words = [&[text(&secinfo)], words].concat();
        Terminal::start(host.directory().join(name), (110, 40), &words, &environment)
    };
    let phrase = "a phrase of several words";
    let words = ["backup", text(&path), "--passphrase"];
    let terminal = start("different", &words);
    terminal.wait_for("New passphrase");
    terminal.type_line(phrase);
    terminal.wait_for("The same again");
    terminal.type_line("another phrase of words");
    let screen = terminal.wait_for("ended");
    assert!(screen.contains("not the same"), "{screen}");
    assert!(!path.exists());

    let terminal = start("same", &words);
    terminal.wait_for("New passphrase");
    terminal.type_line(phrase);
    terminal.wait_for("The same again");
    terminal.type_line(phrase);
    let screen = terminal.wait_for("ended");
    assert!(screen.contains("ended 0"), "{screen}");
    assert!(!screen.contains("several"), "{screen}");

    let terminal = start("check", &["backup", "--check", text(&path)]);
    terminal.wait_for("Passphrase of the backup");
    terminal.type_line(phrase);
    let screen = terminal.wait_for("ended");
    assert!(
        screen.contains("ended 0") && screen.contains("verifies"),
        "{screen}"
    );
}
