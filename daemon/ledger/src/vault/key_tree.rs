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

use super::branches::Branches;
use super::damaged;
use super::node::{BITS, KEY, Kind, LEAF_KEYS, Node, Path};
use super::seal::{Secret, open, random_secret, seal};
use crate::error::LedgerError;
use crate::log::{Changes, EventLog, letter};
use secinfo_domain::KeyId;

/// No way is longer: then an id has no bits left.
const DEEPEST: usize = 128 / BITS;

/// A key and its id.
pub(super) type Entry<'a> = (KeyId, &'a [u8; KEY]);

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

    /// The key of this id, in the tree under this root key. Branches that are opened on the way to it
    /// are kept in `branches`, and those that are there are not opened again.
    pub(super) fn find(
        &self,
        root: &Secret,
        id: KeyId,
        branches: &Branches,
    ) -> Result<Option<Secret>, LedgerError> {
        let reading = branches.begin_reading();
        let mut path = Path::new();
        let mut key = root.clone();
        loop {
            let below = branch(id, path.len())?;
            let next = if let Some(next) = branches.key_below(&path, &key, below) {
                next
            } else {
                let node = self.load(&path, &key)?;
                if node.kind == Kind::Leaf {
                    return Ok(node.get(id.as_bytes()));
                }
                let next = node.get(&[below]);
                branches.keep(reading, &path, key, node);
                next
            };
            let Some(next) = next else {
                return Ok(None);
            };
            key = next;
            path.push(below);
        }
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
mod tests;
