//! SIGKILL at random moments.

use crate::record::Record;
use crate::{USERS, seed};
use secinfo_tests::load::{Dice, Load};
use secinfo_tests::{Daemon, Host};
use std::time::{Duration, Instant};

/// How often the daemon is killed.
const KILLS: u64 = 200;
/// The writer waits so long for work before it writes a snapshot.
const IDLE: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_200_times_under_load_the_daemon_loses_nothing_that_it_acknowledged() {
    let seed = seed(20_261_122);
    let mut dice = Dice::new(seed);
    let mut host = Host::with(Load::setup()).await;
    let mut load = Load::prepare(&host, &USERS, seed).await;
    let mut record = Record::begin(&host).await;
    let begun = Instant::now();
    let (mut done, mut lost, mut checkpoints) = (0, 0, 0);
    for round in 1..=KILLS {
        let running = load.start();
        tokio::time::sleep(Duration::from_millis(20 + dice.below(400))).await;
        let account = if round % 50 == 0 {
            // Killed while it writes a snapshot, or about then.
            let account = load.finish(running).await;
            tokio::time::sleep(IDLE + Duration::from_millis(dice.below(12))).await;
            host.kill();
            account
        } else {
            host.kill();
            load.finish(running).await
        };
        if round % 10 == 0 {
            kill_while_it_starts(&host, &mut dice);
        }
        host.start_daemon().await;
        record.read_on().await;
        record.hold_against(&account);
        let settled = load.hold_daemon_to_account(|deed| record.has(deed)).await;
        record.read_on().await;
        record.hold_against(&settled);
        if round % 20 == 5 {
            record.read_again().await;
            // What comes next starts from a snapshot.
            host.restart().await;
        }
        done += account.done() + settled.done();
        lost += account.lost();
        checkpoints += account.checkpoints.len();
    }
    record.read_again().await;
    assert!(host.stop().success());
    record.verify_on_disk(&host.state_directory());
    eprintln!(
        "{KILLS} kills in {:.1?}: {done} requests acknowledged, {lost} without an answer, {checkpoints} checkpoints, {} events",
        begun.elapsed(),
        record.size()
    );
    assert!(done > 1000 && lost > 50, "the daemon was killed at work");
}

fn kill_while_it_starts(host: &Host, dice: &mut Dice) {
    let daemon = Daemon::spawn(&host.config_file(), &host.log_file(), &[], &[]);
    std::thread::sleep(Duration::from_millis(dice.below(80)));
    daemon.kill();
}
