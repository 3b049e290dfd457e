//! SIGKILL at random moments.

use crate::audited_log::AuditedLog;
use crate::{USERS, seed};
use secinfo_tests::load::{Load, SeededRandom};
use secinfo_tests::{Daemon, TestHost};
use std::time::{Duration, Instant};

/// How often the daemon is killed.
const KILLS: u64 = 200;
/// How long the writer is idle before it writes a snapshot.
const IDLE: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_200_times_under_load_the_daemon_loses_nothing_that_it_acknowledged() {
    let seed = seed(20_261_122);
    let mut random = SeededRandom::new(seed);
    let mut host = TestHost::with(Load::setup()).await;
    let mut load = Load::prepare(&host, &USERS, seed).await;
    let mut log = AuditedLog::begin(&host).await;
    let begun = Instant::now();
    let (mut done, mut lost, mut checkpoints) = (0, 0, 0);
    for round in 1..=KILLS {
        let running = load.start();
        tokio::time::sleep(Duration::from_millis(20 + random.below(400))).await;
        let history = if round % 50 == 0 {
            // Kills it while it writes a snapshot, or about then.
            let history = load.finish(running).await;
            tokio::time::sleep(IDLE + Duration::from_millis(random.below(12))).await;
            host.kill();
            history
        } else {
            host.kill();
            load.finish(running).await
        };
        if round % 10 == 0 {
            kill_while_it_starts(&host, &mut random);
        }
        host.start_daemon().await;
        log.read_on().await;
        log.check_history(&history);
        let after_restart = load.check_after_restart(|effect| log.has(effect)).await;
        log.read_on().await;
        log.check_history(&after_restart);
        if round % 20 == 5 {
            log.read_again().await;
            // The next start uses a snapshot.
            host.restart().await;
        }
        done += history.done() + after_restart.done();
        lost += history.lost();
        checkpoints += history.checkpoints.len();
    }
    log.read_again().await;
    assert!(host.stop().success());
    log.verify_on_disk(&host.state_directory());
    eprintln!(
        "{KILLS} kills in {:.1?}: {done} requests acknowledged, {lost} without an answer, {checkpoints} checkpoints, {} events",
        begun.elapsed(),
        log.size()
    );
    assert!(done > 1000 && lost > 50, "the daemon was killed at work");
}

fn kill_while_it_starts(host: &TestHost, random: &mut SeededRandom) {
    let daemon = Daemon::spawn(&host.config_file(), &host.log_file(), &[], &[]);
    std::thread::sleep(Duration::from_millis(random.below(80)));
    daemon.kill();
}
