//! A restore that is interrupted leaves the ledger before it or the one after it.

use super::*;

#[test]
fn what_does_not_come_to_its_end_leaves_nothing_behind() {
    let place = Place::new();
    let ledger = other_host(&place).unwrap();
    let names = || std::fs::read_dir(place.path()).unwrap().count();
    let before = names();
    for length in [0, 40, STREAM.len() / 2, STREAM.len() - 1] {
        assert!(build(&ledger.reader(), &STREAM[..length]).is_err());
        assert_eq!(names(), before, "cut at {length}");
    }
    // And what a kill leaves is removed at the next start.
    let mut backup = BackupReader::open(STREAM.as_slice()).unwrap();
    let mut restoration = Restoration::begin(&ledger.reader(), &backup).unwrap();
    while let Some(part) = backup.next_part().unwrap() {
        restoration.take(part).unwrap();
    }
    let copy = Place::new();
    copy_directory(&place.path(), &copy.path());
    drop(restoration);
    assert_eq!(names(), before);
    let ledger = other_host(&copy).unwrap();
    assert_eq!(ledger.reader().log.size(), 0);
    assert_eq!(std::fs::read_dir(copy.path()).unwrap().count(), before);
}

/// What a restore with one fault leaves, looked at as after a kill at that point, is the ledger
/// before it or the one after it. Returns whether the fault struck.
fn survives(home: &Home, stream: &[u8], point: WritePoint, mode: FaultMode, passes: u32) -> bool {
    let manifest = BackupReader::open(stream).unwrap().manifest().clone();
    let place = Place::new();
    let mut ledger = other_host(&place).unwrap();
    let own = vec![b"{\"own\":1}".to_vec()];
    ledger.append(Commit::of_events(own.clone())).unwrap();
    let settled = |place: &Place| {
        let ledger = other_host(place).unwrap();
        if ledger.reader().log.size() == 1 {
            assert_eq!(fixture::read_all(&ledger.reader()).unwrap(), own);
            false
        } else {
            expect_restored(&ledger, home, &manifest);
            true
        }
    };
    place.faults.arm(point, mode, passes);
    let done = build(&ledger.reader(), stream).and_then(Restored::decide);
    let pending = is_pending(&place.path());
    assert!(pending || done.is_err());
    assert_eq!(settled(&place.as_after_a_kill()), pending, "{done:?}");
    drop(ledger);
    let mut opened = other_host(&place);
    for _ in 0..8 {
        if opened.is_ok() {
            break;
        }
        // It was interrupted while it was put in its place: once decided, it stays decided.
        assert_eq!(settled(&place.as_after_a_kill()), pending);
        opened = other_host(&place);
    }
    drop(opened.unwrap());
    let struck = !place.faults.disarm();
    assert_eq!(settled(&place), pending);
    struck
}

#[test]
fn a_restore_that_is_interrupted_at_any_write_leaves_the_former_ledger_or_the_restored_one() {
    let home = without_some();
    let (stream, _) = home.back_up();
    for point in WritePoint::ALL {
        let mut struck = 0;
        for mode in [FaultMode::Before, FaultMode::After, FaultMode::Half] {
            for passes in 0..16 {
                if !survives(&home, &stream, point, mode, passes) {
                    break;
                }
                struck += 1;
            }
        }
        let in_a_restore = ![
            WritePoint::KeyFile,
            WritePoint::RootStage,
            WritePoint::RootFinish,
            WritePoint::RootTags,
            WritePoint::Compaction,
            WritePoint::Snapshot,
        ]
        .contains(&point);
        assert_eq!(struck > 0, in_a_restore, "{point:?}");
    }
}
