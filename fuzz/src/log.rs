//! What auditors and a starting daemon read: events, exports, checkpoints, backups, snapshots.

use secinfo_domain::State;
use secinfo_domain::event::{decode, encode};
use secinfo_ledger::ExportReader;
use secinfo_ledger::backup::BackupReader;
use secinfo_ledger::checkpoint::{Checkpoint, Origin, VerifierKey};

/// Reads a stored event. One that is read is stored in the same meaning, and changes a state.
pub(crate) fn event(input: &[u8]) {
    let Ok(stored) = decode(input) else {
        return;
    };
    if let Ok(bytes) = encode(stored.seq, &stored.event) {
        let again = decode(&bytes).expect("what is written is read");
        assert_eq!(again, stored);
    }
    State::default().apply(&stored.event);
}

/// Reads an exported log, each event of it, and evolves a state by them.
pub(crate) fn export(input: &[u8]) {
    let mut reader = ExportReader::new(input);
    let mut state = State::default();
    let mut events = 0;
    while let Ok(Some(bytes)) = reader.next_event() {
        events += 1;
        if let Ok(stored) = decode(bytes) {
            state.apply(&stored.event);
        }
    }
    assert_eq!(reader.size(), events);
    let _ = reader.root();
}

/// Reads a checkpoint, an origin and a verifier key: one that is read is written as it was.
pub(crate) fn checkpoint(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    if let Ok(checkpoint) = text.parse::<Checkpoint>() {
        assert_eq!(checkpoint.to_string(), text);
    }
    if let Ok(origin) = text.parse::<Origin>() {
        assert_eq!(origin.as_str(), text);
    }
    // The key stands on the first line, the note that it verifies below.
    let (key, note) = text.split_once('\n').unwrap_or((text, ""));
    if let Ok(verifier) = key.parse::<VerifierKey>() {
        assert_eq!(verifier.to_string(), key);
        if let Ok(checkpoint) = verifier.verify(note) {
            assert_eq!(checkpoint.origin(), verifier.origin());
        }
    }
}

/// Reads a backup to its end or its first fault.
pub(crate) fn backup(input: &[u8]) {
    let Ok(mut reader) = BackupReader::open(input) else {
        return;
    };
    while let Ok(Some(_)) = reader.next_part() {}
}

/// Reads the state that a snapshot holds. One that is read is written and read alike.
pub(crate) fn snapshot(input: &[u8]) {
    let Ok(state) = postcard::from_bytes::<State>(input) else {
        return;
    };
    let bytes = postcard::to_allocvec(&state).expect("a state is written");
    let again: State = postcard::from_bytes(&bytes).expect("what is written is read");
    assert!(again == state, "a state that is written is read alike");
}
