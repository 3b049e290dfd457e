//! The vault: the keys that open what events hold sealed, and the way to make one unreadable for
//! ever.
//!
//! master key → root key (in a file of its own) → 256 page keys → one key for each user, method
//! and token. A key's page is the first byte of its id. Each key but the master key is stored
//! wrapped under the one before it. When a key is destroyed, its page and the root get new keys,
//! and all that stays is wrapped again; so an old copy of what was stored opens nothing once the
//! former root key is gone from the root file.

mod change;
mod master;
mod new_key;
mod root;
mod seal;

pub use master::MasterKey;
pub use new_key::NewKey;
pub use seal::SEAL_OVERHEAD;

pub(crate) use new_key::open_under;

pub(crate) use root::{ROOT_FILE, Root, Slot};
pub(crate) use seal::{Secret, derive, open, random, seal};

use crate::backup::Keepers;
use crate::error::LedgerError;
use crate::faults::Faults;
use crate::log::{Store, keys};
use hmac::{Hmac, KeyInit, Mac};
use new_key::seal_under;
use seal::open_secret;
use secinfo_domain::{KeyId, SealedPart, UserId};
use sha2::Sha256;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use zeroize::Zeroizing;

const REMEDY: &str =
    "keep this directory as it is, and restore the ledger's directory from a backup";

/// The keys in the log's database, opened with the root.
pub(crate) struct Vault {
    directory: PathBuf,
    master: MasterKey,
    faults: Faults,
    state: RwLock<State>,
    keepers: Keepers,
}

struct State {
    root: Root,
    /// Page keys that were unwrapped, with their generation. At most 256.
    pages: Mutex<HashMap<u8, PageKey>>,
}

#[derive(Clone)]
struct PageKey {
    generation: u64,
    key: Secret,
}

impl Vault {
    pub(crate) fn new(directory: &Path, master: MasterKey, root: Root, faults: &Faults) -> Self {
        let state = RwLock::new(State {
            root,
            pages: Mutex::default(),
        });
        Self {
            directory: directory.to_owned(),
            master,
            faults: faults.clone(),
            state,
            keepers: Keepers::default(),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what the root file held after the log was opened again.
    pub(crate) fn reset(&self, root: Root) {
        *self.write() = State {
            root,
            pages: Mutex::default(),
        };
    }

    pub(crate) fn master(&self) -> &MasterKey {
        &self.master
    }

    /// The root keys that may be in force; one, but for the time of a rotation.
    pub(crate) fn slots(&self) -> Vec<Slot> {
        self.read().root.slots.clone()
    }

    /// The backups that are being written.
    pub(crate) const fn keepers(&self) -> &Keepers {
        &self.keepers
    }

    /// The seed of the key that signs checkpoints.
    pub(crate) fn signing_seed(&self) -> Secret {
        self.read().root.signing_seed.clone()
    }

    /// A key, for a backup.
    pub(crate) fn export_key(&self, store: &Store, id: KeyId) -> Result<NewKey, LedgerError> {
        Ok(NewKey::from_parts(id, self.key(store, id)?))
    }

    /// Whether there is a key of this id.
    pub(crate) fn has_key(store: &Store, id: KeyId) -> Result<bool, LedgerError> {
        Ok(store.get(&keys::leaf(id))?.is_some())
    }

    /// Seals under a key of the vault.
    pub(crate) fn seal(
        &self,
        store: &Store,
        id: KeyId,
        part: SealedPart,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, LedgerError> {
        seal_under(&self.key(store, id)?, id, part, plaintext)
    }

    /// Opens what was sealed under a key of the vault.
    pub(crate) fn open_sealed(
        &self,
        store: &Store,
        id: KeyId,
        part: SealedPart,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, LedgerError> {
        open_under(&self.key(store, id)?, id, part, sealed)
    }

    fn key(&self, store: &Store, id: KeyId) -> Result<Secret, LedgerError> {
        // Held over both reads, so that no rotation comes between them.
        let state = self.read();
        let record = store
            .get(&keys::leaf(id))?
            .ok_or(LedgerError::NoSuchKey(id))?;
        let page = state
            .page_key(store, page_of(id))?
            .ok_or_else(|| damaged_key(id))?;
        unwrap_leaf(&page, id, &record)
    }

    /// The user that is held for this account, by uid and name.
    pub(crate) fn lookup_user(
        &self,
        store: &Store,
        uid: u32,
        name: &str,
    ) -> Result<Option<UserId>, LedgerError> {
        let Some(record) = store.get(&self.user_key(uid, name))? else {
            return Ok(None);
        };
        let id = record
            .as_ref()
            .try_into()
            .map_err(|_| damaged("the user index has an entry that is no user id".to_owned()))?;
        Ok(Some(UserId::from_bytes(id)))
    }

    /// The key of the index entry of this account. Without the index key nobody can tell from it
    /// who is meant, or try names.
    pub(crate) fn user_key(&self, uid: u32, name: &str) -> [u8; 33] {
        let state = self.read();
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(state.root.index_key.as_slice())
            .expect("HMAC takes keys of any length");
        mac.update(&uid.to_be_bytes());
        mac.update(name.as_bytes());
        keys::user(&mac.finalize().into_bytes().into())
    }
}

impl State {
    fn pages(&self) -> MutexGuard<'_, HashMap<u8, PageKey>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key of this page; `None` as long as the page has had no keys.
    fn page_key(&self, store: &Store, page: u8) -> Result<Option<PageKey>, LedgerError> {
        if let Some(known) = self.pages().get(&page) {
            return Ok(Some(known.clone()));
        }
        let Some(record) = store.get(&keys::page(page))? else {
            return Ok(None);
        };
        let key = self.unwrap_page(page, &record)?;
        self.pages().insert(page, key.clone());
        Ok(Some(key))
    }

    fn unwrap_page(&self, page: u8, record: &[u8]) -> Result<PageKey, LedgerError> {
        let unwrap = || {
            let (root_generation, rest) = record.split_first_chunk::<8>()?;
            let (generation, sealed) = rest.split_first_chunk::<8>()?;
            let root = self.root.key(u64::from_be_bytes(*root_generation))?;
            let context: [&[u8]; 4] = [b"page", &[page], root_generation, generation];
            let key = open_secret(root, &context, sealed).ok()?;
            Some(PageKey {
                generation: u64::from_be_bytes(*generation),
                key,
            })
        };
        unwrap().ok_or_else(|| {
            damaged(format!(
                "the wrapped key of page {page} in the vault does not open"
            ))
        })
    }
}

fn wrap_page(root: &Slot, page: u8, key: &PageKey) -> Result<Vec<u8>, LedgerError> {
    let (root_generation, generation) =
        (root.generation.to_be_bytes(), key.generation.to_be_bytes());
    let sealed = seal(
        &root.key,
        &[b"page", &[page], &root_generation, &generation],
        key.key.as_slice(),
    )?;
    Ok([root_generation.as_slice(), generation.as_slice(), &sealed].concat())
}

fn wrap_leaf(page: &PageKey, id: KeyId, key: &Secret) -> Result<Vec<u8>, LedgerError> {
    let generation = page.generation.to_be_bytes();
    let sealed = seal(
        &page.key,
        &[b"leaf", id.as_bytes(), &generation],
        key.as_slice(),
    )?;
    Ok([generation.as_slice(), &sealed].concat())
}

fn unwrap_leaf(page: &PageKey, id: KeyId, record: &[u8]) -> Result<Secret, LedgerError> {
    let unwrap = || {
        let (generation, sealed) = record.split_first_chunk::<8>()?;
        if u64::from_be_bytes(*generation) != page.generation {
            return None;
        }
        open_secret(&page.key, &[b"leaf", id.as_bytes(), generation], sealed).ok()
    };
    unwrap().ok_or_else(|| damaged_key(id))
}

fn page_of(id: KeyId) -> u8 {
    id.as_bytes()[0]
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
