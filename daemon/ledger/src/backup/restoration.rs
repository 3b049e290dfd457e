//! Building a ledger from a backup.

use super::place::{self, remove, staging};
use super::{BackupPart, BackupReader, unreadable};
use crate::commit::Commit;
use crate::error::LedgerError;
use crate::faults::WritePoint;
use crate::ledger::{LOCK_FILE, Ledger, LedgerReader};
use crate::log::{Engine, wait_closed};
use crate::options::Options;
use crate::site::Site;
use crate::vault::Root;
use crate::verify::verify_all;
use secinfo_domain::UserId;
use std::io::Read;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many events, keys or users are committed together, and bytes of events.
const TOGETHER: usize = 2048;
const BYTES_TOGETHER: usize = 1 << 20;

/// A ledger that is being built from a backup, in a directory below that of the ledger that it is to
/// take the place of, and under the same master key. Removed when it is dropped.
pub struct Restoration {
    building: Building,
    ledger: Option<Ledger>,
    commit: Commit,
    bytes: usize,
    size: u64,
    root: crate::tree::Hash,
}

/// A ledger that was built, closed, and waits for the decision.
pub struct Restored {
    building: Building,
    size: u64,
}

/// The directory, removed when it is dropped.
struct Building {
    /// Of the ledger beside which it is built.
    site: Arc<Site>,
    path: PathBuf,
}

impl Drop for Building {
    fn drop(&mut self) {
        // What is left is removed at the next start.
        if let Err(error) = remove(&self.path) {
            tracing::warn!(%error, "what was restored in part could not be removed");
        }
    }
}

impl Restoration {
    /// Begins a ledger beside that of `reader`.
    pub fn begin<R: Read>(
        reader: &LedgerReader,
        backup: &BackupReader<R>,
    ) -> Result<Self, LedgerError> {
        let site = Arc::clone(&reader.site);
        let path = staging(&site.directory);
        remove(&path)?;
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(LedgerError::io("cannot create the directory", &path))?;
        let building = Building { site, path };
        let new = Site {
            directory: building.path.clone(),
            master: building.site.master.clone(),
            options: Options {
                engine: Engine::Sled,
                ..building.site.options.clone()
            },
        };
        let mut root = Root::generate(backup.manifest().origin.clone())?;
        root.signing_seed.clone_from(backup.seed());
        root.push_key = backup.push_key().cloned();
        root.store(&new, WritePoint::RootCreate)?;
        let ledger = Ledger::open(&new.directory, new.master, new.options)?;
        Ok(Self {
            ledger: Some(ledger),
            commit: Commit::default(),
            bytes: 0,
            size: backup.manifest().size,
            root: *backup.checkpoint().root(),
            building,
        })
    }

    /// Takes the next part of the backup.
    pub fn take(&mut self, part: BackupPart<'_>) -> Result<(), LedgerError> {
        match part {
            BackupPart::Key(key) => self.commit.new_keys.push(key),
            BackupPart::Event(bytes) => {
                self.bytes += bytes.len();
                self.commit.events.push(bytes.to_vec());
            }
        }
        let many = self.commit.new_keys.len().max(self.commit.events.len());
        if many >= TOGETHER || self.bytes >= BYTES_TOGETHER {
            self.append()?;
        }
        Ok(())
    }

    /// Lets this account be found as this user.
    pub fn index(&mut self, uid: u32, name: String, user: UserId) -> Result<(), LedgerError> {
        self.commit.index_add.push((uid, name, user));
        if self.commit.index_add.len() >= TOGETHER {
            self.append()?;
        }
        Ok(())
    }

    fn append(&mut self) -> Result<(), LedgerError> {
        self.bytes = 0;
        let commit = std::mem::take(&mut self.commit);
        self.ledger
            .as_mut()
            .ok_or(LedgerError::Closed)?
            .append(commit)
            .map(|_| ())
    }

    /// After the last part: checks that the ledger holds what the checkpoint of the backup was signed
    /// for, as read from the disk; adds the event that says that it was restored; and closes it.
    pub fn finish(mut self, event: Vec<u8>) -> Result<Restored, LedgerError> {
        self.append()?;
        let reader = self.ledger.as_ref().ok_or(LedgerError::Closed)?.reader();
        let report = verify_all(&reader)?;
        if report.events != self.size || report.root != self.root {
            return Err(unreadable(
                "what was restored is not what its checkpoint was signed for",
            ));
        }
        self.commit.events.push(event);
        self.append()?;
        drop(reader);
        drop(self.ledger.take());
        // It was moved away under the feet of what the storage engine still does, otherwise.
        wait_closed(&self.building.path)?;
        remove(&self.building.path.join(LOCK_FILE))?;
        Ok(Restored {
            size: self.size + 1,
            building: self.building,
        })
    }
}

impl Restored {
    /// How many events it has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Decides that it takes the place of the ledger beside which it was built, at the next start.
    /// That one must be written no more. After an error [`is_pending`](super::is_pending) says
    /// whether it is decided nevertheless.
    pub fn decide(self) -> Result<(), LedgerError> {
        let site = &self.building.site;
        place::decide(&site.directory, &site.options.faults)
    }

    /// Where the ledger is that it takes the place of.
    pub fn directory(&self) -> &Path {
        &self.building.site.directory
    }
}
