//! Every write fails once in every way: nothing that was acknowledged is lost, nothing that was not
//! is claimed, and the ledger goes on.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod fixture;

use fixture::{Content, Place};
use secinfo_ledger::{Commit, FaultMode, Ledger, LedgerError, MasterKey, WritePoint};

const MODES: [FaultMode; 3] = [FaultMode::Before, FaultMode::After, FaultMode::Half];

type Step = fn(&Content) -> (Commit, Content);

const STEPS: [Step; 10] = [
    |content| content.with_events(1),
    |content| content.with_key(1),
    |content| content.with_events(100),
    |content| content.with_key(5),
    |content| content.with_events(200),
    |content| content.with_key(2),
    |content| content.without_key(1),
    |content| content.with_events(700),
    |content| content.without_key(5),
    |content| content.with_events(1),
];

/// Which of the two the ledger holds; panics if neither.
fn settle(ledger: &Ledger, before: Content, after: Content) -> Content {
    let reader = ledger.reader();
    let settled = if reader.log.size() == after.events.len() as u64 {
        after
    } else {
        before
    };
    settled.expect_in(&reader);
    settled
}

/// Opens a ledger whose making may fail once.
fn open_despite_fault(place: &Place) -> Ledger {
    place.try_open().unwrap_or_else(|_| {
        // A kill at this point leaves no more and no less.
        Content::default().expect_in(&place.as_after_a_kill().open().reader());
        place.open()
    })
}

/// Runs all steps with one fault. Returns whether it struck.
fn run(point: WritePoint, mode: FaultMode, passes: u32) -> bool {
    let place = Place::new();
    place.faults.arm(point, mode, passes);
    let mut ledger = open_despite_fault(&place);
    let mut content = Content::default();
    for step in &STEPS {
        let (commit, after) = step(&content);
        match ledger.append(commit) {
            Ok(size) => {
                assert_eq!(size, after.events.len() as u64);
                content = after;
                content.expect_in(&ledger.reader());
            }
            Err(error) => {
                // Readers go on with what was durable before, and do not see what was refused.
                assert_eq!(ledger.reader().log.size(), content.events.len() as u64);
                assert_eq!(fixture::read_all(&ledger.reader()).unwrap(), content.events);
                let killed = place.as_after_a_kill();
                settle(&killed.open(), content.clone(), after.clone());
                if ledger.suspended().is_some() {
                    let refused = ledger.append(content.with_events(1).0).unwrap_err();
                    assert!(
                        matches!(refused, LedgerError::Suspended { .. }),
                        "after {error}: {refused}"
                    );
                }
                let size = ledger.recover().unwrap();
                content = settle(&ledger, content, after.clone());
                assert_eq!(size, content.events.len() as u64);
                if size < after.events.len() as u64 {
                    content = content.append(&mut ledger, step);
                }
            }
        }
        if ledger.suspended().is_some() {
            // After the commit was acknowledged, while tiles were stored.
            content.expect_in(&place.as_after_a_kill().open().reader());
            ledger.recover().unwrap();
            content.expect_in(&ledger.reader());
        }
        if ledger
            .reader()
            .snapshot
            .write(content.events.len() as u64, b"state")
            .is_err()
        {
            assert!(
                ledger
                    .reader()
                    .snapshot
                    .read()
                    .is_none_or(|(_, state)| *state == b"state")
            );
        }
    }
    drop(ledger);
    // What fails when it is closed or opened again stops no second try.
    let reopened = place.try_open().unwrap_or_else(|_| place.open());
    content.expect_in(&reopened.reader());
    !place.faults.disarm()
}

fn every_write_fails(mode: FaultMode) {
    for point in WritePoint::ALL {
        let elsewhere = [
            WritePoint::KeyFile,
            WritePoint::RootTags,
            WritePoint::RestoreDecided,
            WritePoint::RestoreMoved,
            WritePoint::RestoreSettled,
        ];
        if elsewhere.contains(&point) {
            continue;
        }
        let struck = (0..8)
            .take_while(|passes| run(point, mode, *passes))
            .count();
        assert!(struck > 0, "{point:?} was never passed");
    }
}

#[test]
fn every_write_may_fail_before_it_is_made() {
    every_write_fails(FaultMode::Before);
}

#[test]
fn every_write_may_fail_after_it_is_made() {
    every_write_fails(FaultMode::After);
}

#[test]
fn every_write_may_fail_half_way() {
    every_write_fails(FaultMode::Half);
}

#[test]
fn making_the_key_file_may_fail() {
    for point in [WritePoint::KeyFile, WritePoint::DirectorySync] {
        for mode in MODES {
            let place = Place::new();
            std::fs::create_dir(place.path()).unwrap();
            let path = place.path().join("master.key");
            place.faults.arm(point, mode, 0);
            assert!(MasterKey::load_or_create_with(&path, &place.faults).is_err());
            let key = MasterKey::load_or_create_with(&path, &place.faults).unwrap();
            drop(Ledger::open(&place.path(), key, place.options()).unwrap());
            let key = MasterKey::load(&path).unwrap();
            drop(Ledger::open(&place.path(), key, place.options()).unwrap());
        }
    }
}

#[test]
fn a_recovery_may_fail_and_be_tried_again() {
    let place = Place::new();
    let mut ledger = place.open();
    let reader = ledger.reader();
    let content = Content::default().append(&mut ledger, |content| content.with_key(1));
    place
        .faults
        .arm(WritePoint::JournalSync, FaultMode::Before, 0);
    let (commit, after) = content.with_events(3);
    let error = ledger.append(commit).unwrap_err();
    assert!(matches!(error, LedgerError::Storage { .. }), "{error}");
    for point in [
        WritePoint::DirectorySync,
        WritePoint::JournalFlushed,
        WritePoint::LogFlush,
        WritePoint::LogSync,
        WritePoint::JournalErase,
    ] {
        place.faults.arm(point, FaultMode::Before, 0);
        assert!(ledger.recover().is_err());
        assert!(ledger.suspended().is_some());
        assert_eq!(reader.log.size(), 1);
        assert!(matches!(reader.log.read(0, 1, 1), Err(LedgerError::Closed)));
    }
    ledger.recover().unwrap();
    let content = settle(&ledger, content, after);
    content
        .append(&mut ledger, |content| content.without_key(1))
        .expect_in(&reader);
}
