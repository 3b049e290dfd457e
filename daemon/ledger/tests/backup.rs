//! Backups: what one holds is there again elsewhere, what is no whole is refused, and a restore that
//! is interrupted anywhere leaves the ledger before it or the one after it.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod fixture;

use fixture::{Place, copy_directory};
use proptest::prelude::*;
use secinfo_domain::event::{Actor, Event, Fact, LogCreated, UserAdded, UserErased, Who, encode};
use secinfo_domain::{KeyId, Sealed, SealedPart, Timestamp, UserId};
use secinfo_ledger::backup::{
    BackupContents, BackupLabel, BackupReader, Manifest, Restoration, Restored, is_pending,
};
use secinfo_ledger::{
    Commit, FaultMode, Ledger, LedgerError, LedgerReader, MasterKey, NewKey, WritePoint, verify_all,
};
use std::sync::LazyLock;

fn event(seq: u64, user: Option<UserId>, fact: Fact) -> Vec<u8> {
    let event = Event {
        time: Timestamp::from_seconds(1_700_000_000 + seq),
        user,
        actor: Actor {
            who: Who::System,
            service: None,
        },
        fact,
    };
    encode(seq, &event).unwrap()
}

fn user(number: u8) -> UserId {
    let mut id = [number; 16];
    // Users share pages of the vault.
    id[0] = number % 3;
    UserId::from_bytes(id)
}

fn name(number: u8) -> String {
    format!("user{number}")
}

/// A host with users, each of whom has one key.
struct Home {
    _place: Place,
    ledger: Ledger,
    live: Vec<u8>,
}

impl Home {
    fn new() -> Self {
        let place = Place::new();
        let mut ledger = place.open();
        let origin = ledger.reader().proofs.origin().to_string();
        let first = event(0, None, LogCreated { origin }.into());
        ledger.append(Commit::of_events(vec![first])).unwrap();
        Self {
            _place: place,
            ledger,
            live: Vec::new(),
        }
    }

    fn with_users(count: u8) -> Self {
        let mut home = Self::new();
        for number in 0..count {
            home.add(number);
        }
        home
    }

    fn add(&mut self, number: u8) {
        let key = NewKey::generate(user(number).into()).unwrap();
        let sealed = key.seal(SealedPart::User, name(number).as_bytes()).unwrap();
        let fact = UserAdded {
            sealed: Sealed::new(sealed),
        };
        let seq = self.ledger.reader().log.size();
        self.ledger
            .append(Commit {
                events: vec![event(seq, Some(user(number)), fact.into())],
                new_keys: vec![key],
                index_add: vec![(1000 + u32::from(number), name(number), user(number))],
                ..Commit::default()
            })
            .unwrap();
        self.live.push(number);
    }

    fn erase(&mut self, number: u8) {
        let seq = self.ledger.reader().log.size();
        self.ledger
            .append(Commit {
                events: vec![event(seq, Some(user(number)), UserErased {}.into())],
                destroy_keys: vec![user(number).into()],
                index_remove: vec![(1000 + u32::from(number), name(number))],
                ..Commit::default()
            })
            .unwrap();
        self.live.retain(|live| *live != number);
    }

    fn keys(&self) -> Vec<KeyId> {
        self.live.iter().map(|live| user(*live).into()).collect()
    }

    fn back_up(&self) -> (Vec<u8>, Manifest) {
        let mut stream = Vec::new();
        let snapshot = self.ledger.backup_snapshot();
        let manifest = snapshot.write(label(), self.keys(), &mut stream).unwrap();
        (stream, manifest)
    }
}

fn label() -> BackupLabel {
    BackupLabel {
        time: 1_795_000_000_000,
        host: "host.example".to_owned(),
        version: "0.1.0".to_owned(),
    }
}

/// Reads a stream whole, as `backup --check` does.
fn check(stream: &[u8]) -> Result<(Manifest, BackupContents), LedgerError> {
    let mut reader = BackupReader::open(stream)?;
    let mut contents = BackupContents::default();
    while let Some(part) = reader.next_part()? {
        contents.take(&part)?;
    }
    contents.finish(|_, _| Ok(()))?;
    Ok((reader.manifest().clone(), contents))
}

/// Another host's ledger, with one event of its own.
fn other_host(place: &Place) -> Result<Ledger, LedgerError> {
    let master = MasterKey::from_bytes([9; 32]);
    Ledger::open(&place.path(), master, place.options())
}

/// Builds what the stream holds beside the ledger of this reader.
fn build(reader: &LedgerReader, stream: &[u8]) -> Result<Restored, LedgerError> {
    let mut backup = BackupReader::open(stream)?;
    let mut restoration = Restoration::begin(reader, &backup)?;
    let mut contents = BackupContents::default();
    while let Some(part) = backup.next_part()? {
        contents.take(&part)?;
        restoration.take(part)?;
    }
    contents.finish(|id, plain| {
        let name = String::from_utf8(plain.to_vec()).unwrap();
        let number: u32 = name.strip_prefix("user").unwrap().parse().unwrap();
        restoration.index(1000 + number, name, UserId::from_bytes(*id.as_bytes()))
    })?;
    let seq = contents.state().events();
    restoration.finish(format!("{{\"seq\":{seq},\"type\":\"log-restored\"}}").into_bytes())
}

/// Panics unless the ledger holds what the home held when it was backed up, and one event more.
fn expect_restored(ledger: &Ledger, home: &Home, manifest: &Manifest) {
    let reader = ledger.reader();
    assert_eq!(reader.log.size(), manifest.size + 1);
    assert_eq!(verify_all(&reader).unwrap().root, reader.proofs.root());
    assert_eq!(
        reader.proofs.root_at(manifest.size).unwrap().to_string(),
        manifest.root
    );
    assert_eq!(reader.proofs.origin(), home.ledger.reader().proofs.origin());
    assert_eq!(
        reader.proofs.verifier_key(),
        home.ledger.reader().proofs.verifier_key()
    );
    for number in 0..20_u8 {
        let is_live = home.live.contains(&number);
        assert_eq!(reader.vault.has_key(user(number).into()).unwrap(), is_live);
        let found = reader.index.lookup(1000 + u32::from(number), &name(number));
        assert_eq!(found.unwrap(), is_live.then(|| user(number)));
    }
}

fn without_some() -> Home {
    let mut home = Home::with_users(12);
    for number in [3, 0, 11] {
        home.erase(number);
    }
    home
}

static STREAM: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut home = Home::with_users(3);
    home.erase(1);
    home.back_up().0
});

#[test]
fn what_was_backed_up_is_there_again_under_another_master_key() {
    let home = without_some();
    let (stream, manifest) = home.back_up();
    assert_eq!((manifest.size, manifest.keys), (16, 9));
    let (read, contents) = check(&stream).unwrap();
    assert_eq!(read, manifest);
    assert_eq!(contents.state().user_count(), 9);

    let place = Place::new();
    let ledger = other_host(&place).unwrap();
    let restored = build(&ledger.reader(), &stream).unwrap();
    assert!(!is_pending(&place.path()));
    restored.decide().unwrap();
    assert!(is_pending(&place.path()));
    drop(ledger);
    let ledger = other_host(&place).unwrap();
    expect_restored(&ledger, &home, &manifest);
    assert!(ledger.was_restored());
    assert!(!is_pending(&place.path()));
    let mut names: Vec<_> = std::fs::read_dir(place.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["head", "lock", "log", "vault.root"]);

    // It goes on, and can be backed up and restored again.
    drop(ledger);
    let mut ledger = other_host(&place).unwrap();
    assert!(!ledger.was_restored());
    let more = Commit::of_events(vec![b"{}".to_vec()]);
    assert_eq!(ledger.append(more).unwrap(), manifest.size + 2);
    drop(ledger);
    expect_opens_under_its_master_key_alone(&place);
}

fn expect_opens_under_its_master_key_alone(place: &Place) {
    assert!(matches!(place.try_open(), Err(LedgerError::WrongMasterKey)));
    assert!(other_host(place).is_ok());
}

#[test]
fn a_backup_of_a_moment_has_the_keys_of_that_moment_whatever_comes_after_it() {
    let mut home = Home::with_users(6);
    let keys = home.keys();
    let (expected, _) = home.back_up();
    let snapshot = home.ledger.backup_snapshot();
    home.erase(2);
    home.add(7);
    home.erase(4);
    home.erase(7);
    let mut stream = Vec::new();
    snapshot.write(label(), keys, &mut stream).unwrap();
    assert_eq!(stream, expected);
    assert_eq!(check(&stream).unwrap().1.state().user_count(), 6);
    // Once it is written, nothing is kept for it.
    let snapshot = home.ledger.backup_snapshot();
    let gone = snapshot.write(label(), vec![user(2).into()], &mut Vec::new());
    assert!(matches!(gone, Err(LedgerError::NoSuchKey(_))));
}

#[test]
fn a_log_of_many_commits_is_streamed_whole() {
    let mut home = Home::with_users(2);
    for round in 0..40_u64 {
        let from = home.ledger.reader().log.size();
        let facts = (from..from + 1 + round * 13).map(|seq| {
            event(
                seq,
                Some(user(1)),
                secinfo_domain::event::Unlocked {}.into(),
            )
        });
        home.ledger
            .append(Commit::of_events(facts.collect()))
            .unwrap();
    }
    let (stream, manifest) = home.back_up();
    let place = Place::new();
    let ledger = other_host(&place).unwrap();
    build(&ledger.reader(), &stream).unwrap().decide().unwrap();
    drop(ledger);
    let ledger = other_host(&place).unwrap();
    expect_restored(&ledger, &home, &manifest);
}

#[test]
fn a_stream_that_was_cut_anywhere_is_refused() {
    check(&STREAM).unwrap();
    for length in 0..STREAM.len() {
        assert!(check(&STREAM[..length]).is_err(), "cut at {length}");
    }
}

#[test]
fn a_stream_that_goes_on_or_has_two_ends_is_refused() {
    for more in [b"x".as_slice(), &STREAM, &STREAM[STREAM.len() - 37..]] {
        let stream = [STREAM.as_slice(), more].concat();
        assert!(check(&stream).is_err());
    }
}

#[test]
fn a_stream_with_a_changed_byte_is_refused() {
    for at in 0..STREAM.len() {
        let mut changed = STREAM.clone();
        changed[at] ^= 0x20;
        assert!(check(&changed).is_err(), "changed at {at}");
    }
}

/// The records of a stream, each with its head.
fn records(stream: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = &stream[17..stream.len() - 37];
    let mut records = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[1..5].try_into().unwrap()) as usize;
        let (record, after) = rest.split_at(5 + length);
        records.push(record.to_vec());
        rest = after;
    }
    records
}

/// A stream of these records, with an end that belongs to them.
fn stream_of(records: &[Vec<u8>]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let mut stream = [b"secinfo backup 1\n".as_slice(), &records.concat()].concat();
    let hash = Sha256::digest(&stream);
    stream.extend_from_slice(b"Z\0\0\0\x20");
    stream.extend_from_slice(&hash);
    stream
}

#[test]
fn records_that_were_left_out_doubled_or_exchanged_are_refused_though_the_hash_is_right() {
    let whole = records(&STREAM);
    check(&stream_of(&whole)).unwrap();
    for at in 0..whole.len() {
        let mut less = whole.clone();
        less.remove(at);
        assert!(check(&stream_of(&less)).is_err(), "without record {at}");
        let mut more = whole.clone();
        more.insert(at, whole[at].clone());
        assert!(check(&stream_of(&more)).is_err(), "record {at} twice");
        if at > 0 {
            let mut swapped = whole.clone();
            swapped.swap(at - 1, at);
            assert!(check(&stream_of(&swapped)).is_err(), "record {at} earlier");
        }
    }
}

#[test]
fn keys_that_open_nothing_and_events_without_their_keys_are_refused() {
    let home = Home::with_users(4);
    for keys in [vec![user(0), user(1), user(2)], vec![]] {
        let keys = keys.into_iter().map(KeyId::from).collect();
        let mut stream = Vec::new();
        home.ledger
            .backup_snapshot()
            .write(label(), keys, &mut stream)
            .unwrap();
        let error = check(&stream).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("not all of it opens"), "{error}");
    }
    // A key under the id of another.
    let mut exchanged = records(&home.back_up().0);
    let at = exchanged
        .iter()
        .position(|record| record[0] == b'K')
        .unwrap();
    let (first, second) = (exchanged[at].clone(), exchanged[at + 1].clone());
    exchanged[at][21..].copy_from_slice(&second[21..]);
    exchanged[at + 1][21..].copy_from_slice(&first[21..]);
    assert!(check(&stream_of(&exchanged)).is_err());
}

#[test]
fn a_checkpoint_of_another_key_or_of_other_events_is_refused() {
    let (one, two) = (Home::with_users(2), Home::with_users(2));
    let mut mixed = records(&one.back_up().0);
    mixed[1].clone_from(&records(&two.back_up().0)[1]);
    assert!(matches!(
        check(&stream_of(&mixed)).map(|_| ()).unwrap_err(),
        LedgerError::Checkpoint(_)
    ));
    let mut other = records(&one.back_up().0);
    let manifest = String::from_utf8(other[0][5..].to_vec()).unwrap();
    let manifest = manifest.replace("\"size\":3", "\"size\":2");
    other[0].truncate(5);
    other[0].extend_from_slice(manifest.as_bytes());
    other.pop();
    assert!(check(&stream_of(&other)).is_err());
}

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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(check(&bytes).is_err());
        let begun = [b"secinfo backup 1\n".as_slice(), &bytes].concat();
        prop_assert!(check(&begun).is_err());
    }

    #[test]
    fn any_bytes_in_place_of_a_stretch_are_refused(
        at in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 1..60),
    ) {
        let at = at.index(STREAM.len());
        let mut changed = STREAM.clone();
        let end = (at + bytes.len()).min(changed.len());
        changed.splice(at..end, bytes);
        if changed != *STREAM {
            prop_assert!(check(&changed).is_err());
        }
    }

    #[test]
    fn any_record_with_a_right_hash_is_refused(
        letter in prop::sample::select(vec![b'M', b'S', b'K', b'E', b'Z', b'A']),
        place in any::<prop::sample::Index>(),
        body in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let mut records = records(&STREAM);
        let mut record = vec![letter];
        record.extend_from_slice(&u32::try_from(body.len()).unwrap().to_be_bytes());
        record.extend_from_slice(&body);
        let place = place.index(records.len() + 1);
        records.insert(place, record);
        prop_assert!(check(&stream_of(&records)).is_err());
    }
}
