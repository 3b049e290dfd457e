//! What is lost or changed behind the ledger's back is noticed, and nothing is started over.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod fixture;

use fixture::{Content, Place, events, read_all};
use secinfo_ledger::{Commit, FaultMode, Ledger, LedgerError, WritePoint, verify_all};
use std::os::unix::fs::FileExt;

fn filled() -> (Place, Content) {
    let place = Place::new();
    let mut ledger = place.open();
    let mut content = Content::default();
    for count in [1, 64, 300, 2, 500] {
        content = content.append(&mut ledger, |content| content.with_events(count));
    }
    content = content.append(&mut ledger, |content| content.with_key(1));
    drop(ledger);
    (place, content)
}

fn damaged_from(error: LedgerError) -> Option<u64> {
    match error {
        LedgerError::Damaged { from_event, .. } => from_event,
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_missing_is_not_made_anew() {
    let (place, content) = filled();
    let without: [&[&str]; 7] = [
        &["vault.root"],
        &["log"],
        &["log/db"],
        &["log/journal"],
        &["vault.root", "log"],
        &["log", "head"],
        &["vault.root", "head"],
    ];
    for names in without {
        let place = place.as_after_a_kill();
        for name in names {
            let path = place.path().join(name);
            if path.is_dir() {
                std::fs::remove_dir_all(path).unwrap();
            } else {
                std::fs::remove_file(path).unwrap();
            }
        }
        for _ in 0..2 {
            let error = place.try_open().err().unwrap();
            assert!(
                matches!(error, LedgerError::Damaged { .. }),
                "{names:?}: {error}"
            );
        }
    }
    let emptied = place.as_after_a_kill();
    std::fs::write(emptied.log().join("db"), b"").unwrap();
    assert!(matches!(
        emptied.try_open().err().unwrap(),
        LedgerError::Damaged { .. }
    ));
    content.expect_in(&place.open().reader());
}

#[test]
fn a_log_that_lost_its_end_says_from_which_event_on() {
    let (place, content) = filled();
    let db = place.log().join("db");
    let len = std::fs::metadata(&db).unwrap().len();
    let mut prefixes = 0;
    for cut in (0..40).map(|step| len * step / 40) {
        let cut_place = place.as_after_a_kill();
        std::fs::File::options()
            .write(true)
            .open(cut_place.log().join("db"))
            .unwrap()
            .set_len(cut)
            .unwrap();
        // sled's own snapshot names places in the file. Without it sled reads what is there.
        for entry in std::fs::read_dir(cut_place.log()).unwrap() {
            let path = entry.unwrap().path();
            if path
                .file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("snap.")
            {
                std::fs::remove_file(path).unwrap();
            }
        }
        match cut_place.try_open() {
            Ok(ledger) => content.expect_in(&ledger.reader()),
            Err(error) => {
                if let Some(from) = damaged_from(error) {
                    // Who accepts the loss removes the note, and has a clean prefix.
                    std::fs::remove_file(cut_place.path().join("head")).unwrap();
                    let ledger = cut_place.open();
                    assert_eq!(ledger.reader().log.size(), from);
                    verify_all(&ledger.reader()).unwrap();
                    assert!(
                        content
                            .events
                            .starts_with(&read_all(&ledger.reader()).unwrap())
                    );
                    prefixes += 1;
                }
            }
        }
    }
    assert!(prefixes > 0);
}

#[test]
fn a_flipped_byte_is_an_error_or_does_no_harm() {
    let (place, content) = filled();
    let len = std::fs::metadata(place.log().join("db")).unwrap().len();
    let mut noticed = 0;
    for at in (0..len).step_by(usize::try_from(len / 97).unwrap()) {
        let flipped = place.as_after_a_kill();
        let file = std::fs::File::options()
            .read(true)
            .write(true)
            .open(flipped.log().join("db"))
            .unwrap();
        let mut byte = [0];
        file.read_exact_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ 0x10], at).unwrap();
        let verified = flipped.try_open().and_then(|ledger| {
            verify_all(&ledger.reader())?;
            read_all(&ledger.reader())
        });
        match verified {
            Ok(events) => assert_eq!(events, content.events, "byte {at}"),
            Err(_) => noticed += 1,
        }
    }
    assert!(noticed > 10, "{noticed}");
}

#[test]
fn a_changed_missing_or_moved_event_is_named() {
    let place = Place::new();
    let mut ledger = place.open();
    for number in 0..20 {
        ledger
            .append(Commit::of_events(events(number..number + 1)))
            .unwrap();
    }
    ledger.append(Commit::of_events(events(20..1100))).unwrap();
    drop(ledger);
    // sled goes on writing for a moment; it opens again when it is done.
    drop(place.sled());
    let record = |seq: u64| [b"l".as_slice(), &seq.to_be_bytes(), &[0, 0]].concat();
    let after = |change: &dyn Fn(&sled::Db)| {
        let place = place.as_after_a_kill();
        let log = place.sled();
        change(&log);
        log.flush().unwrap();
        drop(log);
        let ledger = place.open();
        let error = verify_all(&ledger.reader()).unwrap_err();
        damaged_from(error)
    };
    let log = place.as_after_a_kill();
    let log = log.sled();
    let seventh = log.range(..=record(7)).next_back().unwrap().unwrap();
    let later = log.range(record(300)..).next().unwrap().unwrap();
    let later_seq = u64::from_be_bytes(later.0[1..9].try_into().unwrap());

    assert_eq!(
        after(&|log| drop(log.remove(&later.0).unwrap())),
        Some(later_seq)
    );
    let mut changed = seventh.1.to_vec();
    let last = changed.len() - 3;
    changed[last] ^= 1;
    assert!(
        after(&|log| drop(log.insert(&seventh.0, changed.as_slice()).unwrap()))
            .is_some_and(|from| from < 256)
    );
    let mut changed = later.1.to_vec();
    changed[20] ^= 1;
    assert_eq!(
        after(&|log| drop(log.insert(&later.0, changed.as_slice()).unwrap())),
        Some(later_seq)
    );
    assert_eq!(
        after(&|log| drop(log.insert(&later.0, seventh.1.clone()).unwrap())),
        Some(later_seq)
    );
    // A tile that does not fit its events.
    let tile = [b"t\0".as_slice(), &1_u64.to_be_bytes(), &[0]].concat();
    let mut bytes = log.get(&tile).unwrap().unwrap().to_vec();
    bytes[32 * 5] ^= 1;
    let place = place.as_after_a_kill();
    let changed = place.sled();
    changed.insert(&tile, bytes).unwrap();
    changed.flush().unwrap();
    drop(changed);
    // The root of what was acknowledged is noted beside the log.
    assert!(matches!(
        place.try_open().err().unwrap(),
        LedgerError::Damaged { .. }
    ));
    std::fs::remove_file(place.path().join("head")).unwrap();
    assert_eq!(
        damaged_from(verify_all(&place.open().reader()).unwrap_err()),
        Some(256 + 5)
    );
}

#[test]
fn a_rolled_back_log_is_refused() {
    let (place, content) = filled();
    let old = place.as_after_a_kill();
    let content = content.append(&mut place.open(), |content| content.with_events(5));
    let head = place.path().join("head");
    std::fs::copy(head, old.path().join("head")).unwrap();
    let from = damaged_from(old.try_open().err().unwrap());
    assert_eq!(from, Some(content.events.len() as u64 - 5));
}

/// Ten commits that are in the journal and not yet written by sled.
fn ten_in_the_journal(place: &Place, mut content: Content) -> (Ledger, Content) {
    let mut ledger = place.open();
    for number in 10..20 {
        content = content.append(&mut ledger, |content| content.with_key(number));
    }
    assert!(place.journal().iter().any(|byte| *byte != 0));
    (ledger, content)
}

#[test]
fn what_is_in_the_journal_alone_is_there_after_a_kill_however_often_it_strikes() {
    let (place, content) = filled();
    let stopped = std::fs::read(place.log().join("db")).unwrap();
    let (ledger, content) = ten_in_the_journal(&place, content);
    let killed = place.as_after_a_kill();
    drop(ledger);
    // As a power cut leaves it that nothing of sled's last writes survived.
    std::fs::write(killed.log().join("db"), stopped).unwrap();
    for point in [
        WritePoint::LogBatch,
        WritePoint::JournalFlushed,
        WritePoint::LogFlush,
        WritePoint::LogSync,
        WritePoint::JournalErase,
    ] {
        for mode in [FaultMode::Before, FaultMode::After, FaultMode::Half] {
            let place = killed.as_after_a_kill();
            place.faults.arm(point, mode, 0);
            assert!(place.try_open().is_err());
            assert!(!place.faults.disarm());
            content.expect_in(&place.as_after_a_kill().open().reader());
            content.expect_in(&place.open().reader());
            assert!(place.journal().iter().all(|byte| *byte == 0));
        }
    }
    content.expect_in(&place.open().reader());
}

#[test]
fn a_clean_stop_leaves_an_empty_journal() {
    let (place, content) = filled();
    let (ledger, content) = ten_in_the_journal(&place, content);
    drop(ledger);
    assert!(place.journal().iter().all(|byte| *byte == 0));
    content.expect_in(&place.open().reader());
}

#[test]
fn a_journal_that_lost_an_entry_or_is_of_another_time_is_refused() {
    let (place, content) = filled();
    let (ledger, content) = ten_in_the_journal(&place, content);
    let killed = place.as_after_a_kill();
    let with = |change: &dyn Fn(&Place)| {
        let place = killed.as_after_a_kill();
        change(&place);
        let refused = place.try_open().err().unwrap();
        assert!(matches!(refused, LedgerError::Damaged { .. }), "{refused}");
    };
    with(&|place| {
        let file = std::fs::File::options()
            .write(true)
            .open(place.log().join("journal"))
            .unwrap();
        file.write_all_at(&[0x5a; 8], 4096 + 40).unwrap();
    });
    with(&|place| {
        let file = std::fs::File::options()
            .write(true)
            .open(place.log().join("journal"))
            .unwrap();
        file.set_len(4096 + 100).unwrap();
    });
    // A log from before that journal began, beside it.
    drop(ledger);
    let (ledger, content) = ten_more(&place, content);
    let later = place.as_after_a_kill();
    drop(ledger);
    with(&|place| {
        std::fs::copy(later.log().join("journal"), place.log().join("journal")).unwrap();
    });
    content.expect_in(&later.open().reader());
}

fn ten_more(place: &Place, mut content: Content) -> (Ledger, Content) {
    let mut ledger = place.open();
    for _ in 0..10 {
        content = content.append(&mut ledger, |content| content.with_events(3));
    }
    (ledger, content)
}

#[test]
fn a_log_that_never_had_a_journal_is_opened_with_one() {
    let (place, content) = filled();
    // sled goes on writing for a moment; it opens again when it is done.
    let log = place.sled();
    log.remove(b"e-flushed").unwrap().unwrap();
    log.flush().unwrap();
    drop(log);
    std::fs::remove_file(place.log().join("journal")).unwrap();
    content.expect_in(&place.open().reader());
    let (ledger, content) = ten_in_the_journal(&place, content);
    content.expect_in(&place.as_after_a_kill().open().reader());
    drop(ledger);
}

#[test]
fn what_a_kill_leaves_of_a_sled_snapshot_does_not_stop_the_start() {
    let (place, content) = filled();
    std::fs::write(place.log().join("snap.0000000000000000.generating"), b"").unwrap();
    std::fs::write(
        place.log().join("snap.FFFFFFFFFFFFFFFF.generating"),
        b"half",
    )
    .unwrap();
    std::fs::write(place.path().join("vault.root.new"), b"half").unwrap();
    content.expect_in(&place.open().reader());
}

#[test]
fn a_torn_note_of_the_head_does_not_stop_the_start() {
    let (place, content) = filled();
    for at in [0, 64] {
        let torn = place.as_after_a_kill();
        std::fs::File::options()
            .write(true)
            .open(torn.path().join("head"))
            .unwrap()
            .write_all_at(&[9; 20], at)
            .unwrap();
        content.expect_in(&torn.open().reader());
    }
}
