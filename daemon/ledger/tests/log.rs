//! Appending, reading, exporting.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod fixture;

use fixture::{
    Content, PART, Place, copy_directory, event, events, key_id, master, noise, read_all,
};
use secinfo_domain::UserId;
use secinfo_ledger::tree::{leaf_hash, verify_consistency, verify_inclusion};
use secinfo_ledger::{
    Commit, ExportReader, FaultMode, Ledger, LedgerError, MAX_EVENT, MasterKey, NewKey, Options,
    WritePoint, export, export_root, verify_all,
};

#[test]
fn what_was_acknowledged_is_there_after_opening_again() {
    let place = Place::new();
    let mut content = Content::default();
    let mut root = None;
    for round in 0..5 {
        let mut ledger = place.open();
        content.expect_in(&ledger.reader());
        assert_eq!(
            root.unwrap_or(ledger.reader().proofs.root()),
            ledger.reader().proofs.root()
        );
        for count in [1, 1, 64, 3, 200] {
            content = content.append(&mut ledger, |content| content.with_events(count));
        }
        content = content.append(&mut ledger, |content| content.with_key(round));
        content.expect_in(&ledger.reader());
        root = Some(ledger.reader().proofs.root());
        // As after a kill, with nothing closed.
        content.expect_in(&place.as_after_a_kill().open().reader());
    }
    let origin = place.open().reader().proofs.origin().clone();
    let mut options = place.options();
    options.host = "renamed.example".to_owned();
    let ledger = Ledger::open(&place.path(), master(), options).unwrap();
    assert_eq!(ledger.reader().proofs.origin(), &origin);
    assert!(origin.as_str().starts_with("host.example/secinfo/"));
}

#[test]
fn a_write_of_nothing_waits_for_the_disk_and_leaves_nothing() {
    let place = Place::new();
    let mut ledger = place.open();
    let mut content = Content::default();
    // More than the journal has room for.
    for _ in 0..20 {
        content = content.append(&mut ledger, |content| content.with_events(100));
        for _ in 0..5 {
            ledger.append_nothing().unwrap();
        }
        content.expect_in(&ledger.reader());
        content.expect_in(&place.as_after_a_kill().open().reader());
    }
    for point in [WritePoint::JournalWrite, WritePoint::JournalSync] {
        place.faults.arm(point, FaultMode::Before, 0);
        let error = ledger.append_nothing().unwrap_err();
        assert!(matches!(error, LedgerError::Storage { .. }), "{error}");
        assert!(ledger.append_nothing().is_err(), "until it has recovered");
        ledger.recover().unwrap();
    }
    content.expect_in(&ledger.reader());
    drop(ledger);
    content.expect_in(&place.open().reader());
}

#[test]
fn merged_records_hold_the_same_events() {
    // One after the other, in tens, and all at once: the same log.
    let whole = Place::new();
    let mut ledger = whole.open();
    ledger.append(Commit::of_events(events(0..1100))).unwrap();
    let expected = (
        read_all(&ledger.reader()).unwrap(),
        ledger.reader().proofs.root(),
    );
    for step in [1, 10] {
        let place = Place::new();
        let mut ledger = place.open();
        let reader = ledger.reader();
        for from in (0..1100).step_by(step) {
            ledger
                .append(Commit::of_events(events(from..from + step as u64)))
                .unwrap();
            if from % 100 == 0 {
                assert_eq!(
                    reader.proofs.root(),
                    reader.proofs.root_at(reader.log.size()).unwrap()
                );
            }
        }
        assert_eq!(expected, (read_all(&reader).unwrap(), reader.proofs.root()));
        assert_eq!(verify_all(&reader).unwrap().tiles, 4);
        for from in [0, 1, 255, 256, 257, 511, 1023, 1024, 1099] {
            let first = reader.log.read(from, 3, usize::MAX).unwrap();
            assert_eq!(first[0], (from, event(from)));
        }
        drop(ledger);
        let records = place.sled().scan_prefix(b"l").count();
        assert!(records < 4 * 24 + 76 + 5, "{records} records");
        assert_eq!(read_all(&place.open().reader()).unwrap(), expected.0);
    }
}

#[test]
fn nothing_is_kept_where_it_is_not_synced() {
    // sled puts what is too large for its log into files of its own, which nobody syncs.
    let place = Place::new();
    let mut ledger = place.open();
    let blobs = || {
        std::fs::read_dir(place.log().join("blobs"))
            .unwrap()
            .count()
    };
    let mut size = 0;
    for round in 0..60_u64 {
        let large = noise(MAX_EVENT - usize::try_from(round).unwrap() * 1000, round).into_bytes();
        let mut batch = vec![large];
        batch.extend(events(0..1 + round * 5 % 300));
        size += batch.len() as u64;
        let new_keys = (0..8)
            .map(|_| NewKey::generate(random_id()).unwrap())
            .collect();
        let destroy_keys = if round > 0 {
            vec![fixed(round - 1)]
        } else {
            vec![]
        };
        let mut commit = Commit {
            events: batch,
            new_keys,
            destroy_keys,
            ..Commit::default()
        };
        commit
            .new_keys
            .push(NewKey::generate(fixed(round)).unwrap());
        assert_eq!(ledger.append(commit).unwrap(), size);
        assert_eq!(blobs(), 0);
    }
    for seed in 0..300 {
        size = ledger
            .append(Commit::of_events(vec![noise(6000, seed).into_bytes()]))
            .unwrap();
        assert_eq!(blobs(), 0);
    }
    assert_eq!(verify_all(&ledger.reader()).unwrap().events, size);
}

fn random_id() -> secinfo_domain::KeyId {
    use std::hash::{BuildHasher, RandomState};
    let half = || RandomState::new().hash_one(0).to_be_bytes();
    secinfo_domain::KeyId::from_bytes([half(), half()].concat().try_into().unwrap())
}

fn fixed(number: u64) -> secinfo_domain::KeyId {
    let mut id = [0xee; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    secinfo_domain::KeyId::from_bytes(id)
}

#[test]
fn events_that_cannot_be_stored_are_refused_and_nothing_is_written() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.append(Commit::of_events(events(0..3))).unwrap();
    let refused = |ledger: &mut Ledger, event: Vec<u8>| {
        ledger
            .append(Commit::of_events(vec![b"{}".to_vec(), event]))
            .unwrap_err()
    };
    let error = refused(&mut ledger, vec![b'x'; MAX_EVENT + 1]);
    assert!(
        matches!(
            error,
            LedgerError::EventTooLarge {
                index: 1,
                len: 65473,
                max: 65472
            }
        ),
        "{error}"
    );
    assert!(matches!(
        refused(&mut ledger, vec![]),
        LedgerError::EventNotOneLine { index: 1 }
    ));
    assert!(matches!(
        refused(&mut ledger, b"a\nb".to_vec()),
        LedgerError::EventNotOneLine { index: 1 }
    ));
    assert!(ledger.suspended().is_none());
    assert_eq!(ledger.append(Commit::default()).unwrap(), 3);
    assert_eq!(
        ledger
            .append(Commit::of_events(vec![vec![b'x'; MAX_EVENT]]))
            .unwrap(),
        4
    );
    assert_eq!(
        ledger.reader().log.read(3, 1, 0).unwrap()[0].1.len(),
        MAX_EVENT
    );
}

#[test]
fn reading_keeps_to_its_limits() {
    let place = Place::new();
    let mut ledger = place.open();
    let reader = ledger.reader();
    assert_eq!(reader.log.read(0, 10, 1000).unwrap(), []);
    ledger
        .append(Commit::of_events(vec![vec![b'x'; 100]; 50]))
        .unwrap();
    assert_eq!(reader.log.read(10, 5, usize::MAX).unwrap().len(), 5);
    assert_eq!(reader.log.read(10, 50, 350).unwrap().len(), 3);
    assert_eq!(reader.log.read(10, 50, 0).unwrap().len(), 1);
    assert_eq!(reader.log.read(10, 0, 1000).unwrap().len(), 0);
    assert_eq!(reader.log.read(48, 50, usize::MAX).unwrap().len(), 2);
    assert_eq!(reader.log.read(50, 50, usize::MAX).unwrap(), []);
    assert_eq!(reader.log.read(u64::MAX, 50, usize::MAX).unwrap(), []);
}

#[test]
fn readers_in_other_threads_never_meet_a_gap() {
    let place = Place::new();
    let mut ledger = place.open();
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                let reader = ledger.reader();
                scope.spawn(move || {
                    while reader.log.size() < 2000 {
                        let size = reader.log.size();
                        let read = read_all(&reader).unwrap();
                        assert!(read.len() as u64 >= size);
                        assert!(
                            read.iter()
                                .zip(0..)
                                .all(|(read, number)| *read == event(number))
                        );
                        let (size, root) = (reader.log.size(), reader.proofs.root());
                        if reader.log.size() == size && reader.proofs.root() == root {
                            assert_eq!(reader.proofs.root_at(size).unwrap(), root);
                        }
                    }
                })
            })
            .collect();
        for number in 0..2000 {
            ledger
                .append(Commit::of_events(events(number..number + 1)))
                .unwrap();
        }
        for reader in readers {
            reader.join().unwrap();
        }
    });
}

#[test]
fn proofs_and_checkpoints_hold() {
    let place = Place::new();
    let mut ledger = place.open();
    let reader = ledger.reader();
    let mut roots = vec![(0, reader.proofs.root())];
    for count in [1, 5, 250, 1, 600, 3] {
        let from = reader.log.size();
        let size = ledger
            .append(Commit::of_events(events(from..from + count)))
            .unwrap();
        roots.push((size, reader.proofs.root()));
    }
    let (size, root) = *roots.last().unwrap();
    for (old, old_root) in &roots {
        assert_eq!(reader.proofs.root_at(*old).unwrap(), *old_root);
        let proof = reader.proofs.consistency_proof(*old, size).unwrap();
        verify_consistency(&proof, *old, *old_root, size, root).unwrap();
    }
    for index in [0, 255, 256, 700, size - 1] {
        let proof = reader.proofs.inclusion_proof(index, size).unwrap();
        verify_inclusion(&proof, leaf_hash(&event(index)), index, size, root).unwrap();
    }
    assert!(matches!(
        reader.proofs.root_at(size + 1),
        Err(LedgerError::Tree(_))
    ));
    assert!(reader.proofs.inclusion_proof(size, size).is_err());

    let note = reader.proofs.checkpoint().unwrap();
    let checkpoint = reader.proofs.verifier_key().verify(&note).unwrap();
    assert_eq!((checkpoint.size(), checkpoint.root()), (size, &root));
    let key = reader.proofs.verifier_key().to_string();
    drop(ledger);
    assert!(matches!(reader.log.read(0, 1, 1), Err(LedgerError::Closed)));
    assert_eq!(place.open().reader().proofs.verifier_key().to_string(), key);
}

#[test]
fn an_export_gives_the_same_root() {
    let place = Place::new();
    let mut ledger = place.open();
    ledger.append(Commit::of_events(events(0..700))).unwrap();
    ledger
        .append(Commit::of_events(vec![vec![b'x'; MAX_EVENT]]))
        .unwrap();
    let mut text = Vec::new();
    assert_eq!(export(&ledger.reader().log, &mut text).unwrap(), 701);
    assert_eq!(
        export_root(text.as_slice()).unwrap(),
        (701, ledger.reader().proofs.root())
    );

    let mut reader = ExportReader::new(text.as_slice());
    while reader.next_event().unwrap().is_some() {
        if reader.size() == 300 {
            assert_eq!(reader.root(), ledger.reader().proofs.root_at(300).unwrap());
        }
    }
    let line = |bytes: &[u8]| match export_root(bytes).unwrap_err() {
        LedgerError::Export { line, .. } => line,
        other => panic!("{other}"),
    };
    assert_eq!(line(&text[..text.len() - 1]), 701);
    assert_eq!(line(b"{}\n\n{}\n"), 2);
    assert_eq!(line(b"{}\n{}"), 2);
    assert_eq!(
        line(&[b"{}\n".as_slice(), &vec![b'x'; MAX_EVENT + 1], b"\n"].concat()),
        2
    );
    assert_eq!(line(&vec![b'x'; 1 << 20]), 1);
    assert_eq!(export_root(b"".as_slice()).unwrap().0, 0);
}

#[test]
fn a_second_opener_is_refused() {
    let place = Place::new();
    let mut ledger = place.open();
    let error = place.try_open().err().unwrap();
    assert!(
        matches!(error, LedgerError::InUse { holder: Some(holder), .. } if holder == std::process::id()),
        "{error}"
    );
    ledger.append(Commit::of_events(events(0..1))).unwrap();
    drop(ledger);
    assert_eq!(place.open().reader().log.size(), 1);
}

#[test]
fn another_master_key_is_refused_and_changes_nothing() {
    let place = Place::new();
    let content = Content::default().append(&mut place.open(), |content| content.with_key(1));
    let other = Ledger::open(
        &place.path(),
        MasterKey::from_bytes([1; 32]),
        place.options(),
    );
    assert!(matches!(other.err().unwrap(), LedgerError::WrongMasterKey));
    content.expect_in(&place.open().reader());
}

#[test]
fn users_are_found_by_uid_and_name_together() {
    let place = Place::new();
    let mut ledger = place.open();
    let reader = ledger.reader();
    let (alice, bob) = (UserId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
    let index_add = vec![
        (1000, "alice".to_owned(), alice),
        (1000, "bob".to_owned(), bob),
    ];
    ledger
        .append(Commit {
            index_add,
            ..Commit::default()
        })
        .unwrap();
    assert_eq!(reader.index.lookup(1000, "alice").unwrap(), Some(alice));
    assert_eq!(reader.index.lookup(1000, "bob").unwrap(), Some(bob));
    assert_eq!(reader.index.lookup(1001, "alice").unwrap(), None);
    assert_eq!(reader.index.lookup(1000, "carol").unwrap(), None);
    let index_remove = vec![(1000, "alice".to_owned())];
    ledger
        .append(Commit {
            index_remove,
            ..Commit::default()
        })
        .unwrap();
    drop(ledger);
    let ledger = place.open();
    assert_eq!(ledger.reader().index.lookup(1000, "alice").unwrap(), None);
    assert_eq!(
        ledger.reader().index.lookup(1000, "bob").unwrap(),
        Some(bob)
    );
    drop(ledger);
    // No name is in the files.
    let db = std::fs::read(place.log().join("db")).unwrap();
    assert!(!db.windows(5).any(|window| window == b"alice"));
}

#[test]
fn too_little_room_is_refused_before_anything_is_written() {
    let place = Place::new();
    drop(place.open());
    let mut options: Options = place.options();
    options.reserve_bytes = u64::MAX;
    let mut ledger = Ledger::open(&place.path(), master(), options).unwrap();
    let (commit, _) = Content::default().with_key(1);
    let error = ledger.append(commit).unwrap_err();
    assert!(matches!(error, LedgerError::DiskFull { .. }) && error.is_disk_full());
    assert!(ledger.suspended().is_none());
    assert!(!ledger.reader().vault.has_key(key_id(1)).unwrap());
    drop(ledger);
    let content = Content::default().append(&mut place.open(), |content| content.with_key(1));
    content.expect_in(&place.open().reader());
}

#[test]
fn a_snapshot_is_used_only_with_the_log_and_keys_it_was_taken_of() {
    let place = Place::new();
    let mut ledger = place.open();
    let mut content = Content::default();
    content = content.append(&mut ledger, |content| content.with_events(300));
    content = content.append(&mut ledger, |content| content.with_key(1));
    let reader = ledger.reader();
    assert!(reader.snapshot.read().is_none());
    let state = vec![7; 100_000];
    reader.snapshot.write(280, &state).unwrap();
    let (size, read) = reader.snapshot.read().unwrap();
    assert_eq!((size, &*read), (280, &state));
    assert!(reader.snapshot.write(302, &state).is_err());

    let path = place.path().join("snapshot");
    let good = std::fs::read(&path).unwrap();
    for at in (0..60).chain([good.len() / 2, good.len() - 1]) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&path, bad).unwrap();
        assert!(reader.snapshot.read().is_none(), "byte {at}");
        std::fs::write(&path, &good[..at]).unwrap();
        assert!(reader.snapshot.read().is_none(), "cut at {at}");
    }
    std::fs::write(&path, &good).unwrap();
    content = content.append(&mut ledger, |content| content.with_events(10));
    assert!(reader.snapshot.read().is_some());

    // Another log with the same master key.
    let other = Place::new();
    let mut other_ledger = other.open();
    other_ledger
        .append(Commit::of_events(events(0..300)))
        .unwrap();
    std::fs::write(other.path().join("snapshot"), &good).unwrap();
    assert!(other_ledger.reader().snapshot.read().is_none());

    // Once a key is destroyed, what was taken before it opens no more.
    content.append(&mut ledger, |content| content.without_key(1));
    assert!(reader.snapshot.read().is_none());
    reader.snapshot.write(312, b"new").unwrap();
    drop(ledger);
    let ledger = place.open();
    assert_eq!(*ledger.reader().snapshot.read().unwrap().1, b"new");
    let wrong = ledger.reader().vault.open_sealed(key_id(1), PART, &good);
    assert!(matches!(wrong, Err(LedgerError::NoSuchKey(_))));
}

/// Every byte below this directory.
fn all_bytes(directory: &std::path::Path) -> Vec<u8> {
    let entries = std::fs::read_dir(directory).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    files
        .flat_map(|path| {
            if path.is_dir() {
                all_bytes(&path)
            } else {
                std::fs::read(path).unwrap()
            }
        })
        .collect()
}

#[test]
fn those_who_have_a_uid_are_found_until_they_are_erased() {
    let place = Place::new();
    let mut ledger = place.open();
    let index = ledger.reader().index;
    let add = |number: u8, name: &str| (1000, name.to_owned(), UserId::from_bytes([number; 16]));
    let holders = |uid| -> Vec<u8> {
        let mut holders: Vec<_> = index.holders(uid).unwrap();
        holders.sort_unstable();
        holders.iter().map(|user| user.as_bytes()[0]).collect()
    };
    let mut change = |index_add, index_remove| {
        let commit = Commit {
            index_add,
            index_remove,
            ..Commit::default()
        };
        ledger.append(commit).unwrap();
    };
    assert!(holders(1000).is_empty());
    change(vec![add(1, "alice")], Vec::new());
    change(vec![add(2, "bob"), add(3, "carol")], Vec::new());
    assert_eq!(holders(1000), [1, 2, 3]);
    // One goes by another name, in one commit.
    let former = vec![(1000, "alice".to_owned())];
    change(vec![add(1, "alicia")], former);
    assert_eq!(holders(1000), [1, 2, 3]);
    assert_eq!(index.lookup(1000, "alice").unwrap(), None);
    // One takes the place of another under the same name.
    change(vec![add(4, "bob")], Vec::new());
    assert_eq!(holders(1000), [1, 3, 4]);
    change(
        Vec::new(),
        vec![(1000, "alicia".to_owned()), (1000, "carol".to_owned())],
    );
    assert_eq!(holders(1000), [4]);
    change(
        Vec::new(),
        vec![(1000, "bob".to_owned()), (1000, "nobody".to_owned())],
    );
    assert!(holders(1000).is_empty());
    assert!(holders(1001).is_empty());
}

#[test]
fn no_file_tells_which_user_an_account_is_or_was() {
    let place = Place::new();
    let mut ledger = place.open();
    let user = |number: u8| UserId::from_bytes(std::array::from_fn(|_| 0xa0 + number));
    for number in 0..40 {
        let name = format!("user{number}");
        let index_add = vec![(1000 + u32::from(number), name, user(number))];
        let commit = Commit {
            index_add,
            ..Commit::default()
        };
        ledger.append(commit).unwrap();
    }
    let commit = Commit {
        index_remove: vec![(1007, "user7".to_owned())],
        ..Commit::default()
    };
    ledger.append(commit).unwrap();
    drop(ledger);
    let bytes = all_bytes(&place.path());
    for number in 0..40 {
        let id = user(number);
        let stands = bytes.windows(16).any(|window| window == id.as_bytes());
        assert!(!stands, "{id} stands in a file as it is");
    }
    let ledger = place.open();
    let index = ledger.reader().index;
    assert_eq!(index.lookup(1007, "user7").unwrap(), None);
    assert_eq!(index.lookup(1008, "user8").unwrap(), Some(user(8)));
}

#[test]
fn an_erased_account_leads_to_its_user_in_no_former_copy_of_the_files_either() {
    let place = Place::new();
    let alice = UserId::from_bytes([1; 16]);
    let mut ledger = place.open();
    let index_add = vec![(1000, "alice".to_owned(), alice)];
    let added = Commit {
        index_add,
        ..Commit::default()
    };
    ledger.append(added).unwrap();
    let before = place.as_after_a_kill();
    let removed = Commit {
        index_remove: vec![(1000, "alice".to_owned())],
        ..Commit::default()
    };
    ledger.append(removed).unwrap();
    drop(ledger);
    // The pages from before, with the root file and the master key as they are now.
    std::fs::remove_dir_all(place.log()).unwrap();
    copy_directory(&before.log(), &place.log());
    let refused = place.try_open();
    assert!(matches!(refused, Err(LedgerError::Damaged { .. })));
}
