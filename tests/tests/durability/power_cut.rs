//! Power cuts: the disk keeps what it has received, and loses what the kernel has not written yet.

use crate::audited_log::AuditedLog;
use crate::{USERS, seed};
use rustix::process::Signal;
use secinfo_tests::disk::LoopDisk;
use secinfo_tests::load::{Load, SeededRandom};
use secinfo_tests::{Daemon, TestHost};
use std::fs;
use std::time::{Duration, Instant};

/// How often the power is cut.
const CUTS: u32 = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_50_power_cuts_under_load_nothing_that_was_acknowledged_is_lost() {
    let seed = seed(20_261_123);
    let mut random = SeededRandom::new(seed);
    let mut disk = LoopDisk::new(128);
    let state = disk.path().join("state");
    let mut host = TestHost::with(Load::setup().state(&state)).await;
    let mut load = Load::prepare(&host, &USERS, seed).await;
    let mut log = AuditedLog::begin(&host).await;
    let begun = Instant::now();
    let (mut done, mut lost) = (0, 0);
    for _ in 0..CUTS {
        let running = load.start();
        tokio::time::sleep(Duration::from_millis(20 + random.below(600))).await;
        freeze(host.daemon());
        disk.cut_power(|| host.kill());
        let history = load.finish(running).await;
        host.start_daemon().await;
        log.read_on().await;
        log.check_history(&history);
        let after_restart = load.check_after_restart(|effect| log.has(effect)).await;
        log.read_on().await;
        log.check_history(&after_restart);
        done += history.done() + after_restart.done();
        lost += history.lost();
    }
    log.read_again().await;
    assert!(host.stop().success());
    log.verify_on_disk(&state);
    eprintln!(
        "{CUTS} power cuts in {:.1?}: {done} requests acknowledged, {lost} without an answer, {} events",
        begun.elapsed(),
        log.size()
    );
    assert!(done > 500 && lost > 10, "the power was cut at work");
}

/// Stops every thread of the daemon.
fn freeze(daemon: &Daemon) {
    daemon.signal(Signal::STOP);
    let tasks = format!("/proc/{}/task", daemon.pid());
    let stopped = || {
        fs::read_dir(&tasks).unwrap().all(|task| {
            let stat = fs::read_to_string(task.unwrap().path().join("stat")).unwrap_or_default();
            // proc(5): the state follows the name, which ends with the last parenthesis.
            stat.rsplit(')')
                .next()
                .is_some_and(|rest| rest.trim_start().starts_with('T'))
        })
    };
    while !stopped() {
        std::thread::sleep(Duration::from_millis(1));
    }
}
