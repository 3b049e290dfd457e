//! SIGTERM under load.

use crate::audited_log::AuditedLog;
use crate::{USERS, seed};
use secinfo_tests::TestHost;
use secinfo_tests::load::{Load, SeededRandom};
use std::time::Duration;

/// How often the daemon is stopped.
const STOPS: u32 = 30;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopping_daemon_answers_everything_that_it_has_accepted() {
    let seed = seed(20_261_128);
    let mut random = SeededRandom::new(seed);
    let mut host = TestHost::with(Load::setup()).await;
    let mut load = Load::prepare(&host, &USERS, seed).await;
    let mut log = AuditedLog::begin(&host).await;
    let (mut done, mut lost) = (0, 0);
    for _ in 0..STOPS {
        let running = load.start();
        tokio::time::sleep(Duration::from_millis(20 + random.below(200))).await;
        assert!(host.stop().success(), "{}", host.log());
        let history = load.finish(running).await;
        assert_eq!(history.refused, 0, "the log could be written to the end");
        lost += history.lost();
        done += history.done();
        host.start_daemon().await;
        log.read_on().await;
        log.check_history(&history);
        let after_restart = load.check_after_restart(|effect| log.has(effect)).await;
        log.read_on().await;
        log.check_history(&after_restart);
    }
    eprintln!("{STOPS} stops: {done} requests acknowledged, {lost} without an answer");
    assert_eq!(lost, 0, "everything was answered");
    assert!(done > 100);
}
