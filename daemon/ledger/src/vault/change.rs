//! Adding and destroying keys.
//!
//! Destroying is a protocol of three steps, so that a crash between any two of them leaves either
//! all keys as they were or the key destroyed:
//!
//! 1. the root file gets the next root key beside the one in force;
//! 2. one batch of the log wraps everything under the next one, without the destroyed keys, and
//!    names its generation;
//! 3. the root file keeps the next one only.
//!
//! At start the generation in the log says which root key is in force; the other one is dropped.

use super::{
    NewKey, PageKey, Root, Slot, State, Vault, damaged, page_of, unwrap_leaf, wrap_leaf, wrap_page,
};
use crate::error::LedgerError;
use crate::faults::WritePoint;
use crate::log::{Changes, Store, keys};
use crate::vault::seal::random_secret;
use secinfo_domain::KeyId;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

/// A change of the root key: what the root file holds during it and after it.
#[must_use = "it has to be staged before the changes and finished after them"]
pub(crate) struct Rotation {
    staged: Root,
    finished: Root,
}

impl Vault {
    /// Puts into `changes` what adds `new_keys` and destroys `destroy`. If keys are destroyed, the
    /// rotation is returned: the caller calls [`Vault::stage`], makes the changes durable, and then
    /// calls [`Vault::finish`].
    pub(crate) fn prepare(
        &self,
        store: &Store,
        new_keys: &[NewKey],
        destroy: &[KeyId],
        changes: &mut Changes,
    ) -> Result<Option<Rotation>, LedgerError> {
        let destroy: BTreeSet<KeyId> = destroy.iter().copied().collect();
        for id in &destroy {
            if !Self::has_key(store, *id)? {
                return Err(LedgerError::NoSuchKey(*id));
            }
            self.keepers.keep(|| self.export_key(store, *id))?;
        }
        let mut added = BTreeSet::new();
        for key in new_keys {
            if !added.insert(key.id()) || Self::has_key(store, key.id())? {
                return Err(LedgerError::KeyExists(key.id()));
            }
        }

        let state = self.read();
        let current = state.root.slots.last().expect("a root has a slot");
        if destroy.is_empty() {
            let mut fresh = BTreeMap::new();
            return state
                .add_keys(store, current, new_keys, &mut fresh, changes)
                .map(|()| None);
        }
        let next = Slot {
            generation: current.generation + 1,
            key: random_secret()?,
        };
        let mut pages = state.rewrap(store, &next, &destroy, changes)?;
        state.add_keys(store, &next, new_keys, &mut pages, changes)?;
        changes.put(keys::META_GENERATION, next.generation.to_be_bytes());

        let mut staged = state.root.clone();
        let mut finished = state.root.clone();
        finished.slots = vec![next.clone()];
        staged.slots = vec![current.clone(), next];
        Ok(Some(Rotation { staged, finished }))
    }

    /// Puts the next root key beside the one in force (step 1).
    pub(crate) fn stage(&self, rotation: &Rotation) -> Result<(), LedgerError> {
        rotation.staged.store(
            &self.directory,
            &self.master,
            WritePoint::RootStage,
            &self.faults,
        )?;
        // From here on readers meet records of either generation.
        self.write().root = rotation.staged.clone();
        Ok(())
    }

    /// Runs `apply` while nobody reads the vault, so that no reader sees one record from before
    /// it and the next from after it.
    pub(crate) fn exclusively<T>(&self, apply: impl FnOnce() -> T) -> T {
        let mut state = self.write();
        let result = apply();
        state.pages = Mutex::default();
        result
    }

    /// Takes the former root key away (step 3), once the changes are durable.
    pub(crate) fn finish(&self, rotation: Rotation) -> Result<(), LedgerError> {
        rotation.finished.store(
            &self.directory,
            &self.master,
            WritePoint::RootFinish,
            &self.faults,
        )?;
        self.write().root = rotation.finished;
        Ok(())
    }
}

impl State {
    /// Wraps all page keys under `next`. Pages that lose a key get a new key of their own, under
    /// which their other keys are wrapped again. Returns those new page keys.
    fn rewrap(
        &self,
        store: &Store,
        next: &Slot,
        destroy: &BTreeSet<KeyId>,
        changes: &mut Changes,
    ) -> Result<BTreeMap<u8, PageKey>, LedgerError> {
        let losing: BTreeSet<u8> = destroy.iter().map(|id| page_of(*id)).collect();
        let mut renewed = BTreeMap::new();
        for entry in store.prefix(&[keys::PAGE]) {
            let (record_key, record) = entry?;
            let Some(&page) = record_key.get(1) else {
                return Err(damaged("the vault has a page without a number".to_owned()));
            };
            let mut key = self.unwrap_page(page, &record)?;
            if losing.contains(&page) {
                let new = PageKey {
                    generation: next.generation,
                    key: random_secret()?,
                };
                rewrap_leaves(store, page, &key, &new, destroy, changes)?;
                renewed.insert(page, new.clone());
                key = new;
            }
            changes.put(&record_key, wrap_page(next, page, &key)?);
        }
        Ok(renewed)
    }

    /// Wraps each new key under its page's key, and makes the page's key where there is none.
    /// `pages` has those that are not stored yet.
    fn add_keys(
        &self,
        store: &Store,
        root: &Slot,
        new_keys: &[NewKey],
        pages: &mut BTreeMap<u8, PageKey>,
        changes: &mut Changes,
    ) -> Result<(), LedgerError> {
        for new in new_keys {
            let page = page_of(new.id());
            let key = match pages.entry(page) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(match self.page_key(store, page)? {
                    Some(key) => key,
                    None => make_page(root, page, changes)?,
                }),
            };
            changes.put(
                &keys::leaf(new.id()),
                wrap_leaf(key, new.id(), new.secret())?,
            );
        }
        Ok(())
    }
}

fn make_page(root: &Slot, page: u8, changes: &mut Changes) -> Result<PageKey, LedgerError> {
    let key = PageKey {
        generation: root.generation,
        key: random_secret()?,
    };
    changes.put(&keys::page(page), wrap_page(root, page, &key)?);
    Ok(key)
}

fn rewrap_leaves(
    store: &Store,
    page: u8,
    former: &PageKey,
    new: &PageKey,
    destroy: &BTreeSet<KeyId>,
    changes: &mut Changes,
) -> Result<(), LedgerError> {
    for entry in store.prefix(&[keys::LEAF, page]) {
        let (record_key, record) = entry?;
        let id = record_key
            .get(1..)
            .and_then(|id| id.try_into().ok())
            .map(KeyId::from_bytes);
        let Some(id) = id else {
            return Err(damaged("the vault has a key without an id".to_owned()));
        };
        if destroy.contains(&id) {
            changes.remove(&record_key);
        } else {
            changes.put(
                &record_key,
                wrap_leaf(new, id, &unwrap_leaf(former, id, &record)?)?,
            );
        }
    }
    Ok(())
}
