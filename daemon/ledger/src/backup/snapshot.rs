//! Writing a backup: what there is at one time, streamed while the ledger goes on.
//!
//! Taking the snapshot costs the writer no more than a few hashes. Events are only ever appended, so
//! the first ones can be read at any time after. Keys come and go: those that are destroyed while
//! the backup is written are kept in memory for it until it is done, so that it holds the very keys
//! that were there when it began.

use super::{BackupLabel, EVENT, KEY, MAGIC, MANIFEST, Manifest, PUSH, SEED};
use super::{END, HEAD, KEY_LEN};
use crate::error::LedgerError;
use crate::ledger::LedgerReader;
use crate::tree::Hash;
use crate::vault::NewKey;
use secinfo_domain::KeyId;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use zeroize::Zeroizing;

/// How much is given to the output at once.
const BUFFER: usize = 64 * 1024;

/// The keys that were destroyed since one snapshot.
#[derive(Default)]
struct Destroyed(Mutex<HashMap<KeyId, Box<NewKey>>>);

impl Destroyed {
    fn keys(&self) -> MutexGuard<'_, HashMap<KeyId, Box<NewKey>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the keys that are destroyed while backups are being written.
#[derive(Default)]
pub(crate) struct RetainedKeys(Mutex<Vec<Weak<Destroyed>>>);

impl RetainedKeys {
    fn begin(&self) -> Arc<Destroyed> {
        let destroyed = Arc::new(Destroyed::default());
        self.list().push(Arc::downgrade(&destroyed));
        destroyed
    }

    fn list(&self) -> MutexGuard<'_, Vec<Weak<Destroyed>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives each backup that is being written the key that is about to be destroyed.
    pub(crate) fn retain(
        &self,
        key: impl FnOnce() -> Result<NewKey, LedgerError>,
    ) -> Result<(), LedgerError> {
        let mut list = self.list();
        list.retain(|destroyed| destroyed.strong_count() > 0);
        if list.is_empty() {
            return Ok(());
        }
        let key = key()?;
        for destroyed in list.iter().filter_map(Weak::upgrade) {
            destroyed.keys().insert(key.id(), Box::new(key.clone()));
        }
        Ok(())
    }
}

/// The ledger at one time. As long as it lives, the keys of that time can be backed up.
pub struct BackupSnapshot {
    reader: LedgerReader,
    size: u64,
    root: Hash,
    destroyed: Arc<Destroyed>,
}

impl BackupSnapshot {
    pub(crate) fn of(reader: LedgerReader) -> Self {
        let (size, root) = reader.proofs.head();
        Self {
            destroyed: reader.vault.retained().begin(),
            size,
            root,
            reader,
        }
    }

    /// How many events there are.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Writes the backup to `out`: all events, and these keys, which must have been there when the
    /// snapshot was taken. What is written is not encrypted, and holds every secret of the host.
    pub fn write(
        self,
        label: BackupLabel,
        mut keys: Vec<KeyId>,
        out: impl Write,
    ) -> Result<Manifest, LedgerError> {
        keys.sort_unstable();
        let LedgerReader {
            log, proofs, vault, ..
        } = self.reader.clone();
        let manifest = Manifest {
            origin: proofs.origin().to_string(),
            size: self.size,
            root: self.root.to_string(),
            checkpoint: proofs.sign(self.size, self.root)?,
            keys: keys.len() as u64,
            time: label.time,
            host: label.host,
            version: label.version,
        };
        let json = serde_json::to_vec(&manifest).expect("it has strings and numbers only");
        let mut out = Records::new(out);
        out.write(MAGIC)?;
        out.record(MANIFEST, &json)?;
        out.record(SEED, vault.signing_seed().as_slice())?;
        let push_key = vault.push_key();
        out.record(PUSH, push_key.as_ref().map_or(&[], |key| key))?;
        for id in keys {
            let key = self.key(id)?;
            let mut body = Zeroizing::new([0; KEY_LEN]);
            body[..id.as_bytes().len()].copy_from_slice(id.as_bytes());
            body[id.as_bytes().len()..].copy_from_slice(key.secret().as_slice());
            out.record(KEY, body.as_slice())?;
        }
        let size = self.size;
        // From here on no key need be kept.
        drop(self);
        log.for_each_before(0, size, |_, event| out.record(EVENT, event))?;
        out.end()?;
        Ok(manifest)
    }

    /// The key as it was when the snapshot was taken.
    fn key(&self, id: KeyId) -> Result<NewKey, LedgerError> {
        match self.reader.vault.export_key(id) {
            Err(LedgerError::NoSuchKey(_)) => {
                let kept = self.destroyed.keys().get(&id).map(|key| NewKey::clone(key));
                kept.ok_or(LedgerError::NoSuchKey(id))
            }
            found => found,
        }
    }
}

/// Writes records, and hashes what it writes.
struct Records<W> {
    out: W,
    hash: Sha256,
    buffer: Zeroizing<Vec<u8>>,
}

impl<W: Write> Records<W> {
    fn new(out: W) -> Self {
        Self {
            out,
            hash: Sha256::new(),
            buffer: Zeroizing::new(Vec::with_capacity(BUFFER)),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), LedgerError> {
        self.hash.update(bytes);
        self.pass_on(bytes)
    }

    /// Never lets the buffer grow: what it held before would stay in memory.
    fn pass_on(&mut self, bytes: &[u8]) -> Result<(), LedgerError> {
        if self.buffer.len() + bytes.len() > BUFFER {
            self.flush()?;
        }
        if bytes.len() > BUFFER {
            return self.out.write_all(bytes).map_err(failed);
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    fn record(&mut self, letter: u8, body: &[u8]) -> Result<(), LedgerError> {
        let head = head(letter, body.len());
        self.write(&head)?;
        self.write(body)
    }

    fn end(mut self) -> Result<(), LedgerError> {
        let hash: [u8; 32] = std::mem::take(&mut self.hash).finalize().into();
        self.pass_on(&head(END, hash.len()))?;
        self.pass_on(&hash)?;
        self.flush()
    }

    fn flush(&mut self) -> Result<(), LedgerError> {
        let written = self.out.write_all(&self.buffer);
        self.buffer.clear();
        written.and_then(|()| self.out.flush()).map_err(failed)
    }
}

fn head(letter: u8, length: usize) -> [u8; HEAD] {
    let length = u32::try_from(length).expect("a record is far below 4 GiB");
    let [a, b, c, d] = length.to_be_bytes();
    [letter, a, b, c, d]
}

fn failed(source: io::Error) -> LedgerError {
    LedgerError::io("cannot write", Path::new("the backup"))(source)
}
