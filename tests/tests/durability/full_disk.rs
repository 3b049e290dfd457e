//! A full disk: nothing is accepted that cannot be written, and nothing else fails.

use crate::audited_log::AuditedLog;
use crate::{USERS, seed};
use secinfo_tests::disk::MemoryDisk;
use secinfo_tests::load::{History, Load, SeededRandom};
use secinfo_tests::{ROOT, ROOT_PATH, Setup, TestHost};
use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};
use zbus::OwnedVariant;

/// How long the load runs in each state of the disk.
const PERIOD: Duration = Duration::from_millis(300);

/// How long it may take until something is written again.
const PATIENCE: Duration = Duration::from_secs(30);

fn setup(state: &Path) -> Setup {
    Load::setup()
        .state(state)
        .daemon("free_space_reserve = \"1MiB\"\nverification_reserve = \"1MiB\"")
}

async fn run(load: &mut Load, how_long: Duration) -> History {
    let running = load.start();
    tokio::time::sleep(how_long).await;
    load.finish(running).await
}

async fn is_healthy(host: &TestHost) -> bool {
    let status: HashMap<String, OwnedVariant> = host
        .client(ROOT)
        .await
        .call(ROOT_PATH, "Manager", "GetStatus", &())
        .await
        .unwrap();
    bool::try_from(status["healthy"].try_clone().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_disk_is_full_no_user_is_verified_and_afterwards_all_are() {
    let seed = seed(20_261_124);
    let directory = tempfile::tempdir().unwrap();
    let disk = MemoryDisk::mount_at(&directory.path().join("disk"), 32);
    let state = directory.path().join("disk/state");
    let mut host = TestHost::with(setup(&state)).await;
    let mut load = Load::prepare(&host, &USERS, seed).await;
    let mut log = AuditedLog::begin(&host).await;
    let pid = host.daemon().pid();
    for _ in 0..5 {
        let before = run(&mut load, PERIOD).await;
        assert!(before.done() > 0 && before.refused == 0);
        log.read_on().await;
        log.check_history(&before);

        let filler = disk.fill();
        let during = run(&mut load, PERIOD).await;
        assert_eq!(during.done(), 0, "nothing is acknowledged");
        assert!(during.refused > 0 && during.lost() == 0);
        assert!(!is_healthy(&host).await);
        // Reading still works, and finds nothing new.
        log.read_again().await;
        drop(filler);

        let after = run(&mut load, PERIOD).await;
        assert!(after.done() > 0 && after.refused == 0);
        assert!(is_healthy(&host).await);
        log.read_on().await;
        let both = History {
            operations: [during.operations, after.operations].concat(),
            ..after
        };
        log.check_history(&both);
    }
    assert_eq!(host.daemon().pid(), pid);
    host.restart().await;
    let after_restart = load.check_after_restart(|effect| log.has(effect)).await;
    log.read_on().await;
    log.check_history(&after_restart);
    assert!(host.stop().success());
    log.verify_on_disk(&state);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fills_up_during_writes_loses_nothing_that_was_acknowledged() {
    let seed = seed(20_261_125);
    let mut random = SeededRandom::new(seed);
    let directory = tempfile::tempdir().unwrap();
    let disk = MemoryDisk::mount_at(&directory.path().join("disk"), 32);
    let state = directory.path().join("disk/state");
    let mut host = TestHost::with(setup(&state)).await;
    let mut load = Load::prepare(&host, &USERS, seed).await;
    let mut log = AuditedLog::begin(&host).await;
    let pid = host.daemon().pid();
    let running = load.start();
    for _ in 0..30 {
        tokio::time::sleep(Duration::from_millis(random.below(60))).await;
        let filler = disk.fill();
        tokio::time::sleep(Duration::from_millis(60 + random.below(60))).await;
        drop(filler);
    }
    let history = load.finish(running).await;
    assert!(history.done() > 0 && history.refused > 0 && history.lost() == 0);
    assert_eq!(host.daemon().pid(), pid);
    let after_restart = run(&mut load, PERIOD).await;
    assert!(after_restart.done() > 0 && after_restart.refused == 0);
    log.read_on().await;
    let both = History {
        operations: [history.operations, after_restart.operations].concat(),
        ..history
    };
    log.check_history(&both);
    host.restart().await;
    log.read_again().await;
}

/// With the log on a separate disk, the daemon cannot see beforehand that it is full, so the storage
/// engine fails in the middle of a write.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_fails_halfway_is_refused_and_the_daemon_recovers() {
    let seed = seed(20_261_126);
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    let mut host = TestHost::with(setup(&state)).await;
    let mut load = Load::prepare(&host, &USERS, seed).await;
    let mut log = AuditedLog::begin(&host).await;
    assert!(host.stop().success());
    let (log_directory, aside) = (state.join("log"), directory.path().join("aside"));
    std::fs::rename(&log_directory, &aside).unwrap();
    let disk = MemoryDisk::mount_at(&log_directory, 16);
    let moved = std::process::Command::new("cp")
        .arg("-a")
        .arg(aside.join("."))
        .arg(&log_directory)
        .status();
    assert!(moved.unwrap().success());
    host.start_daemon().await;
    let pid = host.daemon().pid();
    for _ in 0..5 {
        let before = run(&mut load, PERIOD).await;
        assert!(before.done() > 0 && before.refused == 0);
        log.read_on().await;
        log.check_history(&before);

        let filler = disk.fill();
        // The space that the file has already allocated is used first.
        let mut during = History::default();
        while during.refused == 0 {
            let more = run(&mut load, PERIOD).await;
            assert_eq!(more.lost(), 0);
            during.operations.extend(more.operations);
            during.refused += more.refused;
        }
        assert!(!is_healthy(&host).await);
        drop(filler);

        // On a busy machine the first writes take longer than a period.
        let (mut after, freed) = (History::default(), Instant::now());
        while after.done() == 0 && freed.elapsed() < PATIENCE {
            let more = run(&mut load, PERIOD).await;
            after.operations.extend(more.operations);
            after.refused += more.refused;
        }
        assert!(after.done() > 0);
        assert!(is_healthy(&host).await);
        log.read_on().await;
        let both = History {
            operations: [during.operations, after.operations].concat(),
            ..after
        };
        log.check_history(&both);
    }
    assert!(host.log().contains("os error 28"), "{}", host.log());
    assert_eq!(host.daemon().pid(), pid);
    host.restart().await;
    log.read_again().await;
    let after_restart = load.check_after_restart(|effect| log.has(effect)).await;
    log.read_on().await;
    log.check_history(&after_restart);
    assert!(host.stop().success());
    log.verify_on_disk(&state);
}
