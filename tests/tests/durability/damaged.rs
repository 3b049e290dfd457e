//! A state directory with missing, changed or locked files: the daemon reports what is wrong and what
//! to do, and never starts an empty log.

use crate::audited_log::AuditedLog;
use crate::{USERS, seed};
use secinfo_tests::load::{Load, SeededRandom};
use secinfo_tests::{Daemon, TestHost};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How many single bytes are changed, each in a fresh copy.
const FLIPS: u64 = 40;

/// A host whose daemon was stopped gracefully, and a copy of its state to restore.
struct StoppedHost {
    host: TestHost,
    log: AuditedLog,
    whole: PathBuf,
}

impl StoppedHost {
    /// Creates a log of a few hundred events.
    async fn new(seed: u64) -> Self {
        let mut host = TestHost::with(Load::setup()).await;
        let mut load = Load::prepare(&host, &USERS, seed).await;
        let mut log = AuditedLog::begin(&host).await;
        while log.size() < 600 {
            let running = load.start();
            tokio::time::sleep(Duration::from_millis(300)).await;
            let history = load.finish(running).await;
            log.read_on().await;
            log.check_history(&history);
        }
        assert!(host.stop().success());
        let whole = host.directory().join("whole");
        copy_directory(&host.state_directory(), &whole);
        Self { host, log, whole }
    }

    fn state(&self, name: &str) -> PathBuf {
        self.host.state_directory().join(name)
    }

    fn restore_state(&self) {
        let state = self.host.state_directory();
        fs::remove_dir_all(&state).unwrap();
        copy_directory(&self.whole, &state);
    }

    /// Starts the daemon, which must refuse, and returns its last line.
    fn expect_refusal(&self) -> String {
        let said_before = self.host.log().len();
        let (config, log) = (self.host.config_file(), self.host.log_file());
        let mut daemon = Daemon::spawn(&config, &log, &[], &[]);
        let status = daemon.wait_ended();
        let said = self.host.log().split_off(said_before);
        assert_eq!(status.code(), Some(1), "{said}");
        said.lines().last().unwrap_or_default().to_owned()
    }

    /// Checks that the daemon refuses with these words, twice, and changes nothing.
    fn expect_refusals(&self, words: &[&str]) {
        let before = content(&self.host.state_directory());
        for _ in 0..2 {
            let said = self.expect_refusal();
            for word in words {
                assert!(said.contains(word), "{word:?} is not in: {said}");
            }
        }
        let after = content(&self.host.state_directory());
        for (path, bytes) in before {
            assert!(
                after.get(&path) == Some(&bytes),
                "{} was changed",
                path.display()
            );
        }
    }

    async fn expect_whole(&mut self) {
        self.restore_state();
        self.host.start_daemon().await;
        self.log.read_again().await;
        assert!(self.host.stop().success());
    }
}

/// The content of a directory, except for the lock file, which each start writes.
fn content(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(content(&path));
        } else if path.file_name().is_some_and(|name| name != "lock") {
            files.insert(path.clone(), fs::read(path).unwrap());
        }
    }
    files
}

fn copy_directory(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(status.unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_file_is_reported_and_no_empty_log_is_created() {
    let seed = seed(20_261_133);
    let mut stopped = StoppedHost::new(seed).await;

    fs::remove_file(stopped.state("vault.root")).unwrap();
    stopped.expect_refusals(&["vault.root", "missing", "backup"]);

    stopped.restore_state();
    fs::remove_dir_all(stopped.state("log")).unwrap();
    stopped.expect_refusals(&["log", "missing", "backup"]);
    assert!(!stopped.state("log").exists());

    fs::remove_file(stopped.state("vault.root")).unwrap();
    stopped.expect_refusals(&["missing", "backup"]);
    assert!(!stopped.state("log").exists());

    stopped.restore_state();
    fs::remove_file(stopped.state("log/db")).unwrap();
    stopped.expect_refusals(&["missing or empty", "backup"]);

    stopped.restore_state();
    fs::File::create(stopped.state("log/db")).unwrap();
    stopped.expect_refusals(&["missing or empty", "backup"]);

    stopped.restore_state();
    fs::write(stopped.state("master.key"), [0x17; 32]).unwrap();
    stopped.expect_refusals(&["master key", "give back the former"]);

    stopped.restore_state();
    fs::remove_file(stopped.state("master.key")).unwrap();
    stopped.expect_refusals(&[
        "master key is missing",
        "give back the one it was made with",
    ]);

    stopped.expect_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_was_cut_is_refused_with_the_number_of_events_that_are_left() {
    let seed = seed(20_261_134);
    let mut stopped = StoppedHost::new(seed).await;
    let length = fs::metadata(stopped.state("log/db")).unwrap().len();
    for part in 1..8 {
        stopped.restore_state();
        let file = fs::File::options()
            .write(true)
            .open(stopped.state("log/db"))
            .unwrap();
        file.set_len(length * part / 8).unwrap();
        let said = stopped.expect_refusal();
        assert!(said.contains("damaged"), "{said}");
        assert!(said.contains("backup"), "{said}");
    }
    stopped.expect_whole().await;
}

/// A changed byte in unused space is harmless; any other is detected at the start or when the event is
/// read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_byte_of_the_log_is_always_detected() {
    let seed = seed(20_261_135);
    let mut random = SeededRandom::new(seed);
    let mut stopped = StoppedHost::new(seed).await;
    let length = fs::metadata(stopped.state("log/db")).unwrap().len();
    let (mut refused, mut found, mut harmless) = (0, 0, 0);
    for _ in 0..FLIPS {
        stopped.restore_state();
        let at = random.below(length);
        let file = fs::File::options()
            .read(true)
            .write(true)
            .open(stopped.state("log/db"))
            .unwrap();
        let mut byte = [0];
        file.read_exact_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ 0x40], at).unwrap();
        let said_before = stopped.host.log().len();
        let (config, log) = (stopped.host.config_file(), stopped.host.log_file());
        let mut daemon = Daemon::spawn(&config, &log, &[], &[]);
        if ready(&stopped.host, &mut daemon).await {
            let verified = stopped.host.secinfo(0, &["audit", "verify"], "");
            if verified.code == 0 {
                stopped.log.read_again().await;
                harmless += 1;
            } else {
                assert!(!verified.stderr.is_empty());
                found += 1;
            }
            daemon.stop();
        } else {
            let said = stopped.host.log().split_off(said_before);
            let last = said.lines().last().unwrap_or_default();
            assert!(
                last.contains("damaged") && last.contains("backup"),
                "{said}"
            );
            refused += 1;
        }
    }
    eprintln!(
        "{FLIPS} changed bytes: {refused} refused at the start, {found} found by the check, {harmless} in what is not used"
    );
    assert!(refused > 0);
    stopped.expect_whole().await;
}

/// Whether the daemon becomes ready; if not, it must have ended with an error.
async fn ready(host: &TestHost, daemon: &mut Daemon) -> bool {
    let watching = host.client(0).await.connection;
    let bus = zbus::fdo::DBusProxy::new(&watching).await.unwrap();
    let name = zbus::names::BusName::try_from(secinfo_wire::names::BUS_NAME).unwrap();
    loop {
        if !daemon.is_running() {
            assert_eq!(daemon.wait_ended().code(), Some(1), "{}", host.log());
            return false;
        }
        let owner = bus.get_connection_unix_process_id(name.clone()).await;
        if owner.is_ok_and(|pid| pid == daemon.pid()) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_second_daemon_on_the_same_directory_is_refused_and_the_first_continues() {
    let mut host = TestHost::start().await;
    let first = host.daemon().pid();
    let said_before = host.log().len();
    let mut second = Daemon::spawn(&host.config_file(), &host.log_file(), &[], &[]);
    let status = second.wait_ended();
    let said = host.log().split_off(said_before);
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("already open"), "{said}");
    assert!(said.contains(&first.to_string()), "{said}");
    host.secinfo(0, &["audit", "verify"], "").success();
    assert!(host.daemon().is_running());
}
