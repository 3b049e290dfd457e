//! Checks a log, event by event, against signed checkpoints.

use secinfo_domain::State;
use secinfo_domain::event::{Fact, StoredEvent, decode};
use secinfo_ledger::checkpoint::Checkpoint;
use secinfo_ledger::tree::{EMPTY_ROOT, Frontier, Hash, leaf_hash};
use serde::{Serialize, Serializer};

/// What is wrong with a log, and from which event on, if that is known.
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

/// A running check.
pub(super) struct Check {
    checkpoint: Checkpoint,
    older: Option<Checkpoint>,
    frontier: Frontier,
    state: State,
    leaves: Vec<Hash>,
    restores: Vec<Restore>,
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
            restores: Vec::new(),
        })
    }

    /// The number of events that the log must have.
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
        self.note_restore(&stored)?;
        self.replay(&stored);
        let leaf = leaf_hash(bytes);
        self.frontier.append(leaf);
        self.leaves.push(leaf);
        Ok(())
    }

    /// Checks that an event of a restore names the checkpoint of the events before it.
    fn note_restore(&mut self, stored: &StoredEvent) -> Result<(), Finding> {
        let Fact::LogRestored(fact) = &stored.event.fact else {
            return Ok(());
        };
        let seq = stored.seq;
        if fact.size != seq || fact.root.as_bytes() != self.root().as_bytes() {
            let message = format!(
                "event {seq} says that the log was restored from other events than those before it"
            );
            return Err(Finding::new(seq, message));
        }
        self.restores.push(Restore {
            event: seq,
            time: stored.event.time.as_millis(),
            backup_time: fact.backup_time.as_millis(),
            root: fact.root.to_string(),
        });
        Ok(())
    }

    /// Applies the event to the state, as the daemon did.
    fn replay(&mut self, stored: &StoredEvent) {
        self.state.apply(&stored.event);
    }

    /// Checks the root at the size of the older checkpoint.
    fn compare_older(&self) -> Result<(), Finding> {
        match &self.older {
            Some(older) if older.size() == self.frontier.size() && *older.root() != self.root() => {
                let size = older.size();
                let Some(restore) = self.restores.first() else {
                    let message = format!(
                        "the first {size} events are not those of the older checkpoint: they were rewritten"
                    );
                    return Err(Finding::new(None, message));
                };
                let event = restore.event;
                let message = format!(
                    "the log was rolled back: it was restored from a backup of its first {event} events, and those that the older checkpoint of {size} events has beyond them are gone; or they were rewritten"
                );
                Err(Finding::new(event, message))
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
            restores: self.restores.clone(),
        })
    }

    /// The root of the first `size` events.
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
    /// Number of users after the replay.
    pub(super) users: usize,
    /// Root of their tree.
    pub(super) root: Hash,
    /// The origin of the log.
    pub(super) origin: String,
    /// Size of the older checkpoint that the log continues.
    pub(super) older: Option<u64>,
    /// The restores in it.
    pub(super) restores: Vec<Restore>,
}

/// A restore, after which the log continues a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Restore {
    /// The number of its event, and so of the events of the backup.
    pub(super) event: u64,
    /// When, in milliseconds since 1970.
    #[serde(serialize_with = "seconds")]
    pub(super) time: u64,
    /// When the backup was made, in milliseconds since 1970.
    #[serde(serialize_with = "seconds")]
    pub(super) backup_time: u64,
    /// The root of the checkpoint of the backup.
    pub(super) root: String,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde calls"
)]
fn seconds<S: Serializer>(milliseconds: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(milliseconds / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use secinfo_ledger::checkpoint::Origin;

    const ORIGIN: &str = "host01/secinfo/0123456789abcdef0123456789abcdef";

    fn events(number: u64) -> Vec<Vec<u8>> {
        let actor = r#"{"who":"system","service":null}"#;
        let first = format!(
            r#"{{"seq":0,"time":1795356000000,"user":null,"type":"log-created","version":1,"actor":{actor},"data":{{"origin":"{ORIGIN}"}}}}"#
        );
        let user = "c".repeat(32);
        let others = (1..number).map(|seq| {
            format!(
                r#"{{"seq":{seq},"time":1795356000000,"user":"{user}","type":"unlocked","version":1,"actor":{actor},"data":{{"gates":[]}}}}"#
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
    fn an_untouched_log_verifies_against_an_older_checkpoint_too() {
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

    /// The first events, restored from a backup, and others after that.
    fn restored(events: &[Vec<u8>], of: usize, root: &str) -> Vec<Vec<u8>> {
        let event = format!(
            r#"{{"seq":{of},"time":1795356100000,"user":null,"type":"log-restored","version":1,"actor":{{"who":"root","service":null}},"data":{{"size":{of},"root":"{root}","backup_time":1795356050000}}}}"#
        );
        let mut log = events[..of].to_vec();
        log.push(event.into_bytes());
        let user = "c".repeat(32);
        log.extend((of + 1..events.len()).map(|seq| {
            format!(
                r#"{{"seq":{seq},"time":1795356200000,"user":"{user}","type":"unlocked","version":1,"actor":{{"who":"root","service":null}},"data":{{"gates":[]}}}}"#
            )
            .into_bytes()
        }));
        log
    }

    #[test]
    fn a_log_that_was_restored_verifies_and_says_so() {
        let events = events(7);
        let backup = checkpoint_of(&events[..4]);
        let log = restored(&events, 4, &backup.root().to_string());
        let before = checkpoint_of(&events[..3]);
        for older in [Some(before), Some(backup), None] {
            let proved = checked(&log, checkpoint_of(&log), older).unwrap();
            let [restore] = proved.restores.as_slice() else {
                panic!("{proved:?}");
            };
            assert_eq!((restore.event, restore.backup_time), (4, 1_795_356_050_000));
        }
        let other = checkpoint_of(&events[..3]).root().to_string();
        let wrong = restored(&events, 4, &other);
        let finding = checked(&wrong, checkpoint_of(&wrong), None).unwrap_err();
        assert_eq!(finding.from_event, Some(4));
    }

    #[test]
    fn a_checkpoint_of_the_former_host_after_the_backup_is_found_as_rolled_back() {
        let events = events(7);
        let backup = checkpoint_of(&events[..4]);
        let log = restored(&events, 4, &backup.root().to_string());
        for size in [5, 6, 7] {
            let later = checkpoint_of(&events[..size]);
            let finding = checked(&log, checkpoint_of(&log), Some(later)).unwrap_err();
            assert!(
                finding.message.contains("rolled back"),
                "{}",
                finding.message
            );
            assert_eq!(finding.from_event, Some(4));
        }
    }
}
