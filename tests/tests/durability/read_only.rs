//! A read-only disk.

use crate::audited_log::AuditedLog;
use crate::{USERS, seed};
use secinfo_tests::disk::LoopDisk;
use secinfo_tests::load::Load;
use secinfo_tests::{Daemon, ROOT, ROOT_PATH, TestHost};
use std::collections::HashMap;
use std::time::Duration;
use zbus::OwnedVariant;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_disk_becomes_read_only_no_user_is_verified_and_nothing_acknowledged_is_lost() {
    let seed = seed(20_261_127);
    let mut disk = LoopDisk::new(64);
    let state = disk.path().join("state");
    let mut host = TestHost::with(Load::setup().state(&state)).await;
    let mut load = Load::prepare(&host, &USERS, seed).await;
    let mut log = AuditedLog::begin(&host).await;
    let running = load.start();
    tokio::time::sleep(Duration::from_millis(300)).await;
    disk.fail();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let history = load.finish(running).await;
    assert!(history.done() > 0 && history.refused > 0 && history.lost() == 0);
    let root = host.client(ROOT).await;
    let status: HashMap<String, OwnedVariant> = root
        .call(ROOT_PATH, "Manager", "GetStatus", &())
        .await
        .unwrap();
    assert!(!bool::try_from(status["healthy"].try_clone().unwrap()).unwrap());
    assert!(
        !root.methods_of(USERS[0]).await.is_empty(),
        "what is in memory is readable"
    );
    assert!(host.stop().success());

    disk.repair();
    host.start_daemon().await;
    log.read_on().await;
    log.check_history(&history);
    let after_restart = load.check_after_restart(|effect| log.has(effect)).await;
    log.read_on().await;
    log.check_history(&after_restart);
    assert!(host.stop().success());
    log.verify_on_disk(&state);
}

#[tokio::test]
async fn on_a_read_only_disk_the_daemon_reports_it_and_does_not_start() {
    let disk = LoopDisk::new(64);
    let state = disk.path().join("state");
    let mut host = TestHost::with(Load::setup().state(&state)).await;
    assert!(host.stop().success());
    disk.make_read_only();
    let mut refused = Daemon::spawn(&host.config_file(), &host.log_file(), &[], &[]);
    assert!(!refused.wait_ended().success());
    let said = refused.log();
    let last = said.lines().last().unwrap_or_default();
    assert!(last.contains("Read-only file system"), "{said}");
    assert!(last.contains(state.to_str().unwrap()), "{said}");
}
