//! The vault: the keys that open what events hold sealed, and the way to make one unreadable for
//! ever.
//!
//! master key → root key (in a file of its own) → a tree of wrapped keys in records beside the events
//! → one key for each user, method and token. When a key is destroyed, the root key and the keys of
//! the tree's nodes on the way to it are drawn anew; so an old copy of what was stored opens nothing
//! once the former root key is gone from the root file.

mod branches;
mod change;
mod key_tree;
pub(crate) mod master;
mod new_key;
mod node;
mod root;
mod seal;
mod tags;

pub use master::MasterKey;
pub use new_key::NewKey;
pub use seal::SEAL_OVERHEAD;
pub use tags::TagPurpose;

pub(crate) use change::in_force;
pub(crate) use master::ROOT_FILE;
pub(crate) use new_key::open_under;
pub(crate) use root::{MAX_PUSH_KEY, Root};
pub(crate) use seal::{Secret, derive, open, random, seal};

use crate::backup::RetainedKeys;
use crate::error::LedgerError;
use crate::faults::WritePoint;
use crate::log::{Changes, EventLog};
use crate::site::Site;
use branches::Branches;
use key_tree::KeyTree;
use new_key::seal_under;
use secinfo_domain::{KeyId, SealedPart};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use zeroize::Zeroizing;

const REMEDY: &str =
    "keep this directory as it is, and restore the ledger's directory from a backup";

/// How often a key is looked for before what stands in its way is called damaged. The tree of keys may
/// change between two reads of it.
const LOOKUPS: u32 = 8;

/// The keys beside the log, opened with the root. Used from any thread.
pub struct Vault {
    site: Arc<Site>,
    log: Arc<dyn EventLog>,
    root: RwLock<Root>,
    branches: Branches,
    retained: RetainedKeys,
}

impl Vault {
    pub(crate) fn new(site: Arc<Site>, log: Arc<dyn EventLog>, root: Root) -> Self {
        Self {
            site,
            log,
            root: RwLock::new(root),
            branches: Branches::default(),
            retained: RetainedKeys::default(),
        }
    }

    /// Puts an empty vault under this root into `changes`.
    pub(crate) fn create(root: &Root, changes: &mut Changes) -> Result<(), LedgerError> {
        KeyTree::create(&root.keys[0], changes)
    }

    /// Whether the vault has this key.
    pub fn has_key(&self, id: KeyId) -> Result<bool, LedgerError> {
        self.find(id).map(|key| key.is_some())
    }

    /// Seals a part under a key that is in the vault.
    pub fn seal(
        &self,
        id: KeyId,
        part: SealedPart,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, LedgerError> {
        seal_under(&self.key(id)?, id, part, plaintext)
    }

    /// Opens a part that was sealed under a key of the vault.
    pub fn open_sealed(
        &self,
        id: KeyId,
        part: SealedPart,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, LedgerError> {
        let [plain] = self.open_parts(id, [(part, sealed)])?;
        Ok(plain)
    }

    /// Opens several parts that were sealed under one key of the vault, or none of them.
    pub fn open_parts<const N: usize>(
        &self,
        id: KeyId,
        parts: [(SealedPart, &[u8]); N],
    ) -> Result<[Zeroizing<Vec<u8>>; N], LedgerError> {
        let key = self.key(id)?;
        let mut plain = [(); N].map(|()| Zeroizing::new(Vec::new()));
        for (plain, (part, sealed)) in plain.iter_mut().zip(parts) {
            *plain = open_under(&key, id, part, sealed)?;
        }
        Ok(plain)
    }

    /// A key, for a backup.
    pub(crate) fn export_key(&self, id: KeyId) -> Result<NewKey, LedgerError> {
        Ok(NewKey::from_parts(id, self.key(id)?))
    }

    /// The root keys that may be in force; one, but for the time of a rotation.
    pub(crate) fn root_keys(&self) -> Vec<Secret> {
        self.read().keys.clone()
    }

    /// The keys that are destroyed while backups are being written.
    pub(crate) const fn retained(&self) -> &RetainedKeys {
        &self.retained
    }

    /// The seed of the key that signs checkpoints.
    pub(crate) fn signing_seed(&self) -> Secret {
        self.read().signing_seed.clone()
    }

    /// The key with which the host signs what it asks phones, in PKCS#8; none before one was
    /// [kept](crate::Ledger::keep_push_key).
    pub fn push_key(&self) -> Option<Zeroizing<Vec<u8>>> {
        self.read().push_key.clone()
    }

    /// Keeps the key with which the host signs what it asks phones, unless there is one.
    pub(crate) fn keep_push_key(&self, key: Zeroizing<Vec<u8>>) -> Result<(), LedgerError> {
        let mut root = self.read().clone();
        if root.push_key.is_some() {
            return Ok(());
        }
        assert!((1..=MAX_PUSH_KEY).contains(&key.len()), "it is a key");
        root.push_key = Some(key);
        self.store_root(&root, WritePoint::RootTags)
    }

    /// Takes over what the root file held after the log was opened again.
    pub(crate) fn reset(&self, root: Root) {
        self.forget_branches();
        self.set_root(root);
    }

    /// To be called after each change of the tree of keys, before it is acknowledged.
    pub(crate) fn forget_branches(&self) {
        self.branches.forget();
    }

    fn set_root(&self, root: Root) {
        *self.root.write().unwrap_or_else(PoisonError::into_inner) = root;
    }

    fn read(&self) -> RwLockReadGuard<'_, Root> {
        self.root.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn store_root(&self, root: &Root, point: WritePoint) -> Result<(), LedgerError> {
        root.store(&self.site, point)?;
        self.set_root(root.clone());
        Ok(())
    }

    fn key(&self, id: KeyId) -> Result<Secret, LedgerError> {
        self.find(id)?.ok_or(LedgerError::NoSuchKey(id))
    }

    /// The key of this id, or the entry of the index of users.
    pub(crate) fn find(&self, id: KeyId) -> Result<Option<Secret>, LedgerError> {
        let mut lookups = 1;
        loop {
            let mut found = Err(damaged_key(id));
            for root in self.root_keys() {
                found = KeyTree(&*self.log).find(&root, id, &self.branches);
                if found.is_ok() {
                    return found;
                }
            }
            self.forget_branches();
            lookups += 1;
            if lookups > LOOKUPS || !matches!(found, Err(LedgerError::Damaged { .. })) {
                return found;
            }
        }
    }
}

fn damaged(what: String) -> LedgerError {
    LedgerError::Damaged {
        what,
        from_event: None,
        remedy: REMEDY,
    }
}

fn damaged_key(id: KeyId) -> LedgerError {
    damaged(format!("the wrapped key {id} in the vault does not open"))
}
