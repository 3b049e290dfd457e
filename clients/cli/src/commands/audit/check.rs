//! The check of a log: its events, taken one by one, against signed checkpoints.

use crate::failure::Failure;
use secinfo_domain::State;
use secinfo_domain::event::{StoredEvent, decode};
use secinfo_ledger::checkpoint::{Checkpoint, VerifierKey};
use secinfo_ledger::tree::{EMPTY_ROOT, Frontier, HASH_LEN, Hash, leaf_hash};

/// What is wrong with a log, and from which event on, where that can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    /// The first event that is wrong or missing.
    pub(super) from_event: Option<u64>,
    /// What is wrong, in a sentence.
    pub(super) message: String,
}

impl Finding {
    pub(super) fn new(from_event: impl Into<Option<u64>>, message: impl Into<String>) -> Self {
        Self {
            from_event: from_event.into(),
            message: message.into(),
        }
    }
}

/// A check that is going on.
pub(super) struct Check {
    checkpoint: Checkpoint,
    older: Option<Checkpoint>,
    frontier: Frontier,
    state: State,
    leaves: Vec<Hash>,
}

impl Check {
    /// A check against a checkpoint, and an older one that the log must continue. Both must be
    /// verified already.
    pub(super) fn new(checkpoint: Checkpoint, older: Option<Checkpoint>) -> Result<Self, Finding> {
        if let Some(older) = &older {
            if older.origin() != checkpoint.origin() {
                let message = format!("the older checkpoint is of another log, {}", older.origin());
                return Err(Finding::new(None, message));
            }
            if older.size() > checkpoint.size() {
                let (old, new) = (older.size(), checkpoint.size());
                let message =
                    format!("the log was rolled back: it has {new} events and once had {old}");
                return Err(Finding::new(new, message));
            }
        }
        Ok(Self {
            checkpoint,
            older,
            frontier: Frontier::new(),
            state: State::default(),
            leaves: Vec::new(),
        })
    }

    /// How many events the log must have.
    pub(super) fn size(&self) -> u64 {
        self.checkpoint.size()
    }

    /// Takes the next event, in its stored bytes.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), Finding> {
        let seq = self.frontier.size();
        self.compare_older()?;
        let stored = decode(bytes)
            .map_err(|error| Finding::new(seq, format!("event {seq} cannot be read: {error}")))?;
        if stored.seq != seq {
            let message = format!("event {} stands where event {seq} must be", stored.seq);
            return Err(Finding::new(seq, message));
        }
        self.replay(&stored);
        let leaf = leaf_hash(bytes);
        self.frontier.append(leaf);
        self.leaves.push(leaf);
        Ok(())
    }

    /// Applies the event to the state, as the daemon did.
    fn replay(&mut self, stored: &StoredEvent) {
        self.state = std::mem::take(&mut self.state).evolve(&stored.event);
    }

    /// At the size of the older checkpoint, the root must be the one it had then.
    fn compare_older(&self) -> Result<(), Finding> {
        match &self.older {
            Some(older) if older.size() == self.frontier.size() && *older.root() != self.root() => {
                let size = older.size();
                let message = format!(
                    "the first {size} events are not those of the older checkpoint: they were rewritten"
                );
                Err(Finding::new(None, message))
            }
            _ => Ok(()),
        }
    }

    fn root(&self) -> Hash {
        if self.frontier.size() == 0 {
            EMPTY_ROOT
        } else {
            self.frontier.root()
        }
    }

    /// Ends the check, after the last event.
    pub(super) fn finish(&self) -> Result<Proved, Finding> {
        let (found, size) = (self.frontier.size(), self.checkpoint.size());
        self.compare_older()?;
        if found < size {
            let message =
                format!("the log ends after {found} events, and its checkpoint is of {size}");
            return Err(Finding::new(found, message));
        }
        if self.root() != *self.checkpoint.root() {
            let message =
                format!("the {size} events are not those that the checkpoint was signed for");
            return Err(Finding::new(None, message));
        }
        Ok(Proved {
            events: found,
            users: self.state.user_count(),
            root: self.root(),
            origin: self.checkpoint.origin().to_string(),
            older: self.older.as_ref().map(Checkpoint::size),
        })
    }

    /// The root of the first `size` events that were taken.
    pub(super) fn root_at(&self, size: u64) -> Hash {
        let mut frontier = Frontier::new();
        let size = usize::try_from(size)
            .unwrap_or(usize::MAX)
            .min(self.leaves.len());
        for leaf in &self.leaves[..size] {
            frontier.append(*leaf);
        }
        frontier.root()
    }

    /// The root that the checkpoint was signed for.
    pub(super) fn signed_root(&self) -> Hash {
        *self.checkpoint.root()
    }
}

/// What a check proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proved {
    /// Number of events.
    pub(super) events: u64,
    /// Number of users that the replay came to.
    pub(super) users: usize,
    /// Root of their tree.
    pub(super) root: Hash,
    /// Which log it is.
    pub(super) origin: String,
    /// Size of the older checkpoint that the log continues.
    pub(super) older: Option<u64>,
}

/// Reads a key, and the checkpoint in a note that it must have signed.
pub(super) fn key_and_checkpoint(
    key: &str,
    note: &str,
) -> Result<(VerifierKey, Checkpoint), Failure> {
    let key: VerifierKey = key
        .trim()
        .parse()
        .map_err(|error| Failure::Usage(format!("{error}")))?;
    let checkpoint = key
        .verify(note)
        .map_err(|error| Failure::LogNotVerified(error.to_string()))?;
    Ok((key, checkpoint))
}

/// Hashes as they come over the bus.
pub(super) fn hashes(proof: &[Vec<u8>]) -> Result<Vec<Hash>, Failure> {
    let hash = |bytes: &Vec<u8>| <[u8; HASH_LEN]>::try_from(bytes.as_slice()).map(Hash::from_bytes);
    let hashes = proof.iter().map(hash).collect::<Result<_, _>>();
    Ok(hashes.map_err(|_| secinfo_bus::Error::Protocol("a hash has not 32 bytes".to_owned()))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use secinfo_ledger::checkpoint::{CheckpointSigner, Origin};

    const ORIGIN: &str = "host01/secinfo/0123456789abcdef0123456789abcdef";

    fn events(number: u64) -> Vec<Vec<u8>> {
        let actor = r#"{"who":"system","service":null}"#;
        let first = format!(
            r#"{{"seq":0,"time":1795356000000,"user":null,"type":"log-created","version":1,"actor":{actor},"data":{{"origin":"{ORIGIN}"}}}}"#
        );
        let user = "c".repeat(32);
        let others = (1..number).map(|seq| {
            format!(
                r#"{{"seq":{seq},"time":1795356000000,"user":"{user}","type":"unlocked","version":1,"actor":{actor},"data":{{}}}}"#
            )
        });
        std::iter::once(first)
            .chain(others)
            .map(String::into_bytes)
            .collect()
    }

    fn checkpoint_of(events: &[Vec<u8>]) -> Checkpoint {
        let mut frontier = Frontier::new();
        for bytes in events {
            frontier.append(leaf_hash(bytes));
        }
        Checkpoint::new(
            ORIGIN.parse::<Origin>().unwrap(),
            frontier.size(),
            frontier.root(),
        )
    }

    fn checked(
        events: &[Vec<u8>],
        checkpoint: Checkpoint,
        older: Option<Checkpoint>,
    ) -> Result<Proved, Finding> {
        let mut check = Check::new(checkpoint, older)?;
        for bytes in events {
            check.take(bytes)?;
        }
        check.finish()
    }

    #[test]
    fn a_log_that_nobody_touched_verifies_against_an_older_checkpoint_too() {
        let events = events(7);
        let older = checkpoint_of(&events[..3]);
        let proved = checked(&events, checkpoint_of(&events), Some(older)).unwrap();
        assert_eq!((proved.events, proved.older), (7, Some(3)));
    }

    #[test]
    fn an_edit_an_insertion_a_swap_and_a_cut_are_each_found() {
        let events = events(7);
        let checkpoint = || checkpoint_of(&events);

        let mut edited = events.clone();
        edited[4] = String::from_utf8(events[4].clone())
            .unwrap()
            .replace("1795356000000", "1795356000001")
            .into_bytes();
        assert_eq!(
            checked(&edited, checkpoint(), None).unwrap_err().from_event,
            None
        );

        let mut inserted = events.clone();
        inserted.insert(2, events[2].clone());
        assert_eq!(
            checked(&inserted, checkpoint(), None)
                .unwrap_err()
                .from_event,
            Some(3)
        );

        let mut swapped = events.clone();
        swapped.swap(4, 5);
        assert_eq!(
            checked(&swapped, checkpoint(), None)
                .unwrap_err()
                .from_event,
            Some(4)
        );

        assert_eq!(
            checked(&events[..5], checkpoint(), None)
                .unwrap_err()
                .from_event,
            Some(5)
        );

        let mut damaged = events.clone();
        damaged[1].truncate(10);
        assert_eq!(
            checked(&damaged, checkpoint(), None)
                .unwrap_err()
                .from_event,
            Some(1)
        );
    }

    #[test]
    fn a_log_that_was_rewritten_or_rolled_back_and_signed_again_is_found() {
        let events = events(7);
        let mut rewritten = events.clone();
        rewritten[1] = String::from_utf8(events[1].clone())
            .unwrap()
            .replace("1795356000000", "1")
            .into_bytes();
        let older = checkpoint_of(&events[..3]);
        let finding = checked(&rewritten, checkpoint_of(&rewritten), Some(older)).unwrap_err();
        assert!(finding.message.contains("rewritten"), "{}", finding.message);

        let finding = checked(
            &events[..3],
            checkpoint_of(&events[..3]),
            Some(checkpoint_of(&events)),
        )
        .unwrap_err();
        assert!(
            finding.message.contains("rolled back"),
            "{}",
            finding.message
        );
    }

    #[test]
    fn a_checkpoint_that_another_key_signed_is_refused() {
        let origin: Origin = ORIGIN.parse().unwrap();
        let signer = CheckpointSigner::from_seed(origin.clone(), &[1; 32]);
        let other = CheckpointSigner::from_seed(origin, &[2; 32]);
        let note = signer.sign(&checkpoint_of(&events(2))).unwrap();
        assert!(key_and_checkpoint(&signer.verifier_key().to_string(), &note).is_ok());
        let refused = key_and_checkpoint(&other.verifier_key().to_string(), &note)
            .map(|_| ())
            .unwrap_err();
        assert_eq!(refused.exit_code(), 6);
        assert_eq!(
            key_and_checkpoint("no key", &note)
                .map(|_| ())
                .unwrap_err()
                .exit_code(),
            2
        );
    }
}
