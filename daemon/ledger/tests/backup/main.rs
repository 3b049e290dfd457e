//! Backups: what one holds is there again elsewhere, what is no whole is refused, and a restore that
//! is interrupted anywhere leaves the ledger before it or the one after it.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[path = "../fixture/mod.rs"]
mod fixture;
mod interruptions;
mod refusals;

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
        actor: Actor::new(Who::System),
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
    assert_eq!(
        reader.vault.push_key(),
        home.ledger.reader().vault.push_key()
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
    home.ledger.keep_push_key(vec![7; 2400].into()).unwrap();
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
                secinfo_domain::event::Unlocked { gates: Vec::new() }.into(),
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
