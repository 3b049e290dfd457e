//! Problems of backup and restore in practice: a host that already has users, a wrong clock, input
//! that does not end, signals, damage.

use crate::backup::{PASSPHRASE, back_up, enrolled, file, leftovers, restore, text};
use secinfo_break_glass::{Directory, FileName, UsedName};
use secinfo_tests::{ALICE, ALICE_NAME, ROOT, Setup, Terminal, TestHost, binary, now};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long to wait for anything.
const TIMEOUT: Duration = Duration::from_mins(1);
/// Signal 15.
const SIGTERM: i32 = 15;

/// A process, killed on drop.
struct Running(Child);

impl Running {
    fn wait_ended(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < TIMEOUT, "it has not ended");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the command for the bus at this address.
fn start(words: &[&str], bus: &str) -> Running {
    let command = Command::new(binary("secinfo"))
        .args(words)
        .env("SECINFO_BUS_ADDRESS", bus)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    Running(command.unwrap())
}

fn recipient() -> &'static str {
    let lines = include_str!("backup.key").lines();
    let mut public = lines.filter_map(|line| line.strip_prefix("# public key: "));
    public.next().unwrap()
}

/// Starts a host with a used break-glass code of Alice, as after copying `/etc/secinfo`.
async fn with_a_used_break_glass_code() -> TestHost {
    let setup = Setup::new().daemon("break_glass_directory = \"{host}/break-glass\"");
    let mut host = TestHost::without_daemon(setup).await;
    let directory = host.directory().join("break-glass");
    let words = [
        "--json",
        "break-glass",
        "--directory",
        text(&directory),
        "create",
        ALICE_NAME,
        "--count",
        "1",
    ];
    let made = host.secinfo(ROOT, &words, "").success().json();
    let id = FileName::parse(made["codes"][0]["id"].as_str().unwrap()).unwrap();
    let directory = Directory::open(&directory).unwrap().unwrap();
    let used = UsedName::new(id.id(), now(), "sshd");
    assert!(directory.use_up(&used).unwrap());
    host.start_daemon().await;
    host
}

/// Waits until the use of a break-glass code is in the log, and returns how often it is there.
async fn recorded(host: &TestHost) -> usize {
    let root = host.client(ROOT).await;
    let begun = Instant::now();
    loop {
        let events = root.events().await;
        let uses = events
            .iter()
            .filter(|event| event["type"] == "break-glass-used");
        let count = uses.count();
        if count > 0 {
            return count;
        }
        assert!(begun.elapsed() < TIMEOUT, "{}", host.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_used_break_glass_code_does_not_prevent_a_restore() {
    let old = TestHost::start().await;
    let (alice, app) = enrolled(&old, ALICE).await;
    let (backup, _) = back_up(&old, "backup.age");
    drop(alice);
    let mut new = with_a_used_break_glass_code().await;
    assert_eq!(recorded(&new).await, 1);
    let known = new.secinfo(ROOT, &["--json", "users"], "").success().json();
    assert_eq!(known.as_array().unwrap().len(), 1);
    restore(&mut new, &backup).await.success();
    let alice = new.client(ALICE).await;
    assert_eq!(alice.default_of(ALICE).await, app.path);
    // The restored log did not have it.
    assert_eq!(recorded(&new).await, 1);
}

#[tokio::test]
async fn a_clock_that_is_behind_must_be_set_before_a_restore() {
    let old = TestHost::start().await;
    let _ = enrolled(&old, ALICE).await;
    let (backup, answer) = back_up(&old, "backup.age");
    let behind = Setup::new().later("0").environment("FAKETIME", "-3h");
    let mut new = TestHost::with(behind).await;
    let passphrase = file(&new, "passphrase", PASSPHRASE);
    let words = [
        "--json",
        "restore",
        text(&backup),
        "--passphrase-file",
        text(&passphrase),
    ];
    let refused = new.secinfo(ROOT, &words, "");
    assert_eq!(refused.code, 1, "{refused:?}");
    assert_eq!(refused.json()["error"], "ClockBehind", "{refused:?}");
    let said = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(said.contains("behind what the backup holds"), "{said}");
    assert!(said.contains("set the clock first"), "{said}");
    assert!(leftovers(&new).is_empty());

    new.set_up(Setup::new());
    new.restart().await;
    let restored = restore(&mut new, &backup).await.success();
    assert!(restored.stderr.contains("the backup is"), "{restored:?}");
    let restored = restored.json();
    assert_eq!(restored["time"], answer["time"]);
    let at = restored["restored"].as_u64().unwrap();
    assert!(at.abs_diff(now()) < 600 && at >= answer["time"].as_u64().unwrap());
}

#[tokio::test]
async fn a_refused_restore_ends_before_its_input_does() {
    let host = TestHost::start().await;
    let _ = enrolled(&host, ALICE).await;
    let (backup, _) = back_up(&host, "backup.age");
    let sealed = fs::read(&backup).unwrap();
    let passphrase = host.directory().join("passphrase");
    let words = ["restore", "-", "--passphrase-file", text(&passphrase)];
    let mut command = start(&words, &host.bus().address());
    let mut input = command.0.stdin.take().unwrap();
    // Nearly all of the backup, without an end.
    input.write_all(&sealed[..sealed.len() - 1]).unwrap();
    let status = command.wait_ended();
    assert_eq!(status.code(), Some(1));
    let mut said = String::new();
    let mut errors = command.0.stderr.take().unwrap();
    errors.read_to_string(&mut said).unwrap();
    let said: Vec<_> = said.split_whitespace().collect();
    assert!(said.join(" ").contains("empty host only"), "{said:?}");
    drop(input);
}

fn names_in(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_backup_that_is_interrupted_by_a_signal_leaves_no_file() {
    let directory = tempfile::tempdir().unwrap();
    // Nothing answers there.
    let socket = directory.path().join("bus");
    let _silent = UnixListener::bind(&socket).unwrap();
    let place = directory.path().join("backups");
    fs::create_dir(&place).unwrap();
    let path = place.join("backup.age");
    let words = ["backup", text(&path), "--recipient", recipient()];
    let mut command = start(&words, &format!("unix:path={}", text(&socket)));
    let begun = Instant::now();
    while names_in(&place).is_empty() {
        assert!(begun.elapsed() < TIMEOUT, "nothing is written");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(names_in(&place)[0].extension().unwrap(), "part");
    let pid = rustix::process::Pid::from_child(&command.0);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(command.wait_ended().signal(), Some(SIGTERM));
    assert_eq!(names_in(&place), Vec::<PathBuf>::new());
}

#[test]
fn the_terminal_echoes_again_after_a_hidden_prompt_was_interrupted() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("backup.age");
    // In a separate process group, as a shell starts it.
    let script = format!(
        "trap : INT; set -m; {} backup {} --passphrase; echo \"it was $?\"; stty -a",
        text(&binary("secinfo")),
        text(&path)
    );
    let words = ["sh", "-c", &script];
    let terminal = Terminal::start(directory.path().join("terminal"), (110, 40), &words, &[]);
    terminal.wait_for("New passphrase");
    terminal.type_line("\u{3}");
    let screen = terminal.wait_for("ended");
    assert!(screen.contains("it was 130"), "{screen}");
    let modes: Vec<_> = screen.split_whitespace().collect();
    assert!(modes.contains(&"echo"), "{screen}");
    assert!(!path.exists());
}

#[tokio::test]
async fn damage_anywhere_in_the_head_of_a_backup_does_not_verify() {
    let host = TestHost::start().await;
    let _ = enrolled(&host, ALICE).await;
    let key = file(&host, "key", include_str!("backup.key"));
    let path = host.directory().join("backup.age");
    let words = ["backup", text(&path), "--recipient", recipient()];
    host.secinfo(ROOT, &words, "").success();
    let sealed = fs::read(&path).unwrap();
    let head = sealed
        .windows(4)
        .position(|bytes| bytes == b"--- ")
        .unwrap();
    let check = ["backup", "--check", text(&path), "--identity", text(&key)];
    for place in (0..head + 64).step_by(5) {
        let mut damaged = sealed.clone();
        damaged[place] ^= 1;
        fs::write(&path, &damaged).unwrap();
        let found = host.secinfo(ROOT, &check, "");
        assert_eq!(found.code, 6, "at {place}: {found:?}");
        fs::write(&path, &sealed[..place]).unwrap();
        let found = host.secinfo(ROOT, &check, "");
        assert_eq!(found.code, 6, "cut at {place}: {found:?}");
    }
    fs::write(&path, &sealed).unwrap();
    host.secinfo(ROOT, &check, "").success();
}
