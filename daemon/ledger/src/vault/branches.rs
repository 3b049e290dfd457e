//! The upper branches of the tree of keys, opened. With them a key is found by opening its leaf and
//! little more, however many keys there are.
//!
//! After a change of the tree they are [forgotten](Branches::forget), and their keys wiped: a destroyed
//! key is found no longer, and an added one is. What was read before a change is not kept after it.

use super::node::{Node, Path};
use super::seal::Secret;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use subtle::ConstantTimeEq;

/// Branches above this depth are kept: 33 at most, of some 1.1 KiB.
const DEPTH: usize = 2;

/// Branches of the tree of keys.
#[derive(Default)]
pub(super) struct Branches(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// How often the tree was changed.
    changes: u64,
    /// By where they are, with the key that opened them.
    nodes: BTreeMap<Path, (Secret, Node)>,
}

/// The state of the tree that is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading(u64);

impl Branches {
    /// To be called before the tree is read for what is to be [kept](Self::keep).
    pub(super) fn begin_reading(&self) -> Reading {
        Reading(self.lock().changes)
    }

    /// The key of the node `below` the branch at `path`, none if there is no such node. None at all
    /// if no branch is kept that this key has opened there.
    #[allow(
        clippy::option_option,
        reason = "the outer says whether the branch is known, the inner what is below it"
    )]
    pub(super) fn key_below(&self, path: &[u8], key: &Secret, below: u8) -> Option<Option<Secret>> {
        let kept = self.lock();
        let (opened_by, node) = kept.nodes.get(path)?;
        let is_it = bool::from(opened_by.as_slice().ct_eq(key.as_slice()));
        is_it.then(|| node.get(&[below]))
    }

    /// Keeps a branch, unless the tree was changed since it was read.
    pub(super) fn keep(&self, reading: Reading, path: &[u8], key: Secret, node: Node) {
        let mut kept = self.lock();
        if path.len() < DEPTH && reading == Reading(kept.changes) {
            kept.nodes.insert(path.to_vec(), (key, node));
        }
    }

    /// Forgets all of them, because the tree was changed.
    pub(super) fn forget(&self) {
        let mut kept = self.lock();
        kept.changes += 1;
        kept.nodes.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
