//! The command on a terminal, with a key that is plugged in.

use super::*;
use secinfo_test_key::{Authenticator, Ports};
use secinfo_tests::{Dialogue, Pty, binary};
use std::process::Command;
use tempfile::TempDir;

const PIN: &str = "correct horse";

/// The command as Alice runs it, where keys are plugged into these ports.
fn secinfo(host: &TestHost, ports: &Ports, arguments: &[&str]) -> Command {
    let mut command = ports.command("setpriv");
    let uid = format!("--reuid={ALICE}");
    let gid = format!("--regid={ALICE}");
    command
        .args([&uid, &gid, "--clear-groups", "--"])
        .arg(binary("secinfo"))
        .args(arguments)
        .env("SECINFO_BUS_ADDRESS", host.bus().address())
        .env("LC_ALL", "C.UTF-8")
        .env_remove("SSH_CONNECTION");
    command
}

/// Alice with an app, and ports.
async fn at_a_desk() -> (TestHost, App, Ports, TempDir) {
    let host = TestHost::with(setup()).await;
    let alice = host.client(ALICE).await;
    let app = alice.enroll_app("Phone", 10).await;
    let directory = TempDir::new().unwrap();
    let ports = Ports::new(directory.path());
    (host, app, ports, directory)
}

fn prove_first(dialogue: &mut Dialogue<'_>, app: &mut App) {
    dialogue.expect("First prove that it is you.");
    dialogue.when_asked("authenticator app", &app.codes.fresh());
}

#[tokio::test]
async fn a_key_is_added_in_a_dialogue_and_then_proves_its_owner() {
    let (host, mut app, mut ports, _directory) = at_a_desk().await;
    let pty = Pty::open();
    let add = ["add", "security-key", "--label", "Key ring"];
    let mut dialogue = pty.run(&secinfo(&host, &ports, &add));
    prove_first(&mut dialogue, &mut app);
    dialogue.expect("Plug in your security key, then press Enter:");
    let key = ports.plug(Authenticator::new().with_pin(PIN), "Test Key");
    dialogue.answer("");
    dialogue.expect("Found: Test Key.");
    dialogue.when_asked("PIN of the key:", "123");
    dialogue.expect("that was not sent to the security key.");
    dialogue.when_asked("PIN of the key:", "wrong");
    dialogue.expect("That PIN is not right. Tries left: 7.");
    dialogue.when_asked("PIN of the key:", PIN);
    dialogue.expect("Touch the key when it blinks.");
    dialogue.expect("Registered. Touch it once more");
    dialogue.expect("Added: Security key (Key ring).");
    let (status, rest) = dialogue.ended();
    assert!(status.success(), "{rest}");
    assert!(rest.contains("Add a second security key"), "{rest}");
    assert_eq!(key.lock().key.credentials(), 1);

    let mut dialogue = pty.run(&secinfo(&host, &ports, &add));
    prove_first(&mut dialogue, &mut app);
    let (status, rest) = dialogue.ended();
    assert_eq!(status.code(), Some(1), "{rest}");
    assert!(
        rest.contains("is registered already: use another one"),
        "{rest}"
    );

    let verify = ["verify", "--method", "Key ring"];
    let mut dialogue = pty.run(&secinfo(&host, &ports, &verify));
    dialogue.when_asked("PIN of your security key (Key ring):", PIN);
    dialogue.expect("Touch it when it blinks.");
    dialogue.expect("Verified by security key.");
    let text = dialogue.ended().1;
    assert!(!text.contains(PIN), "the PIN is not shown: {text}");
}

#[tokio::test]
async fn a_key_without_a_pin_is_given_one() {
    let (host, mut app, mut ports, _directory) = at_a_desk().await;
    let key = ports.plug(Authenticator::new(), "New Key");
    let pty = Pty::open();
    let mut dialogue = pty.run(&secinfo(&host, &ports, &["add", "security-key"]));
    prove_first(&mut dialogue, &mut app);
    dialogue.when_asked("Choose one with at least 4 characters:", PIN);
    dialogue.when_asked("The same PIN again:", "another");
    dialogue.expect("Those were not the same: choose again.");
    dialogue.when_asked("Choose one with at least 4 characters:", PIN);
    dialogue.when_asked("The same PIN again:", PIN);
    dialogue.expect("Added: Security key");
    let (status, rest) = dialogue.ended();
    assert!(status.success(), "{rest}");
    assert!(key.lock().key.has_pin(PIN));
}

#[tokio::test]
async fn over_ssh_and_without_a_terminal_it_is_said_what_to_do_instead() {
    let (host, _app, ports, _directory) = at_a_desk().await;
    let pty = Pty::open();
    let mut remote = secinfo(&host, &ports, &["add", "security-key"]);
    remote.env("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22");
    let (status, text) = pty.run(&remote).ended();
    assert_eq!(status.code(), Some(1), "{text}");
    assert!(text.contains("cannot be reached over SSH"), "{text}");
    assert!(text.contains("--exchange"), "{text}");
    let refused = host.secinfo(ALICE, &["add", "security-key"], "");
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused.stderr.contains("run this on a terminal"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn another_method_is_a_question_mark_away() {
    let (host, mut app, mut ports, _directory) = at_a_desk().await;
    let alice = host.client(ALICE).await;
    alice.prove(&mut app).await;
    add(&alice, &mut Browser::new(LOCAL)).await;
    ports.plug(Authenticator::new().with_pin(PIN), "Stranger");
    let pty = Pty::open();
    let verify = ["verify", "--method", "security-key"];
    let mut dialogue = pty.run(&secinfo(&host, &ports, &verify));
    dialogue.expect("None of your security keys is plugged in.");
    dialogue.when_asked("Plug in one of your security keys", "?");
    dialogue.when_asked("Number of the method", "2");
    dialogue.when_asked("authenticator app", &app.codes.fresh());
    dialogue.expect("Verified by");
}

#[tokio::test]
async fn a_device_that_claims_to_be_the_users_key_is_told_no_pin() {
    let (host, mut app, mut ports, _directory) = at_a_desk().await;
    let key = ports.plug(Authenticator::new().with_pin(PIN), "Test Key");
    let pty = Pty::open();
    let mut dialogue = pty.run(&secinfo(&host, &ports, &["add", "security-key"]));
    prove_first(&mut dialogue, &mut app);
    dialogue.when_asked("PIN of the key:", PIN);
    dialogue.expect("Added: Security key");
    assert!(dialogue.ended().0.success());
    ports.unplug(0);

    let mut lies = Authenticator::new().with_pin(PIN);
    lies.claims_all = true;
    let liar = ports.plug(lies, "Liar");
    let verify = ["verify", "--method", "security-key"];
    let mut dialogue = pty.run(&secinfo(&host, &ports, &verify));
    dialogue.expect("None of your security keys is plugged in.");
    dialogue.when_asked("Plug in one of your security keys", PIN);
    dialogue.expect("None of your security keys is plugged in.");
    let key = std::mem::take(&mut key.lock().key);
    ports.plug(key, "Test Key");
    dialogue.when_asked("Plug in one of your security keys", "");
    dialogue.when_asked("PIN of your security key", PIN);
    dialogue.expect("Verified by security key.");
    assert!(!liar.lock().commands.contains(&0x06));
}
