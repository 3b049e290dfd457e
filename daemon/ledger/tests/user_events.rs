//! Finding the events of one user.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod fixture;

use fixture::Place;
use secinfo_domain::UserId;
use secinfo_ledger::{Commit, LedgerError, LedgerReader};
use std::ops::ControlFlow;

fn user(number: u64) -> UserId {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    UserId::from_bytes(bytes)
}

fn event(seq: u64, user: UserId) -> Vec<u8> {
    format!(
        r#"{{"seq":{seq},"time":1795000000123,"user":"{user}","type":"unlocked","version":1,"actor":{{"who":"root","service":null}},"data":{{"gates":[]}}}}"#
    )
    .into_bytes()
}

/// Whose event that is: most are one user's, every hundredth one of a few others', and the very first
/// that of a user who has one only.
fn owner(seq: u64) -> UserId {
    match seq {
        0 => user(99),
        _ if seq % 100 == 7 => user(1 + seq / 100 % 5),
        _ => user(0),
    }
}

fn append(place: &Place, from: u64, to: u64) -> LedgerReader {
    let mut ledger = place.open();
    for begins in (from..to).step_by(64) {
        let events = (begins..to.min(begins + 64)).map(|seq| event(seq, owner(seq)));
        ledger.append(Commit::of_events(events.collect())).unwrap();
    }
    ledger.reader()
}

fn found(reader: &LedgerReader, user: UserId, before: u64, most: usize) -> Vec<u64> {
    let mut found = Vec::new();
    reader
        .log
        .for_each_of_user::<LedgerError>(user, before, |seq, bytes| {
            assert_eq!(bytes, event(seq, user));
            found.push(seq);
            Ok(if found.len() == most {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        })
        .unwrap();
    found
}

#[test]
fn the_events_of_a_user_are_all_found_newest_first_and_no_others() {
    let place = Place::new();
    let mut ledger = place.open();
    let size = 3000;
    for begins in (0..size).step_by(64) {
        let events = (begins..begins + 64).map(|seq| event(seq, owner(seq)));
        ledger.append(Commit::of_events(events.collect())).unwrap();
    }
    let reader = ledger.reader();
    let size = reader.log.size();
    for user in [user(0), user(1), user(3), user(99), user(1234)] {
        for before in [0, 1, 255, 256, 257, 2900, size, u64::MAX] {
            let all = (0..size.min(before)).filter(|seq| owner(*seq) == user);
            let wanted: Vec<_> = all.rev().collect();
            assert_eq!(found(&reader, user, before, usize::MAX), wanted);
            let few = &wanted[..wanted.len().min(3)];
            assert!(few.is_empty() || found(&reader, user, before, 3) == few);
        }
    }
}

#[test]
fn the_events_of_a_user_are_found_without_the_records_of_stretches() {
    let place = Place::new();
    drop(append(&place, 0, 1000));
    let db = place.sled();
    let records: Vec<_> = db.scan_prefix(b"u").keys().collect();
    assert_eq!(records.len(), 3, "one for each full stretch");
    for key in records {
        db.remove(key.unwrap()).unwrap();
    }
    drop(db);
    let ledger = place.open();
    assert_eq!(found(&ledger.reader(), user(99), u64::MAX, 9), [0]);
    assert_eq!(found(&ledger.reader(), user(1), u64::MAX, 1), [507]);
}

#[test]
fn the_proof_of_an_event_fits_the_checkpoint_that_comes_with_it() {
    use secinfo_ledger::tree::{leaf_hash, verify_inclusion};
    let place = Place::new();
    let mut ledger = place.open();
    let events = (0..300).map(|seq| event(seq, owner(seq)));
    ledger.append(Commit::of_events(events.collect())).unwrap();
    let proofs = ledger.reader().proofs;
    let (hashes, note) = proofs.inclusion_with_checkpoint(107).unwrap();
    let checkpoint = proofs.verifier_key().verify(&note).unwrap();
    let (size, root) = (checkpoint.size(), *checkpoint.root());
    let proves = |event: &[u8]| verify_inclusion(&hashes, leaf_hash(event), 107, size, root);
    proves(&event(107, owner(107))).unwrap();
    proves(&event(107, user(0))).unwrap_err();
    proofs.inclusion_with_checkpoint(300).unwrap_err();
}
