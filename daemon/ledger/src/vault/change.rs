//! Adding and destroying keys.
//!
//! Destroying is a protocol of three steps, so that a crash between any two of them leaves either
//! all keys as they were or the key destroyed:
//!
//! 1. the root file gets the next root key beside the one in force;
//! 2. one append to the log brings the tree of keys under the next one, without the destroyed keys;
//! 3. the root file keeps the next one only.
//!
//! At start the root key that opens the tree is the one in force; the other one is dropped.

use super::key_tree::{Entry, KeyTree};
use super::seal::random_secret;
use super::{NewKey, Root, Vault, damaged};
use crate::error::LedgerError;
use crate::faults::WritePoint;
use crate::log::{Changes, EventLog};
use secinfo_domain::KeyId;
use std::collections::BTreeSet;

/// A change of the root key: what the root file holds during it and after it.
#[must_use = "it has to be staged before the changes and finished after them"]
pub(crate) struct Rotation {
    staged: Root,
    finished: Root,
}

impl Vault {
    /// Puts into `changes` what adds the first of `keys` and destroys the second, and the same with
    /// `entries` of the index of users, which no backup holds. If any are destroyed, the rotation is
    /// returned: the caller calls [`Vault::stage`], makes the changes durable, and then calls
    /// [`Vault::finish`].
    pub(crate) fn prepare(
        &self,
        keys: (&[NewKey], &[KeyId]),
        entries: (&[NewKey], &[KeyId]),
        changes: &mut Changes,
    ) -> Result<Option<Rotation>, LedgerError> {
        for id in keys.1.iter().collect::<BTreeSet<_>>() {
            self.retained.retain(|| self.export_key(*id))?;
        }
        let destroy: BTreeSet<KeyId> = [keys.1, entries.1].concat().into_iter().collect();
        let destroy: Vec<KeyId> = destroy.into_iter().collect();
        let mut new: Vec<Entry<'_>> = keys
            .0
            .iter()
            .chain(entries.0)
            .map(|key| (key.id(), &**key.secret()))
            .collect();
        new.sort_unstable_by_key(|(id, _)| *id);
        if let Some(twice) = new.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(LedgerError::KeyExists(twice[0].0));
        }
        if new.is_empty() && destroy.is_empty() {
            return Ok(None);
        }
        let root = self.read();
        let current = root.keys.last().expect("a root has a key");
        let next = random_secret()?;
        KeyTree(&*self.log).change(current, &next, &new, &destroy, changes)?;
        if destroy.is_empty() {
            return Ok(None);
        }
        let (mut staged, mut finished) = (root.clone(), root.clone());
        staged.keys = vec![current.clone(), next.clone()];
        finished.keys = vec![next];
        Ok(Some(Rotation { staged, finished }))
    }

    /// Puts the next root key beside the one in force (step 1).
    pub(crate) fn stage(&self, rotation: &Rotation) -> Result<(), LedgerError> {
        self.store_root(&rotation.staged, WritePoint::RootStage)
    }

    /// Takes the former root key away (step 3), once the changes are durable.
    pub(crate) fn finish(&self, rotation: &Rotation) -> Result<(), LedgerError> {
        self.store_root(&rotation.finished, WritePoint::RootFinish)
    }
}

/// The index of the root key in force.
pub(crate) fn in_force(root: &Root, log: &dyn EventLog) -> Result<usize, LedgerError> {
    for (index, key) in root.keys.iter().enumerate() {
        if KeyTree(log).is_under(key)? {
            return Ok(index);
        }
    }
    Err(damaged(format!(
        "the log and the vault's root file {} are not of the same time: one of them was put back alone",
        super::ROOT_FILE
    )))
}
