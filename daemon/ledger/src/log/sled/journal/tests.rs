//! What is read of a journal that was cut, is old, or was changed.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use super::*;
use proptest::prelude::*;

/// A journal in a directory of its own.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn try_open(&self, flushed: Option<u64>) -> Result<(Journal, Vec<Entry>), LedgerError> {
        Journal::open(self.0.path(), flushed, &Faults::default())
    }

    /// The numbers of the entries that are read, told by what is in them.
    fn read(&self, flushed: u64) -> Vec<u64> {
        let (_, entries) = self.try_open(Some(flushed)).unwrap();
        entries.iter().map(|entry| entry.size).collect()
    }

    fn is_damaged(&self, flushed: Option<u64>) -> bool {
        matches!(self.try_open(flushed), Err(LedgerError::Damaged { .. }))
    }

    fn content(&self) -> Vec<u8> {
        std::fs::read(self.0.path().join(JOURNAL_FILE)).unwrap()
    }

    fn set(&self, content: &[u8]) {
        std::fs::write(self.0.path().join(JOURNAL_FILE), content).unwrap();
    }
}

/// An entry whose size is its number, of a length of its own.
fn entry(number: u64) -> NewEntry {
    let mut changes = Changes::default();
    changes.put(b"key", vec![1; usize::try_from(number % 50).unwrap()]);
    changes.remove(b"other");
    let records = [Record {
        key: [7; 11],
        value: vec![2; 20],
    }];
    NewEntry::new(number, 1, &changes, &records)
}

fn append(journal: &mut Journal, count: u64) {
    for _ in 0..count {
        journal.append(entry(journal.next())).unwrap();
    }
}

#[test]
fn entries_are_read_as_often_as_the_journal_is_opened() {
    let place = Place::new();
    let (mut journal, entries) = place.try_open(None).unwrap();
    assert!(entries.is_empty());
    append(&mut journal, 5);
    for _ in 0..3 {
        assert_eq!(place.read(0), [0, 1, 2, 3, 4]);
        assert_eq!(place.read(3), [3, 4]);
        assert!(place.read(5).is_empty());
    }
}

#[test]
fn an_entry_that_is_cut_at_any_byte_is_not_there_and_those_before_it_are() {
    let place = Place::new();
    let (mut journal, _) = place.try_open(None).unwrap();
    append(&mut journal, 3);
    let before = place.content();
    let from = HEADER + journal.end;
    append(&mut journal, 1);
    let whole = place.content();
    let to = HEADER + journal.end;
    let last = (from..to).rev().find(|at| whole[*at] != 0).unwrap();
    for cut in from..=last {
        // The beginning of it reached the disk, or the end.
        for (first, second) in [(&whole, &before), (&before, &whole)] {
            let torn = [&first[..cut], &second[cut..]].concat();
            if torn != whole {
                place.set(&torn);
                assert_eq!(place.read(0), [0, 1, 2], "byte {cut}");
            }
        }
    }
    place.set(&whole);
    assert_eq!(place.read(0), [0, 1, 2, 3]);
}

#[test]
fn what_an_earlier_round_left_is_not_read_again() {
    let place = Place::new();
    let (mut journal, _) = place.try_open(None).unwrap();
    append(&mut journal, 40);
    journal.restart();
    assert!(place.read(40).is_empty());
    for number in 40..60 {
        append(&mut journal, 1);
        assert_eq!(place.read(40), (40..=number).collect::<Vec<_>>());
    }
    // A torn one, over them.
    let end = HEADER + journal.end;
    let mut torn = place.content();
    torn[end] ^= 1;
    place.set(&torn);
    assert_eq!(place.read(40), (40..60).collect::<Vec<_>>());
}

#[test]
fn a_lost_entry_before_another_one_is_damage() {
    let place = Place::new();
    let (mut journal, _) = place.try_open(None).unwrap();
    append(&mut journal, 3);
    let from = HEADER + journal.end;
    append(&mut journal, 1);
    let to = HEADER + journal.end;
    append(&mut journal, 2);
    let whole = place.content();
    for at in HEADER..to {
        let mut changed = whole.clone();
        changed[at] ^= 0x40;
        place.set(&changed);
        let is_filling = changed[at] == 0x40 && place.try_open(Some(0)).is_ok();
        if is_filling {
            assert_eq!(place.read(0), [0, 1, 2, 3, 4, 5], "byte {at}");
        } else {
            assert!(place.is_damaged(Some(0)), "byte {at}");
        }
    }
    // Also the first of a round.
    let mut changed = whole.clone();
    changed[HEADER..from].fill(0);
    place.set(&changed);
    assert!(place.is_damaged(Some(0)));
}

#[test]
fn a_journal_of_another_time_than_the_log_is_damage() {
    let place = Place::new();
    let (mut journal, _) = place.try_open(None).unwrap();
    append(&mut journal, 3);
    journal.restart();
    append(&mut journal, 2);
    for flushed in 0..3 {
        assert!(place.is_damaged(Some(flushed)));
    }
    assert_eq!(place.read(3), [3, 4]);
    // An older one changes nothing.
    assert!(place.read(9).is_empty());
}

#[test]
fn a_journal_that_is_missing_cut_or_without_its_head_is_damage() {
    let place = Place::new();
    assert!(place.is_damaged(Some(0)));
    let (mut journal, _) = place.try_open(None).unwrap();
    append(&mut journal, 1);
    let whole = place.content();
    for length in [0, 10, HEADER, whole.len() - 1] {
        place.set(&whole[..length]);
        assert!(
            place.is_damaged(Some(0)) && place.is_damaged(None),
            "{length}"
        );
    }
    for at in 0..MAGIC.len() + SALT + CHECKSUM {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        place.set(&changed);
        assert!(place.is_damaged(Some(0)), "byte {at}");
    }
    place.set(&whole);
    assert_eq!(place.read(0), [0]);
}

#[test]
fn an_erased_journal_is_zeros_behind_its_head_and_goes_on() {
    let place = Place::new();
    let (mut journal, _) = place.try_open(None).unwrap();
    append(&mut journal, 30);
    journal.restart();
    append(&mut journal, 2);
    journal.restart();
    assert!(place.content()[HEADER..].iter().any(|byte| *byte != 0));
    journal.erase().unwrap();
    assert!(place.content()[HEADER..].iter().all(|byte| *byte == 0));
    append(&mut journal, 1);
    assert_eq!(place.read(32), [32]);
}

#[test]
fn its_file_keeps_its_blocks_and_is_for_its_owner_only() {
    let place = Place::new();
    let (mut journal, _) = place.try_open(None).unwrap();
    let blocks = || {
        let metadata = std::fs::metadata(place.0.path().join(JOURNAL_FILE)).unwrap();
        assert_eq!(metadata.mode() & 0o777, 0o600);
        (metadata.size(), metadata.blocks())
    };
    let before = blocks();
    while journal.has_room(&entry(journal.next())) {
        append(&mut journal, 1);
    }
    assert_eq!(blocks(), before);
}

#[test]
fn an_event_that_looks_like_an_entry_is_none() {
    let place = Place::new();
    let (mut journal, _) = place.try_open(None).unwrap();
    append(&mut journal, 2);
    // An entry of a journal whose salt is known, in an event of one that is cut.
    let known = Place::new();
    let (mut other, _) = known.try_open(None).unwrap();
    append(&mut other, 9);
    let forged = known.content()[HEADER..HEADER + other.end].to_vec();
    let mut changes = Changes::default();
    for shift in 0..ALIGNMENT {
        changes.put(b"key", [vec![0; shift].as_slice(), &forged].concat());
    }
    journal.append(NewEntry::new(2, 0, &changes, &[])).unwrap();
    let mut torn = place.content();
    torn[HEADER + journal.end - forged.len() - 100] ^= 1;
    place.set(&torn);
    assert_eq!(place.read(0), [0, 1]);
}

proptest! {
    #[test]
    fn an_entry_says_what_the_commit_changed(
        size: u64,
        changed: Vec<(Vec<u8>, Option<Vec<u8>>)>,
        stored: Vec<([u8; 11], Vec<u8>)>,
    ) {
        let mut changes = Changes::default();
        for (key, value) in &changed {
            match value {
                Some(value) => changes.put(key, value.as_slice()),
                None => changes.remove(key),
            }
        }
        let records: Vec<_> = stored.iter().map(|(key, value)| Record { key: *key, value: value.clone() }).collect();
        let count = records.len() as u64;
        let mut bytes = Vec::new();
        entry::encode(size, count, &changes, &records, &mut bytes);
        let read = Entry::decode(&bytes).unwrap();
        prop_assert_eq!((read.size, read.count), (size, count));
        let pairs = |changes: &Changes| changes.iter().map(|(key, value)| (key.to_vec(), value.map(<[u8]>::to_vec))).collect::<Vec<_>>();
        prop_assert_eq!(pairs(&read.changes), changed);
        let read: Vec<_> = read.records.into_iter().map(|record| (record.key, record.value)).collect();
        prop_assert_eq!(read, stored);
    }

    #[test]
    fn noise_is_no_entry(bytes: Vec<u8>) {
        let _ = Entry::decode(&bytes);
    }
}
