//! The log as an auditor has read it, checked against the histories of users under load.

use secinfo_ledger::checkpoint::VerifierKey;
use secinfo_ledger::tree::{Frontier, Hash, leaf_hash};
use secinfo_ledger::{Ledger, MasterKey, Options, verify_all};
use secinfo_tests::load::{Change, Effect, History, Operation, Outcome};
use secinfo_tests::{Client, ROOT, ROOT_PATH, TestHost};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// Everything that has been read of the log so far.
pub(crate) struct AuditedLog {
    auditor: Client,
    key: VerifierKey,
    users: HashMap<String, u32>,
    tree: Frontier,
    /// The root at each size.
    roots: Vec<Hash>,
    /// The positions of each effect in the log.
    positions: HashMap<Effect, Vec<u64>>,
    /// How many of these positions have been checked against a history.
    checked: HashMap<Effect, usize>,
}

/// The positions between which an acknowledged operation must be in the log.
struct Interval {
    sent: u64,
    answered: u64,
    earliest: u64,
    latest: u64,
}

impl AuditedLog {
    /// Reads the log of the running daemon. The effects that it already has belong to no history.
    pub(crate) async fn begin(host: &TestHost) -> Self {
        let auditor = host.client(ROOT).await;
        let key: String = auditor
            .call(ROOT_PATH, "Audit", "VerifierKey", &())
            .await
            .unwrap();
        let mut log = Self {
            auditor,
            key: key.parse().unwrap(),
            users: HashMap::new(),
            tree: Frontier::new(),
            roots: vec![Frontier::new().root()],
            positions: HashMap::new(),
            checked: HashMap::new(),
        };
        log.read_on().await;
        log.checked = log.counts();
        log
    }

    /// The number of events read.
    pub(crate) fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Whether the log has this effect.
    pub(crate) fn has(&self, effect: &Effect) -> bool {
        self.positions.contains_key(effect)
    }

    /// Reads the new events, and checks that the root in the daemon's newest checkpoint is that of
    /// all events ever read.
    pub(crate) async fn read_on(&mut self) {
        let events = self.read_from(self.size()).await;
        self.learn_users(&events).await;
        for bytes in events {
            let event: Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(event["seq"], self.size(), "events have no gap");
            if let Some(effect) = self.effect(&event) {
                let positions = self.positions.entry(effect).or_default();
                positions.push(self.tree.size());
            }
            self.tree.append(leaf_hash(&bytes));
            self.roots.push(self.tree.root());
        }
        let size = self.check_newest().await;
        assert_eq!(size, self.size(), "the log has what was read, and no more");
    }

    /// Reads the whole log again, and checks that its events are the same.
    pub(crate) async fn read_again(&self) {
        let mut tree = Frontier::new();
        for bytes in self.read_from(0).await {
            tree.append(leaf_hash(&bytes));
        }
        assert_eq!((tree.size(), tree.root()), (self.size(), self.tree.root()));
    }

    /// Verifies the log on disk, without the daemon: events, stored tiles and root.
    pub(crate) fn verify_on_disk(&self, state: &Path) {
        let master = MasterKey::load_or_create(&state.join("master.key")).unwrap();
        let ledger = Ledger::open(state, master, Options::new("not a new log")).unwrap();
        let report = verify_all(&ledger.reader()).unwrap();
        assert_eq!(
            (report.events, report.root),
            (self.size(), self.tree.root())
        );
    }

    async fn check_newest(&self) -> u64 {
        let note: String = self
            .auditor
            .call(ROOT_PATH, "Audit", "Checkpoint", &())
            .await
            .unwrap();
        self.check_checkpoint(&note)
    }

    /// Checks that a checkpoint is signed and matches the events of the log.
    fn check_checkpoint(&self, note: &str) -> u64 {
        let checkpoint = self.key.verify(note).unwrap();
        let size = checkpoint.size();
        let root = self.roots.get(usize::try_from(size).unwrap());
        assert_eq!(
            Some(checkpoint.root()),
            root,
            "the checkpoint of {size} events is of the log with {}",
            self.size()
        );
        size
    }

    async fn read_from(&self, mut from: u64) -> Vec<Vec<u8>> {
        let mut events = Vec::new();
        loop {
            let (next, page): (u64, Vec<Vec<u8>>) = self
                .auditor
                .call(ROOT_PATH, "Audit", "Read", &(from, 5000_u32))
                .await
                .unwrap();
            if next == from {
                return events;
            }
            events.extend(page);
            from = next;
        }
    }

    async fn learn_users(&mut self, events: &[Vec<u8>]) {
        let new: HashSet<String> = events
            .iter()
            .filter_map(|bytes| {
                let event: Value = serde_json::from_slice(bytes).ok()?;
                Some(event["user"].as_str()?.to_owned())
            })
            .filter(|user| !self.users.contains_key(user))
            .collect();
        if new.is_empty() {
            return;
        }
        let ids: Vec<&str> = new.iter().map(String::as_str).collect();
        let names: HashMap<String, (u32, String)> = self
            .auditor
            .call(ROOT_PATH, "Audit", "Names", &ids)
            .await
            .unwrap();
        let users = names.into_iter().map(|(id, (uid, _))| (id, uid));
        self.users.extend(users);
    }

    /// The effect that an event records, if it is one of load.
    fn effect(&self, event: &Value) -> Option<Effect> {
        let uid = *self.users.get(event["user"].as_str()?)?;
        let data = &event["data"];
        let method = || data["method"].as_str().unwrap().to_owned();
        let change = match event["type"].as_str()? {
            "verification-succeeded" => Change::Verified {
                method: method(),
                counter: data["accepted"]["counter"].as_u64()?,
            },
            "method-renamed" => Change::Renamed { method: method() },
            "method-enrolled" => Change::Enrolled,
            "method-deleted" => Change::Deleted { method: method() },
            "recovery-codes-issued" => Change::CodesIssued,
            "access-pass-issued" => Change::PassIssued,
            _ => return None,
        };
        Some(Effect { uid, change })
    }

    fn counts(&self) -> HashMap<Effect, usize> {
        let count = |(effect, positions): (&Effect, &Vec<u64>)| (effect.clone(), positions.len());
        self.positions.iter().map(count).collect()
    }

    /// Checks the events since the last check against a history: every acknowledged operation is
    /// there, in order; there is nothing that was not requested; no code was accepted twice; and
    /// every checkpoint belongs to this log.
    pub(crate) fn check_history(&mut self, history: &History) {
        for note in &history.checkpoints {
            self.check_checkpoint(note);
        }
        let mut requested: HashMap<&Effect, Vec<&Operation>> = HashMap::new();
        for operation in &history.operations {
            requested
                .entry(&operation.effect)
                .or_default()
                .push(operation);
        }
        let mut intervals = Vec::new();
        for (effect, operations) in &requested {
            self.locate(effect, operations, &mut intervals);
        }
        expect_order(intervals);
        self.expect_no_other_effects(&requested);
        self.checked = self.counts();
    }

    /// Locates the acknowledged operations among the new events.
    fn locate(&self, effect: &Effect, operations: &[&Operation], intervals: &mut Vec<Interval>) {
        let checked = self.checked.get(effect).copied().unwrap_or_default();
        let events = self
            .positions
            .get(effect)
            .map_or(&[][..], |all| &all[checked..]);
        let done = |operation: &&&Operation| operation.outcome == Outcome::Done;
        let acknowledged = operations.iter().filter(done).count();
        assert!(
            (acknowledged..=operations.len()).contains(&events.len()),
            "of {effect:?}, {acknowledged} of {} were acknowledged, and {} are in the log",
            operations.len(),
            events.len()
        );
        // It is unknown which unacknowledged operations are in the log, but not how many.
        let unanswered = events.len() - acknowledged;
        let (mut done_before, mut open_before) = (0, 0);
        for operation in operations {
            if operation.outcome != Outcome::Done {
                open_before += 1;
                continue;
            }
            intervals.push(Interval {
                sent: operation.sent,
                answered: operation.answered,
                earliest: events[done_before],
                latest: events[done_before + unanswered.min(open_before)],
            });
            done_before += 1;
        }
    }

    fn expect_no_other_effects(&self, requested: &HashMap<&Effect, Vec<&Operation>>) {
        for (effect, positions) in &self.positions {
            if matches!(effect.change, Change::Verified { .. }) {
                assert_eq!(
                    positions.len(),
                    1,
                    "{effect:?} was accepted twice: {positions:?}"
                );
            }
            // Issuing new recovery codes deletes the former method.
            let unrequested = positions.len()
                > self.checked.get(effect).copied().unwrap_or_default()
                && !requested.contains_key(effect)
                && !matches!(effect.change, Change::Deleted { .. });
            assert!(
                !unrequested,
                "{effect:?} was not requested, but is at {positions:?}"
            );
        }
    }
}

/// An operation that was answered before another was sent must precede it in the log.
fn expect_order(mut intervals: Vec<Interval>) {
    intervals.sort_by_key(|interval| interval.sent);
    let mut by_answer: Vec<_> = intervals
        .iter()
        .map(|interval| (interval.answered, interval.earliest))
        .collect();
    by_answer.sort_unstable();
    let mut answered = by_answer.into_iter().peekable();
    let mut last = None;
    for interval in &intervals {
        while let Some((_, earliest)) = answered.next_if(|(when, _)| *when < interval.sent) {
            last = last.max(Some(earliest));
        }
        assert!(
            last < Some(interval.latest),
            "the operation sent at {} is at {} in the log, before {last:?}, which was answered before",
            interval.sent,
            interval.latest
        );
    }
}
