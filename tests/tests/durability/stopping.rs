//! SIGTERM under load.

use crate::record::Record;
use crate::{USERS, seed};
use secinfo_tests::Host;
use secinfo_tests::load::{Dice, Load};
use std::time::Duration;

/// How often the daemon is stopped.
const STOPS: u32 = 30;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_the_daemon_answers_everything_that_it_has_accepted() {
    let seed = seed(20_261_128);
    let mut dice = Dice::new(seed);
    let mut host = Host::with(Load::setup()).await;
    let mut load = Load::prepare(&host, &USERS, seed).await;
    let mut record = Record::begin(&host).await;
    let (mut done, mut lost) = (0, 0);
    for _ in 0..STOPS {
        let running = load.start();
        tokio::time::sleep(Duration::from_millis(20 + dice.below(200))).await;
        assert!(host.stop().success(), "{}", host.log());
        let account = load.finish(running).await;
        assert_eq!(account.refused, 0, "the log could be written to the end");
        lost += account.lost();
        done += account.done();
        host.start_daemon().await;
        record.read_on().await;
        record.hold_against(&account);
        let settled = load.hold_daemon_to_account(|deed| record.has(deed)).await;
        record.read_on().await;
        record.hold_against(&settled);
    }
    eprintln!("{STOPS} stops: {done} requests acknowledged, {lost} without an answer");
    assert_eq!(lost, 0, "everything was answered");
    assert!(done > 100);
}
