//! Keys, and their destruction for ever.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod fixture;

use fixture::{Content, PART, Place, copy_directory, key_id, plaintext};
use secinfo_domain::{SealedPart, Seconds, Timestamp};
use secinfo_ledger::{Commit, FaultMode, Ledger, LedgerError, NewKey, TagPurpose, WritePoint};

fn with_keys(place: &Place, numbers: std::ops::Range<u8>) -> Content {
    let mut ledger = place.open();
    numbers.fold(Content::default(), |content, number| {
        content.append(&mut ledger, |content| content.with_key(number))
    })
}

#[test]
fn sealed_data_opens_under_its_key_and_as_its_part_only() {
    let place = Place::new();
    let content = with_keys(&place, 0..2);
    let ledger = place.open();
    let reader = ledger.reader();
    let (id, sealed) = &content.live[0];
    assert!(matches!(
        reader.vault.open_sealed(*id, SealedPart::Label, sealed),
        Err(LedgerError::Unsealable(_))
    ));
    assert!(matches!(
        reader.vault.open_sealed(key_id(1), PART, sealed),
        Err(LedgerError::Unsealable(_))
    ));
    assert!(matches!(
        reader.vault.open_sealed(key_id(9), PART, sealed),
        Err(LedgerError::NoSuchKey(_))
    ));
    let more = reader
        .vault
        .seal(*id, SealedPart::Label, b"sealed later")
        .unwrap();
    assert_eq!(
        reader
            .vault
            .open_sealed(*id, SealedPart::Label, &more)
            .unwrap()
            .as_slice(),
        b"sealed later"
    );
}

#[test]
fn a_destroyed_key_is_gone_and_the_others_stay() {
    let place = Place::new();
    let mut content = with_keys(&place, 0..12);
    for number in [5, 1, 9, 0] {
        let mut ledger = place.open();
        content = content.append(&mut ledger, |content| content.without_key(number));
        content.expect_in(&ledger.reader());
        drop(ledger);
        content.expect_in(&place.open().reader());
    }
    // Several at once, with a new key in the same page.
    let mut ledger = place.open();
    let (mut commit, mut after) = content.without_key(2);
    let (other, _) = after.without_key(6);
    commit.destroy_keys.extend(other.destroy_keys);
    let at = after
        .live
        .iter()
        .position(|(id, _)| *id == key_id(6))
        .unwrap();
    after.dead.push(after.live.remove(at));
    let new = NewKey::generate(key_id(14)).unwrap();
    after
        .live
        .push((new.id(), new.seal(PART, &plaintext(new.id())).unwrap()));
    commit.new_keys.push(new);
    ledger.append(commit).unwrap();
    after.expect_in(&ledger.reader());
    drop(ledger);
    after.expect_in(&place.open().reader());
}

#[test]
fn keys_come_and_go_where_there_are_many() {
    let place = Place::new();
    let mut content = with_keys(&place, 0..60);
    let mut ledger = place.open();
    content.expect_in(&ledger.reader());
    for number in 60..120 {
        content = content.append(&mut ledger, |content| content.with_key(number));
        content.expect_in(&ledger.reader());
        if number % 3 == 0 {
            content = content.append(&mut ledger, |content| content.without_key(number / 3));
            content.expect_in(&ledger.reader());
        }
    }
}

#[test]
fn keys_that_make_no_sense_are_refused_and_nothing_is_written() {
    let place = Place::new();
    let content = with_keys(&place, 0..2);
    let mut ledger = place.open();
    let (mut commit, _) = content.with_events(1);
    commit.destroy_keys = vec![key_id(0), key_id(7)];
    assert!(matches!(ledger.append(commit), Err(LedgerError::NoSuchKey(id)) if id == key_id(7)));
    let (commit, _) = content.with_key(1);
    assert!(matches!(ledger.append(commit), Err(LedgerError::KeyExists(id)) if id == key_id(1)));
    let twice = || NewKey::generate(key_id(8)).unwrap();
    let commit = Commit {
        new_keys: vec![twice(), twice()],
        ..Commit::default()
    };
    assert!(matches!(
        ledger.append(commit),
        Err(LedgerError::KeyExists(_))
    ));
    assert!(ledger.suspended().is_none());
    content.expect_in(&ledger.reader());
}

#[test]
fn old_wrapped_keys_open_nothing() {
    let place = Place::new();
    let content = with_keys(&place, 0..8);
    let old = place.as_after_a_kill();
    let content = content.append(&mut place.open(), |content| content.without_key(4));

    let id = key_id(4);
    // The keys are few enough for one record, which is sealed under the root key.
    let keys = b"k".as_slice();
    let old_log = old.sled();
    // What was stored of the destroyed key, and an old name of the log with it.
    for spliced in [vec![keys], vec![keys, b"mo".as_slice()]] {
        let place = place.as_after_a_kill();
        let log = place.sled();
        for record in &spliced {
            log.insert(record, old_log.get(record).unwrap().unwrap())
                .unwrap();
        }
        log.flush().unwrap();
        drop(log);
        let sealed = &content.dead[0].1;
        match place.try_open() {
            Ok(ledger) => {
                let error = ledger
                    .reader()
                    .vault
                    .open_sealed(id, PART, sealed)
                    .unwrap_err();
                assert!(matches!(error, LedgerError::Damaged { .. }), "{error}");
            }
            Err(error) => assert!(matches!(error, LedgerError::Damaged { .. }), "{error}"),
        }
    }

    // The whole old log beside the new root file.
    let spliced = place.as_after_a_kill();
    drop(old_log);
    std::fs::remove_dir_all(spliced.log()).unwrap();
    copy_directory(&old.log(), &spliced.log());
    let error = spliced.try_open().err().unwrap();
    assert!(matches!(error, LedgerError::Damaged { .. }), "{error}");
    // And the former root file beside the new log.
    let spliced = place.as_after_a_kill();
    std::fs::copy(
        old.path().join("vault.root"),
        spliced.path().join("vault.root"),
    )
    .unwrap();
    let error = spliced.try_open().err().unwrap();
    assert!(matches!(error, LedgerError::Damaged { .. }), "{error}");
    content.expect_in(&place.open().reader());
}

#[test]
fn nothing_of_a_destroyed_key_is_in_the_journal_once_that_is_acknowledged() {
    let place = Place::new();
    let mut ledger = place.open();
    let mut content = Content::default();
    for number in [1, 2] {
        content = content.append(&mut ledger, |content| content.with_key(number));
    }
    // All of what the commits brought, also of the keys, in pieces that no chance makes.
    let before = place.journal();
    let pieces: Vec<_> = before
        .chunks(32)
        .filter(|piece| piece.iter().filter(|byte| **byte != 0).count() > 24)
        .collect();
    assert!(pieces.len() > 10);
    content = content.append(&mut ledger, |content| content.without_key(1));
    let after = place.journal();
    for piece in &pieces {
        assert!(!after.windows(32).any(|window| window == *piece));
    }
    content.expect_in(&ledger.reader());
    // A deletion that is not acknowledged does not say so: the keys are there or they are not.
    content = content.append(&mut ledger, |content| content.with_key(3));
    place
        .faults
        .arm(WritePoint::JournalErase, FaultMode::Before, 0);
    let (commit, _) = content.without_key(2);
    ledger.append(commit).unwrap_err();
    content.expect_in(&place.as_after_a_kill().open().reader());
    ledger.recover().unwrap();
    content.expect_in(&ledger.reader());
    assert!(place.journal().iter().all(|byte| *byte == 0));
}

#[test]
fn the_keys_of_tags_are_renewed_whole_or_not_at_all() {
    let (life, begin) = (
        Seconds::from_days(1),
        Timestamp::from_seconds(1_800_000_000),
    );
    let tag = |ledger: &Ledger| {
        ledger
            .reader()
            .vault
            .tag(TagPurpose::Destination, &[b"tagged"])
    };
    for mode in [FaultMode::Before, FaultMode::After, FaultMode::Half] {
        let place = Place::new();
        let mut ledger = place.open();
        ledger.renew_tag_keys(begin, life).unwrap();
        let content = Content::default().append(&mut ledger, |content| content.with_key(1));
        let first = tag(&ledger);
        place.faults.arm(WritePoint::RootTags, mode, 0);
        let later = begin.plus(life);
        ledger.renew_tag_keys(later, life).unwrap_err();
        assert_eq!(tag(&ledger), first);
        let killed = place.as_after_a_kill().open();
        assert!(tag(&killed).matches(&first.current));
        content.expect_in(&killed.reader());
        ledger.renew_tag_keys(later, life).unwrap();
        let second = tag(&ledger);
        assert!(second.current != first.current && second.matches(&first.current));
        // Destroying a key leaves them as they are.
        let content = content.append(&mut ledger, |content| content.without_key(1));
        drop(ledger);
        let mut ledger = place.open();
        assert_eq!(tag(&ledger), second);
        // A clock that was set far back renews them, too, and a key that nobody used is not kept.
        ledger
            .renew_tag_keys(Timestamp::from_seconds(1_700_000_000), life)
            .unwrap();
        assert_eq!(tag(&ledger).former, None);
        content.expect_in(&ledger.reader());
    }
}

#[test]
fn the_key_of_push_is_kept_whole_or_not_at_all_and_once() {
    for mode in [FaultMode::Before, FaultMode::After, FaultMode::Half] {
        let place = Place::new();
        let mut ledger = place.open();
        let content = Content::default().append(&mut ledger, |content| content.with_key(1));
        assert_eq!(ledger.reader().vault.push_key(), None);
        place.faults.arm(WritePoint::RootTags, mode, 0);
        ledger.keep_push_key(vec![7; 2400].into()).unwrap_err();
        assert_eq!(ledger.reader().vault.push_key(), None);
        let killed = place.as_after_a_kill().open();
        let kept = killed.reader().vault.push_key();
        assert!(kept.is_none_or(|key| *key == [7; 2400]));
        content.expect_in(&killed.reader());

        ledger.keep_push_key(vec![8; 2400].into()).unwrap();
        // Phones know this one: no other takes its place.
        ledger.keep_push_key(vec![9; 2400].into()).unwrap();
        drop(ledger);
        let ledger = place.open();
        let kept = ledger.reader().vault.push_key();
        assert_eq!(kept.as_deref().map(Vec::as_slice), Some(&[8; 2400][..]));
        content.expect_in(&ledger.reader());
    }
}
