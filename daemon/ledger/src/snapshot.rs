//! The snapshot of the projection: a cache that makes starting fast.
//!
//! It is sealed under a key that is derived from the vault's root key, so destroying a key makes
//! every older snapshot unreadable too; and it is bound to the log it was taken of, by size and tree
//! root.

use crate::checkpoint::Origin;
use crate::error::LedgerError;
use crate::faults::WritePoint;
use crate::files::{read_bounded, replace};
use crate::proofs::Proofs;
use crate::site::Site;
use crate::tree::Hash;
use crate::vault::{Vault, derive, open, seal};
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// The file's name in the ledger's directory.
pub(crate) const SNAPSHOT_FILE: &str = "snapshot";

/// A new form of the state takes a new number: the bytes of an old one could be read as something else.
const MAGIC: &[u8] = b"secinfo snapshot 1\n";
const KEY_LABEL: &[u8] = b"secinfo snapshot key 1";
/// A million users take far less.
const LIMIT: u64 = 4 << 30;

/// Reads and writes the snapshot. Clones are cheap and may be used from any thread.
#[derive(Clone)]
pub struct SnapshotFile {
    site: Arc<Site>,
    vault: Arc<Vault>,
    proofs: Proofs,
    /// Held while one is written.
    writing: Arc<Mutex<()>>,
}

impl SnapshotFile {
    pub(crate) fn new(site: Arc<Site>, vault: Arc<Vault>, proofs: Proofs) -> Self {
        Self {
            site,
            vault,
            proofs,
            writing: Arc::default(),
        }
    }

    /// Stores `state` as the projection after the first `size` events, in place of the snapshot
    /// before it.
    pub fn write(&self, size: u64, state: &[u8]) -> Result<(), LedgerError> {
        // One at a time: they use the same name.
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let root = self.proofs.root_at(size)?;
        let key = derive(&self.vault.root_keys()[0], KEY_LABEL);
        let sealed = seal(&key, &context(self.proofs.origin(), &root), state)?;
        let content = [MAGIC, &size.to_be_bytes(), &sealed].concat();
        replace(
            &self.site.directory,
            SNAPSHOT_FILE,
            &content,
            false,
            WritePoint::Snapshot,
            &self.site.options.faults,
        )
    }

    /// The projection that was stored last, and after how many events it was taken. `None` when
    /// there is none or it cannot be used: it is a cache, and the log has everything.
    pub fn read(&self) -> Option<(u64, Zeroizing<Vec<u8>>)> {
        let path = self.site.directory.join(SNAPSHOT_FILE);
        let unusable = |why: &str| {
            tracing::warn!(path = %path.display(), why, "the snapshot is not used");
            None
        };
        let file = match read_bounded(&path, LIMIT) {
            Ok(Some(file)) => file,
            Ok(None) => return None,
            Err(error) => return unusable(&error.to_string()),
        };
        let parts = file
            .strip_prefix(MAGIC)
            .and_then(|rest| rest.split_first_chunk::<8>());
        let Some((size, sealed)) = parts else {
            return unusable("it is not a snapshot of this version");
        };
        let size = u64::from_be_bytes(*size);
        let root = match self.proofs.root_at(size) {
            Ok(root) => root,
            Err(error) => return unusable(&error.to_string()),
        };
        let context = context(self.proofs.origin(), &root);
        for key in self.vault.root_keys() {
            if let Ok(state) = open(&derive(&key, KEY_LABEL), &context, sealed) {
                return Some((size, state));
            }
        }
        unusable("it is of another log, older than the last destruction of a key, or was changed")
    }
}

/// What the snapshot is bound to: the log, and which events of it (the root names their number too).
fn context<'a>(origin: &'a Origin, root: &'a Hash) -> [&'a [u8]; 3] {
    [b"snapshot", origin.as_str().as_bytes(), root.as_bytes()]
}
