//! A full disk: nothing is accepted that cannot be written, and nothing else goes wrong.

use crate::record::Record;
use crate::{USERS, seed};
use secinfo_tests::disk::MemoryDisk;
use secinfo_tests::load::{Account, Dice, Load};
use secinfo_tests::{Host, ROOT, ROOT_PATH, Setup};
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;
use zbus::OwnedVariant;

/// How long the load goes on in each state of the disk.
const WHILE: Duration = Duration::from_millis(300);

fn setup(state: &Path) -> Setup {
    Load::setup()
        .state(state)
        .daemon("free_space_reserve = \"1MiB\"")
}

async fn run(load: &mut Load, how_long: Duration) -> Account {
    let running = load.start();
    tokio::time::sleep(how_long).await;
    load.finish(running).await
}

async fn is_healthy(host: &Host) -> bool {
    let status: HashMap<String, OwnedVariant> = host
        .client(ROOT)
        .await
        .call(ROOT_PATH, "Manager", "GetStatus", &())
        .await
        .unwrap();
    bool::try_from(status["healthy"].try_clone().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_disk_is_full_nobody_is_verified_and_once_there_is_room_everybody_again() {
    let seed = seed(20_261_124);
    let directory = tempfile::tempdir().unwrap();
    let disk = MemoryDisk::mount_at(&directory.path().join("disk"), 32);
    let state = directory.path().join("disk/state");
    let mut host = Host::with(setup(&state)).await;
    let mut load = Load::prepare(&host, &USERS, seed).await;
    let mut record = Record::begin(&host).await;
    let pid = host.daemon().pid();
    for _ in 0..5 {
        let before = run(&mut load, WHILE).await;
        assert!(before.done() > 0 && before.refused == 0);
        record.read_on().await;
        record.hold_against(&before);

        let filler = disk.fill();
        let during = run(&mut load, WHILE).await;
        assert_eq!(during.done(), 0, "nothing is acknowledged");
        assert!(during.refused > 0 && during.lost() == 0);
        assert!(!is_healthy(&host).await);
        // Reading goes on, and finds nothing new.
        record.read_again().await;
        drop(filler);

        let after = run(&mut load, WHILE).await;
        assert!(after.done() > 0 && after.refused == 0);
        assert!(is_healthy(&host).await);
        record.read_on().await;
        let both = Account {
            asked: [during.asked, after.asked].concat(),
            ..after
        };
        record.hold_against(&both);
    }
    assert_eq!(host.daemon().pid(), pid);
    host.restart().await;
    let settled = load.hold_daemon_to_account(|deed| record.has(deed)).await;
    record.read_on().await;
    record.hold_against(&settled);
    assert!(host.stop().success());
    record.verify_on_disk(&state);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fills_up_while_the_daemon_writes_costs_nothing_that_was_acknowledged() {
    let seed = seed(20_261_125);
    let mut dice = Dice::new(seed);
    let directory = tempfile::tempdir().unwrap();
    let disk = MemoryDisk::mount_at(&directory.path().join("disk"), 32);
    let state = directory.path().join("disk/state");
    let mut host = Host::with(setup(&state)).await;
    let mut load = Load::prepare(&host, &USERS, seed).await;
    let mut record = Record::begin(&host).await;
    let pid = host.daemon().pid();
    let running = load.start();
    for _ in 0..30 {
        tokio::time::sleep(Duration::from_millis(dice.below(60))).await;
        let filler = disk.fill();
        tokio::time::sleep(Duration::from_millis(60 + dice.below(60))).await;
        drop(filler);
    }
    let account = load.finish(running).await;
    assert!(account.done() > 0 && account.refused > 0 && account.lost() == 0);
    assert_eq!(host.daemon().pid(), pid);
    let settled = run(&mut load, WHILE).await;
    assert!(settled.done() > 0 && settled.refused == 0);
    record.read_on().await;
    let both = Account {
        asked: [account.asked, settled.asked].concat(),
        ..account
    };
    record.hold_against(&both);
    host.restart().await;
    record.read_again().await;
}

/// The log on a disk of its own, of which the daemon does not see beforehand that it is full: the
/// storage engine fails in the middle of a write.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_fails_half_way_is_refused_and_the_daemon_recovers_by_itself() {
    let seed = seed(20_261_126);
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    let mut host = Host::with(setup(&state)).await;
    let mut load = Load::prepare(&host, &USERS, seed).await;
    let mut record = Record::begin(&host).await;
    assert!(host.stop().success());
    let (log, aside) = (state.join("log"), directory.path().join("aside"));
    std::fs::rename(&log, &aside).unwrap();
    let disk = MemoryDisk::mount_at(&log, 16);
    let moved = std::process::Command::new("cp")
        .arg("-a")
        .arg(aside.join("."))
        .arg(&log)
        .status();
    assert!(moved.unwrap().success());
    host.start_daemon().await;
    let pid = host.daemon().pid();
    for _ in 0..5 {
        let before = run(&mut load, WHILE).await;
        assert!(before.done() > 0 && before.refused == 0);
        record.read_on().await;
        record.hold_against(&before);

        let filler = disk.fill();
        // What the file has allocated is used first.
        let mut during = Account::default();
        while during.refused == 0 {
            let more = run(&mut load, WHILE).await;
            assert_eq!(more.lost(), 0);
            during.asked.extend(more.asked);
            during.refused += more.refused;
        }
        assert!(!is_healthy(&host).await);
        drop(filler);

        let after = run(&mut load, WHILE).await;
        assert!(after.done() > 0);
        assert!(is_healthy(&host).await);
        record.read_on().await;
        let both = Account {
            asked: [during.asked, after.asked].concat(),
            ..after
        };
        record.hold_against(&both);
    }
    assert!(host.log().contains("os error 28"), "{}", host.log());
    assert_eq!(host.daemon().pid(), pid);
    host.restart().await;
    record.read_again().await;
    let settled = load.hold_daemon_to_account(|deed| record.has(deed)).await;
    record.read_on().await;
    record.hold_against(&settled);
    assert!(host.stop().success());
    record.verify_on_disk(&state);
}
