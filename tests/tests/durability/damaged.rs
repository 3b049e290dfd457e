//! A state directory of which something is missing, changed or taken: the daemon says what and
//! what to do, and never begins an empty log beside it.

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

/// How many single bytes are changed, each in a copy of its own.
const FLIPS: u64 = 40;

/// A host whose daemon was stopped in order, and a copy of its state to put back.
struct Patient {
    host: TestHost,
    log: AuditedLog,
    whole: PathBuf,
}

impl Patient {
    /// A log of some hundred events.
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

    fn put_back(&self) {
        let state = self.host.state_directory();
        fs::remove_dir_all(&state).unwrap();
        copy_directory(&self.whole, &state);
    }

    /// Starts the daemon, which must refuse: what it says last.
    fn expect_refusal(&self) -> String {
        let said_before = self.host.log().len();
        let (config, log) = (self.host.config_file(), self.host.log_file());
        let mut daemon = Daemon::spawn(&config, &log, &[], &[]);
        let status = daemon.wait_ended();
        let said = self.host.log().split_off(said_before);
        assert_eq!(status.code(), Some(1), "{said}");
        said.lines().last().unwrap_or_default().to_owned()
    }

    /// That the daemon refuses with these words, twice, and touches nothing.
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
        self.put_back();
        self.host.start_daemon().await;
        self.log.read_again().await;
        assert!(self.host.stop().success());
    }
}

/// What is in a directory, but for what each start writes: who has it open.
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
async fn what_is_missing_is_named_and_no_empty_log_is_begun_beside_what_is_left() {
    let seed = seed(20_261_133);
    let mut patient = Patient::new(seed).await;

    fs::remove_file(patient.state("vault.root")).unwrap();
    patient.expect_refusals(&["vault.root", "missing", "backup"]);

    patient.put_back();
    fs::remove_dir_all(patient.state("log")).unwrap();
    patient.expect_refusals(&["log", "missing", "backup"]);
    assert!(!patient.state("log").exists());

    fs::remove_file(patient.state("vault.root")).unwrap();
    patient.expect_refusals(&["missing", "backup"]);
    assert!(!patient.state("log").exists());

    patient.put_back();
    fs::remove_file(patient.state("log/db")).unwrap();
    patient.expect_refusals(&["missing or empty", "backup"]);

    patient.put_back();
    fs::File::create(patient.state("log/db")).unwrap();
    patient.expect_refusals(&["missing or empty", "backup"]);

    patient.put_back();
    fs::write(patient.state("master.key"), [0x17; 32]).unwrap();
    patient.expect_refusals(&["master key", "give back the former"]);

    patient.put_back();
    fs::remove_file(patient.state("master.key")).unwrap();
    patient.expect_refusals(&[
        "master key is missing",
        "give back the one it was made with",
    ]);

    patient.expect_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_was_cut_is_refused_with_the_number_of_events_that_are_left() {
    let seed = seed(20_261_134);
    let mut patient = Patient::new(seed).await;
    let length = fs::metadata(patient.state("log/db")).unwrap().len();
    for part in 1..8 {
        patient.put_back();
        let file = fs::File::options()
            .write(true)
            .open(patient.state("log/db"))
            .unwrap();
        file.set_len(length * part / 8).unwrap();
        let said = patient.expect_refusal();
        assert!(said.contains("damaged"), "{said}");
        assert!(said.contains("backup"), "{said}");
    }
    patient.expect_whole().await;
}

/// A changed byte in what is no longer used harms nothing; any other is found at the start, or by
/// whoever reads that event.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_byte_of_the_log_never_passes_for_what_was_written() {
    let seed = seed(20_261_135);
    let mut random = SeededRandom::new(seed);
    let mut patient = Patient::new(seed).await;
    let length = fs::metadata(patient.state("log/db")).unwrap().len();
    let (mut refused, mut found, mut harmless) = (0, 0, 0);
    for _ in 0..FLIPS {
        patient.put_back();
        let at = random.below(length);
        let file = fs::File::options()
            .read(true)
            .write(true)
            .open(patient.state("log/db"))
            .unwrap();
        let mut byte = [0];
        file.read_exact_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ 0x40], at).unwrap();
        let said_before = patient.host.log().len();
        let (config, log) = (patient.host.config_file(), patient.host.log_file());
        let mut daemon = Daemon::spawn(&config, &log, &[], &[]);
        if ready(&patient.host, &mut daemon).await {
            let verified = patient.host.secinfo(0, &["audit", "verify"], "");
            if verified.code == 0 {
                patient.log.read_again().await;
                harmless += 1;
            } else {
                assert!(!verified.stderr.is_empty());
                found += 1;
            }
            daemon.stop();
        } else {
            let said = patient.host.log().split_off(said_before);
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
    patient.expect_whole().await;
}

/// Whether the daemon serves; if not, it has ended with an error.
async fn ready(host: &TestHost, daemon: &mut Daemon) -> bool {
    let watching = host.bus().connect(0).await;
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
async fn a_second_daemon_on_the_same_directory_is_refused_and_the_first_goes_on() {
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
