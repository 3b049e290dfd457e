//! The log as an auditor has read it, held against what users were told.

use secinfo_ledger::checkpoint::VerifierKey;
use secinfo_ledger::tree::{Frontier, Hash, leaf_hash};
use secinfo_ledger::{Ledger, MasterKey, Options, verify_all};
use secinfo_tests::load::{Account, Asked, Deed, Outcome, What};
use secinfo_tests::{Client, Host, ROOT, ROOT_PATH};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// Everything that was read of the log so far.
pub(crate) struct Record {
    auditor: Client,
    key: VerifierKey,
    users: HashMap<String, u32>,
    tree: Frontier,
    /// The root at each size.
    roots: Vec<Hash>,
    /// At which places of the log each deed is.
    happened: HashMap<Deed, Vec<u64>>,
    /// How many of those were held against an account.
    held: HashMap<Deed, usize>,
}

/// Between which places of the log an acknowledged request is.
struct Place {
    sent: u64,
    answered: u64,
    earliest: u64,
    latest: u64,
}

impl Record {
    /// Reads the log of the running daemon. What is in it by now was asked for by nobody's account.
    pub(crate) async fn begin(host: &Host) -> Self {
        let auditor = host.client(ROOT).await;
        let key: String = auditor
            .call(ROOT_PATH, "Audit", "VerifierKey", &())
            .await
            .unwrap();
        let mut record = Self {
            auditor,
            key: key.parse().unwrap(),
            users: HashMap::new(),
            tree: Frontier::new(),
            roots: vec![Frontier::new().root()],
            happened: HashMap::new(),
            held: HashMap::new(),
        };
        record.read_on().await;
        record.held = record.counts();
        record
    }

    /// How many events were read.
    pub(crate) fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Whether the log has it.
    pub(crate) fn has(&self, deed: &Deed) -> bool {
        self.happened.contains_key(deed)
    }

    /// Reads what is new, and holds the daemon's newest checkpoint against all that was ever read:
    /// its root is the one of these very events.
    pub(crate) async fn read_on(&mut self) {
        let events = self.read_from(self.size()).await;
        self.learn_users(&events).await;
        for bytes in events {
            let event: Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(event["seq"], self.size(), "events have no gap");
            if let Some(deed) = self.deed(&event) {
                let places = self.happened.entry(deed).or_default();
                places.push(self.tree.size());
            }
            self.tree.append(leaf_hash(&bytes));
            self.roots.push(self.tree.root());
        }
        let size = self.check_newest().await;
        assert_eq!(size, self.size(), "the log has what was read, and no more");
    }

    /// Reads the whole log again, and finds the same events.
    pub(crate) async fn read_again(&self) {
        let mut tree = Frontier::new();
        for bytes in self.read_from(0).await {
            tree.append(leaf_hash(&bytes));
        }
        assert_eq!((tree.size(), tree.root()), (self.size(), self.tree.root()));
    }

    /// Verifies the log without the daemon, as it lies on disk: events, stored tiles and root.
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

    /// That a checkpoint is signed, and for the events that the log has now.
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

    /// What an event says that happened, of what users under load ask for.
    fn deed(&self, event: &Value) -> Option<Deed> {
        let uid = *self.users.get(event["user"].as_str()?)?;
        let data = &event["data"];
        let method = || data["method"].as_str().unwrap().to_owned();
        let what = match event["type"].as_str()? {
            "verification-succeeded" => What::Verified {
                method: method(),
                counter: data["accepted"]["counter"].as_u64()?,
            },
            "method-renamed" => What::Renamed { method: method() },
            "method-enrolled" => What::Enrolled,
            "method-deleted" => What::Deleted { method: method() },
            "recovery-codes-issued" => What::CodesIssued,
            "access-pass-issued" => What::PassIssued,
            _ => return None,
        };
        Some(Deed { uid, what })
    }

    fn counts(&self) -> HashMap<Deed, usize> {
        let count = |(deed, places): (&Deed, &Vec<u64>)| (deed.clone(), places.len());
        self.happened.iter().map(count).collect()
    }

    /// Holds the events that are new since the last time against an account: all that was
    /// acknowledged is there, in order, and nothing that nobody asked for; no code is there twice;
    /// and every checkpoint that was served is one of this log.
    pub(crate) fn hold_against(&mut self, account: &Account) {
        for note in &account.checkpoints {
            self.check_checkpoint(note);
        }
        let mut asked: HashMap<&Deed, Vec<&Asked>> = HashMap::new();
        for request in &account.asked {
            asked.entry(&request.deed).or_default().push(request);
        }
        let mut places = Vec::new();
        for (deed, requests) in &asked {
            self.place(deed, requests, &mut places);
        }
        expect_order(places);
        self.expect_nothing_unasked(&asked);
        self.held = self.counts();
    }

    /// Finds the acknowledged requests among the events that are new.
    fn place(&self, deed: &Deed, requests: &[&Asked], places: &mut Vec<Place>) {
        let held = self.held.get(deed).copied().unwrap_or_default();
        let events = self.happened.get(deed).map_or(&[][..], |all| &all[held..]);
        let done = |request: &&&Asked| request.outcome == Outcome::Done;
        let acknowledged = requests.iter().filter(done).count();
        assert!(
            (acknowledged..=requests.len()).contains(&events.len()),
            "of {deed:?}, {acknowledged} of {} were acknowledged, and {} are in the log",
            requests.len(),
            events.len()
        );
        // Which of those without an answer happened is not known: at most so many.
        let unanswered = events.len() - acknowledged;
        let (mut done_before, mut open_before) = (0, 0);
        for request in requests {
            if request.outcome != Outcome::Done {
                open_before += 1;
                continue;
            }
            places.push(Place {
                sent: request.sent,
                answered: request.answered,
                earliest: events[done_before],
                latest: events[done_before + unanswered.min(open_before)],
            });
            done_before += 1;
        }
    }

    fn expect_nothing_unasked(&self, asked: &HashMap<&Deed, Vec<&Asked>>) {
        for (deed, places) in &self.happened {
            if matches!(deed.what, What::Verified { .. }) {
                assert_eq!(places.len(), 1, "{deed:?} was accepted twice: {places:?}");
            }
            // Codes that are issued anew delete the former ones.
            let unasked = places.len() > self.held.get(deed).copied().unwrap_or_default()
                && !asked.contains_key(deed)
                && !matches!(deed.what, What::Deleted { .. });
            assert!(
                !unasked,
                "nobody asked for {deed:?}, and it is at {places:?}"
            );
        }
    }
}

/// What was answered before something else was sent is before it in the log.
fn expect_order(mut places: Vec<Place>) {
    places.sort_by_key(|place| place.sent);
    let mut by_answer: Vec<_> = places
        .iter()
        .map(|place| (place.answered, place.earliest))
        .collect();
    by_answer.sort_unstable();
    let mut answered = by_answer.into_iter().peekable();
    let mut last = None;
    for place in &places {
        while let Some((_, earliest)) = answered.next_if(|(when, _)| *when < place.sent) {
            last = last.max(Some(earliest));
        }
        assert!(
            last < Some(place.latest),
            "what was sent at {} is at {} in the log, before {last:?}, which was answered before",
            place.sent,
            place.latest
        );
    }
}
