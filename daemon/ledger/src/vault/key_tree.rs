//! The tree of wrapped keys: one key for each user, method and token, found by its id, and one entry of
//! the index for each account.
//!
//! A node is one record, sealed as a whole under a key of its own. The key of the top node is the
//! vault's root key; that of every other node stands in the node above it. A leaf holds up to 32 keys
//! by their ids. One that would hold more becomes a branch with up to 32 nodes below it, one for each
//! value of the next five bits of an id.
//!
//! Adding a key writes its leaf anew. Destroying one gives every node on the way from the top to its
//! leaf a new key. All that was ever stored of the destroyed key was sealed under keys of these nodes,
//! and what held those keys as well, up to the former root key: once that is gone, old records, which
//! an engine may keep for a while, open nothing of it. The way is as long as the logarithm of the
//! number of keys: some four records of at most 1.6 KiB for a hundred thousand users.

use super::damaged;
use super::seal::{Secret, open, random_secret, seal};
use crate::error::LedgerError;
use crate::log::{Changes, EventLog, letter};
use secinfo_domain::KeyId;
use zeroize::Zeroizing;

/// The most keys in a leaf.
const LEAF_KEYS: usize = 32;

/// How many bits of an id choose one of the nodes below a branch.
const BITS: usize = 5;

/// No way is longer: then an id has no bits left.
const DEEPEST: usize = 128 / BITS;

const ID: usize = 16;
const KEY: usize = 32;

/// A key and its id.
pub(super) type Entry<'a> = (KeyId, &'a [u8; KEY]);

/// Where a node is: the numbers of the nodes on the way to it from the top, each below the one before.
type Path = Vec<u8>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Leaf,
    Branch,
}

/// A node, opened: its kind, and entries of a name and a key each, by rising name. In a leaf the name
/// is the key's id, in a branch the number of the node below.
struct Node {
    kind: Kind,
    /// As it is sealed. Never grows beyond its first capacity, which would leave keys behind.
    body: Zeroizing<Vec<u8>>,
}

impl Kind {
    const fn name(self) -> usize {
        match self {
            Self::Leaf => ID,
            Self::Branch => 1,
        }
    }

    const fn width(self) -> usize {
        self.name() + KEY
    }

    const fn most(self) -> usize {
        match self {
            Self::Leaf => LEAF_KEYS,
            Self::Branch => 1 << BITS,
        }
    }
}

impl Node {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            body: Zeroizing::new(Vec::with_capacity(kind.most() * kind.width())),
        }
    }

    fn decode(plain: &[u8]) -> Option<Self> {
        let (kind, body) = plain.split_first()?;
        let kind = match kind {
            0 => Kind::Leaf,
            1 => Kind::Branch,
            _ => return None,
        };
        let mut node = Self::new(kind);
        if body.len() % kind.width() != 0 || body.len() > node.body.capacity() {
            return None;
        }
        node.body.extend_from_slice(body);
        node.entries()
            .map(|(name, _)| name)
            .is_sorted_by(|a, b| a < b)
            .then_some(node)
    }

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut plain = Zeroizing::new(Vec::with_capacity(1 + self.body.len()));
        plain.push(match self.kind {
            Kind::Leaf => 0,
            Kind::Branch => 1,
        });
        plain.extend_from_slice(&self.body);
        plain
    }

    fn len(&self) -> usize {
        self.body.len() / self.kind.width()
    }

    fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    fn entries(&self) -> impl Iterator<Item = (&[u8], &[u8; KEY])> {
        self.body
            .chunks_exact(self.kind.width())
            .filter_map(|entry| entry.split_last_chunk::<KEY>())
    }

    /// The place of the entry with this name, or where it would be.
    fn place(&self, name: &[u8]) -> (usize, bool) {
        let before = self.entries().take_while(|(known, _)| *known < name);
        let place = before.count();
        let known = self.entries().nth(place);
        (
            place * self.kind.width(),
            known.is_some_and(|(known, _)| known == name),
        )
    }

    fn get(&self, name: &[u8]) -> Option<Secret> {
        self.entries()
            .find(|(known, _)| *known == name)
            .map(|(_, key)| Zeroizing::new(*key))
    }

    /// Sets the key of this name. Returns whether there was none.
    fn set(&mut self, name: &[u8], key: &[u8; KEY]) -> bool {
        let (place, is_known) = self.place(name);
        if is_known {
            let end = place + self.kind.width();
            self.body[end - KEY..end].copy_from_slice(key);
            return false;
        }
        debug_assert!(self.len() < self.kind.most());
        self.body
            .splice(place..place, name.iter().chain(key).copied());
        true
    }

    /// Removes the key of this name. Returns whether there was one.
    fn remove(&mut self, name: &[u8]) -> bool {
        let (place, is_known) = self.place(name);
        if is_known {
            self.body.drain(place..place + self.kind.width());
        }
        is_known
    }
}

/// The tree in the records of a log.
pub(super) struct KeyTree<'a>(pub(super) &'a dyn EventLog);

impl KeyTree<'_> {
    /// Puts an empty tree under this root key into `changes`.
    pub(super) fn create(root: &Secret, changes: &mut Changes) -> Result<(), LedgerError> {
        write(&[], &Node::new(Kind::Leaf), root, changes)
    }

    /// Whether the tree is under this root key.
    pub(super) fn is_under(&self, root: &Secret) -> Result<bool, LedgerError> {
        let Some(record) = self.0.record(&record_key(&[]))? else {
            return Err(damaged("the vault has lost its keys".to_owned()));
        };
        Ok(open(root, &context(&[]), &record).is_ok())
    }

    /// The key of this id, in the tree under this root key.
    pub(super) fn find(&self, root: &Secret, id: KeyId) -> Result<Option<Secret>, LedgerError> {
        let mut path = Path::new();
        let mut node = self.load(&path, root)?;
        while node.kind == Kind::Branch {
            let below = branch(id, path.len())?;
            let Some(key) = node.get(&[below]) else {
                return Ok(None);
            };
            path.push(below);
            node = self.load(&path, &key)?;
        }
        Ok(node.get(id.as_bytes()))
    }

    /// Puts into `changes` what adds `new` and destroys `destroy`, both by rising id and each id once.
    /// If keys are destroyed, the tree is under the root key `next` then.
    pub(super) fn change(
        &self,
        root: &Secret,
        next: &Secret,
        new: &[Entry<'_>],
        destroy: &[KeyId],
        changes: &mut Changes,
    ) -> Result<(), LedgerError> {
        let mut path = Path::new();
        let top = self.load(&path, root)?;
        let (top, is_changed) = self.changed(&mut path, top, new, destroy, changes)?;
        if is_changed {
            let key = if destroy.is_empty() { root } else { next };
            write(&path, &top, key, changes)?;
        }
        Ok(())
    }

    /// A node with these changes, and whether it differs. What is below it is put into `changes`.
    fn changed(
        &self,
        path: &mut Path,
        mut node: Node,
        new: &[Entry<'_>],
        destroy: &[KeyId],
        changes: &mut Changes,
    ) -> Result<(Node, bool), LedgerError> {
        if node.kind == Kind::Branch {
            let is_changed = self.change_below(path, &mut node, new, destroy, changes)?;
            let node = if node.is_empty() {
                Node::new(Kind::Leaf)
            } else {
                node
            };
            return Ok((node, is_changed));
        }
        for id in destroy {
            if !node.remove(id.as_bytes()) {
                return Err(LedgerError::NoSuchKey(*id));
            }
        }
        if let Some((id, _)) = new.iter().find(|(id, _)| node.place(id.as_bytes()).1) {
            return Err(LedgerError::KeyExists(*id));
        }
        if node.len() + new.len() > LEAF_KEYS {
            let known = node.entries().filter_map(|(id, key)| {
                let id = KeyId::from_bytes(id.try_into().ok()?);
                Some((id, key))
            });
            let mut entries: Vec<_> = known.chain(new.iter().copied()).collect();
            entries.sort_unstable_by_key(|(id, _)| *id);
            let mut top = Node::new(Kind::Branch);
            self.change_below(path, &mut top, &entries, &[], changes)?;
            return Ok((top, true));
        }
        for (id, key) in new {
            node.set(id.as_bytes(), key);
        }
        Ok((node, !new.is_empty() || !destroy.is_empty()))
    }

    /// Changes the nodes below a branch, and the branch with them. Returns whether it differs.
    fn change_below(
        &self,
        path: &mut Path,
        node: &mut Node,
        mut new: &[Entry<'_>],
        mut destroy: &[KeyId],
        changes: &mut Changes,
    ) -> Result<bool, LedgerError> {
        let depth = path.len();
        let mut is_changed = false;
        while let Some(first) = first_id(new, destroy) {
            let below = branch(first, depth)?;
            let is_there = |id: KeyId| branch(id, depth).is_ok_and(|branch| branch == below);
            let (new_below, new_beyond) =
                new.split_at(new.partition_point(|(id, _)| is_there(*id)));
            let (destroy_below, destroy_beyond) =
                destroy.split_at(destroy.partition_point(|id| is_there(*id)));
            (new, destroy) = (new_beyond, destroy_beyond);

            let former = node.get(&[below]);
            path.push(below);
            let child = match &former {
                Some(key) => self.load(path, key)?,
                None => Node::new(Kind::Leaf),
            };
            let (child, child_changed) =
                self.changed(path, child, new_below, destroy_below, changes)?;
            if child.is_empty() {
                changes.remove(&record_key(path));
                node.remove(&[below]);
                is_changed = true;
            } else if child_changed {
                let key = match former {
                    Some(key) if destroy_below.is_empty() => key,
                    _ => {
                        let key = random_secret()?;
                        node.set(&[below], &key);
                        is_changed = true;
                        key
                    }
                };
                write(path, &child, &key, changes)?;
            }
            path.pop();
        }
        Ok(is_changed)
    }

    fn load(&self, path: &[u8], key: &Secret) -> Result<Node, LedgerError> {
        let opened = self
            .0
            .record(&record_key(path))?
            .and_then(|record| open(key, &context(path), &record).ok())
            .and_then(|plain| Node::decode(&plain));
        opened.ok_or_else(|| damaged("a record of the vault's keys does not open".to_owned()))
    }
}

fn write(path: &[u8], node: &Node, key: &Secret, changes: &mut Changes) -> Result<(), LedgerError> {
    let sealed = seal(key, &context(path), &node.encode())?;
    changes.put(&record_key(path), sealed);
    Ok(())
}

fn context(path: &[u8]) -> [&[u8]; 2] {
    [b"keys", path]
}

fn record_key(path: &[u8]) -> Vec<u8> {
    [&[letter::KEY], path].concat()
}

fn first_id(new: &[Entry<'_>], destroy: &[KeyId]) -> Option<KeyId> {
    let new = new.first().map(|(id, _)| *id);
    new.into_iter().chain(destroy.first().copied()).min()
}

/// The number of the node that a key is below, in a branch this deep.
fn branch(id: KeyId, depth: usize) -> Result<u8, LedgerError> {
    if depth > DEEPEST {
        return Err(damaged("the vault's keys are too deep".to_owned()));
    }
    let rest = u128::from_be_bytes(*id.as_bytes()) << (BITS * depth);
    Ok(u8::try_from(rest >> (128 - BITS)).expect("five bits are a byte"))
}

#[cfg(all(test, feature = "memory"))]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use crate::log::{Batch, Engine, MemoryStorage};
    use crate::options::Options;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;

    /// A tree, what should be in it, and every record that was ever stored of it.
    struct Story {
        log: Arc<dyn EventLog>,
        root: Secret,
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
            };
            self.log.append(0, &batch).unwrap().acknowledged(0).unwrap();
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
                assert_eq!(tree.find(&self.root, *id).unwrap().as_deref(), Some(key));
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
        assert!(tree.find(&story.root, id(7, 0)).unwrap().is_none());
        assert!(tree.find(&story.root, id(9, 0)).unwrap().is_none());
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
            tree.find(&other, id(7, 3)),
            Err(LedgerError::Damaged { .. })
        ));
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
}
