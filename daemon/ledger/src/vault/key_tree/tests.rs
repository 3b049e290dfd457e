//! What has to hold of the tree of keys, whatever is added and destroyed.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use super::*;
use crate::log::{Batch, Engine, MemoryStorage};
use crate::options::Options;
use crate::vault::node::ID;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A tree, what should be in it, and every record that was ever stored of it.
struct Story {
    log: Arc<dyn EventLog>,
    root: Secret,
    branches: Branches,
    live: BTreeMap<KeyId, [u8; KEY]>,
    destroyed: Vec<[u8; KEY]>,
    stored: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Story {
    fn new() -> Self {
        let engine = Engine::Memory(MemoryStorage::default());
        let log = engine.open("".as_ref(), &Options::new("host")).unwrap();
        let root = random_secret().unwrap();
        let mut story = Self {
            log,
            root: root.clone(),
            branches: Branches::default(),
            live: BTreeMap::new(),
            destroyed: Vec::new(),
            stored: Vec::new(),
        };
        let mut changes = Changes::default();
        KeyTree::create(&root, &mut changes).unwrap();
        story.store(changes);
        story
    }

    fn store(&mut self, changes: Changes) -> usize {
        let stored = changes.iter().filter_map(|(key, value)| {
            let value = value?;
            Some((key.to_vec(), value.to_vec()))
        });
        self.stored.extend(stored);
        let count = changes.iter().count();
        let batch = Batch {
            events: &[],
            changes,
            destroys: false,
        };
        self.log.append(0, &batch).unwrap().acknowledged(0).unwrap();
        self.branches.forget();
        count
    }

    /// Changes the tree; returns how many records that took.
    fn change(&mut self, new: &BTreeSet<KeyId>, destroy: &BTreeSet<KeyId>) -> usize {
        let new: BTreeMap<_, _> = new
            .iter()
            .map(|id| (*id, *random_secret().unwrap()))
            .collect();
        let entries: Vec<_> = new.iter().map(|(id, key)| (*id, key)).collect();
        let ids: Vec<_> = destroy.iter().copied().collect();
        let (next, mut changes) = (random_secret().unwrap(), Changes::default());
        KeyTree(&*self.log)
            .change(&self.root, &next, &entries, &ids, &mut changes)
            .unwrap();
        if !destroy.is_empty() {
            self.root = next;
        }
        for id in destroy {
            self.destroyed.extend(self.live.remove(id));
        }
        self.live.extend(new);
        self.store(changes)
    }

    fn expect_live(&self) {
        let tree = KeyTree(&*self.log);
        for (id, key) in &self.live {
            assert_eq!(
                tree.find(&self.root, *id, &self.branches)
                    .unwrap()
                    .as_deref(),
                Some(key)
            );
        }
        assert!(tree.is_under(&self.root).unwrap());
    }

    /// Every key that can be reached from the root key in force, by all that was ever stored.
    fn reachable(&self) -> BTreeSet<[u8; KEY]> {
        let mut reached = BTreeSet::from([*self.root]);
        let mut next = vec![*self.root];
        while let Some(key) = next.pop() {
            for (record_key, record) in &self.stored {
                let Ok(plain) = open(&key, &context(&record_key[1..]), record) else {
                    continue;
                };
                let node = Node::decode(&plain).unwrap();
                next.extend(
                    node.entries()
                        .map(|(_, key)| *key)
                        .filter(|key| reached.insert(*key)),
                );
            }
        }
        reached
    }

    fn expect_destroyed(&self) {
        let reachable = self.reachable();
        assert!(self.live.values().all(|key| reachable.contains(key)));
        assert!(!self.destroyed.iter().any(|key| reachable.contains(key)));
    }
}

fn id(first: u8, number: u32) -> KeyId {
    let mut id = [first; ID];
    id[ID - 4..].copy_from_slice(&number.to_be_bytes());
    KeyId::from_bytes(id)
}

fn random_ids(count: usize) -> BTreeSet<KeyId> {
    let mut ids = vec![0; count * ID];
    crate::vault::random(&mut ids).unwrap();
    let (ids, _) = ids.as_chunks();
    ids.iter().map(|id| KeyId::from_bytes(*id)).collect()
}

#[test]
fn keys_whose_ids_begin_alike_are_told_apart_to_the_last_bit() {
    let mut story = Story::new();
    let ids: BTreeSet<_> = (0..100).map(|number| id(7, number)).collect();
    story.change(&ids, &BTreeSet::new());
    story.expect_live();
    let destroy: BTreeSet<_> = ids.iter().copied().step_by(3).collect();
    story.change(&BTreeSet::new(), &destroy);
    story.expect_live();
    story.expect_destroyed();
    let tree = KeyTree(&*story.log);
    assert!(
        tree.find(&story.root, id(7, 0), &story.branches)
            .unwrap()
            .is_none()
    );
    assert!(
        tree.find(&story.root, id(9, 0), &story.branches)
            .unwrap()
            .is_none()
    );
}

#[test]
fn destroying_one_of_many_keys_takes_a_few_records() {
    let mut story = Story::new();
    let ids = random_ids(3_000);
    story.change(&ids, &BTreeSet::new());
    for id in ids.iter().step_by(300) {
        let changed = story.change(&BTreeSet::new(), &BTreeSet::from([*id]));
        assert!(changed <= 4, "{changed} records");
    }
    let changed = story.change(&random_ids(1), &BTreeSet::new());
    assert!(changed <= 3, "{changed} records");
    story.expect_live();
}

#[test]
fn what_is_not_there_or_there_already_is_refused() {
    let mut story = Story::new();
    story.change(&(0..60).map(|n| id(7, n)).collect(), &BTreeSet::new());
    let tree = KeyTree(&*story.log);
    let refused = |new: &[Entry<'_>], destroy: &[KeyId]| {
        let mut changes = Changes::default();
        tree.change(&story.root, &story.root, new, destroy, &mut changes)
            .unwrap_err()
    };
    for unknown in [id(7, 99), id(9, 0)] {
        let error = refused(&[], &[id(7, 3), unknown]);
        assert!(matches!(error, LedgerError::NoSuchKey(id) if id == unknown));
    }
    let error = refused(&[(id(7, 3), &[0; KEY])], &[]);
    assert!(matches!(error, LedgerError::KeyExists(known) if known == id(7, 3)));
    let other = random_secret().unwrap();
    assert!(!tree.is_under(&other).unwrap());
    assert!(matches!(
        tree.find(&other, id(7, 3), &Branches::default()),
        Err(LedgerError::Damaged { .. })
    ));
}

#[test]
fn a_key_is_found_without_reading_the_branches_that_are_kept() {
    let mut story = Story::new();
    story.change(&random_ids(3_000), &BTreeSet::new());
    story.expect_live();
    let mut changes = Changes::default();
    changes.remove(&record_key(&[]));
    let batch = Batch {
        events: &[],
        changes,
        destroys: false,
    };
    story
        .log
        .append(0, &batch)
        .unwrap()
        .acknowledged(0)
        .unwrap();
    let tree = KeyTree(&*story.log);
    let (id, key) = story.live.first_key_value().unwrap();
    let found = tree.find(&story.root, *id, &story.branches).unwrap();
    assert_eq!(found.as_deref(), Some(key));
    story.branches.forget();
    assert!(matches!(
        tree.find(&story.root, *id, &story.branches),
        Err(LedgerError::Damaged { .. })
    ));
}

#[test]
fn branches_that_are_kept_lead_to_no_destroyed_key() {
    let mut story = Story::new();
    story.change(&random_ids(3_000), &BTreeSet::new());
    story.expect_live();
    let former = story.root.clone();
    let kept = std::mem::take(&mut story.branches);
    let destroyed: BTreeSet<_> = story.live.keys().copied().step_by(100).collect();
    story.change(&BTreeSet::new(), &destroyed);
    let tree = KeyTree(&*story.log);
    for id in &destroyed {
        assert!(tree.find(&former, *id, &kept).is_err());
        assert!(tree.find(&story.root, *id, &kept).unwrap().is_none());
    }
}

#[test]
fn a_branch_that_was_read_before_a_change_is_not_kept_after_it() {
    let branches = Branches::default();
    let key = random_secret().unwrap();
    let branch = || {
        let mut node = Node::new(Kind::Branch);
        node.set(&[7], &[1; KEY]);
        node
    };
    let reading = branches.begin_reading();
    branches.keep(reading, &[], key.clone(), branch());
    assert!(branches.key_below(&[], &key, 7).flatten().is_some());
    let other = random_secret().unwrap();
    assert!(branches.key_below(&[], &other, 7).is_none());
    branches.forget();
    branches.keep(reading, &[], key.clone(), branch());
    assert!(branches.key_below(&[], &key, 7).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn nothing_that_was_ever_stored_leads_to_a_destroyed_key(
        rounds in prop::collection::vec((0..60_u32, 0..50_usize), 1..8),
    ) {
        let mut story = Story::new();
        let mut number = 0;
        for (add, destroy) in rounds {
            // Alike and not alike, so that the tree is deep here and shallow there.
            let alike = (0..add / 2).map(|n| id(7, number + n));
            let mut new: BTreeSet<_> = alike.collect();
            number += add;
            new.extend(random_ids((add - add / 2) as usize));
            let step = (story.live.len() / (destroy + 1)).max(1);
            let destroyed = story.live.keys().copied().step_by(step).take(destroy).collect();
            story.change(&new, &destroyed);
            story.expect_live();
        }
        story.expect_destroyed();
    }
}
