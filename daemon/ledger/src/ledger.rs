//! The ledger as its one writer sees it.

use crate::backup::{self, BackupSnapshot};
use crate::checkpoint::CheckpointSigner;
use crate::commit::Commit;
use crate::error::LedgerError;
use crate::faults::Faults;
use crate::files::{can_take_files, sync_directory};
use crate::hashing::{Hashed, hash_beside};
use crate::index::UserIndex;
use crate::last_known::{KnownSize, LastKnown};
use crate::log::{Batch, Changes, EventLog, LOG_DIRECTORY};
use crate::log_reader::LogReader;
use crate::options::Options;
use crate::proofs::Proofs;
use crate::site::Site;
use crate::snapshot::SnapshotFile;
use crate::start::{self, Opened};
use crate::tiles::SharedTree;
use crate::user_events;
use crate::vault::{MasterKey, Vault};
use rustix::fs::{FlockOperation, flock};
use secinfo_domain::{Room, Seconds, Timestamp};
use std::fs::{DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

pub(crate) const LOCK_FILE: &str = "lock";

/// The event log, its tree and its vault, open for writing. There is one for each directory.
pub struct Ledger {
    reader: LedgerReader,
    log: Arc<dyn EventLog>,
    tree: SharedTree,
    last_known: LastKnown,
    lock: File,
    suspended: Option<String>,
    was_restored: bool,
}

/// What can be read of a ledger, from any thread, while it is written. Clones are cheap.
#[derive(Clone)]
pub struct LedgerReader {
    /// The events.
    pub log: LogReader,
    /// What proves that they were not rewritten.
    pub proofs: Proofs,
    /// The keys that open what they hold sealed.
    pub vault: Arc<Vault>,
    /// Which user an account is.
    pub index: UserIndex,
    /// The cache of the state that the events come to.
    pub snapshot: SnapshotFile,
    pub(crate) site: Arc<Site>,
}

impl LedgerReader {
    /// Where the log and all that belongs to it are.
    pub fn directory(&self) -> &Path {
        &self.site.directory
    }

    /// Where the engine keeps the events, and what is stored with them: nothing else lies there.
    pub fn log_directory(&self) -> PathBuf {
        self.site.directory.join(LOG_DIRECTORY)
    }
}

impl Ledger {
    /// Opens the ledger in `directory`, or makes one there if the directory is missing or has
    /// nothing of one. On return everything that was made is durable.
    ///
    /// A ledger of which something is missing or does not fit is refused with
    /// [`LedgerError::Damaged`]; it is never started over. A second opener is refused with
    /// [`LedgerError::InUse`].
    pub fn open(
        directory: &Path,
        master: MasterKey,
        options: Options,
    ) -> Result<Self, LedgerError> {
        make_directory(directory, &options.faults)?;
        let lock = lock(directory)?;
        let was_restored = backup::settle(directory, &options.faults)?;
        let site = Arc::new(Site {
            directory: directory.to_owned(),
            master,
            options,
        });
        let (log, opened) = start::open(&site)?;
        let Opened {
            origin,
            root,
            tree,
            last_known,
        } = opened;
        let tree = SharedTree::new(tree);
        let signer = Arc::new(CheckpointSigner::from_seed(origin, &root.signing_seed));
        let index_key = root.index_key.clone();
        let vault = Arc::new(Vault::new(Arc::clone(&site), Arc::clone(&log), root));
        let index = UserIndex::new(Arc::clone(&vault), index_key);
        let proofs = Proofs::new(tree.clone(), Arc::clone(&log), signer);
        let reader = LedgerReader {
            log: LogReader::new(Arc::clone(&log), tree.clone()),
            snapshot: SnapshotFile::new(Arc::clone(&site), Arc::clone(&vault), proofs.clone()),
            proofs,
            vault,
            index,
            site,
        };
        let mut ledger = Self {
            reader,
            log,
            tree,
            last_known,
            lock,
            suspended: None,
            was_restored,
        };
        ledger.after_open();
        Ok(ledger)
    }

    /// Whether a restored log was brought to its place when this was opened. It ended, then, with the
    /// event that says so, which nobody has been told of.
    pub const fn was_restored(&self) -> bool {
        self.was_restored
    }

    /// A reader. It stays usable as long as this ledger is open.
    pub fn reader(&self) -> LedgerReader {
        self.reader.clone()
    }

    /// How much room there is on the disk beside what is
    /// [kept](crate::Options::kept_bytes) for what must go on when it gets full. Asks the file system.
    pub fn room(&self) -> Room {
        let site = &self.reader.site;
        let is_enough = self.log.expect_room(site.options.kept_bytes).is_ok();
        // Destroying keys takes a new file.
        if is_enough && can_take_files(&site.directory) {
            Room::Enough
        } else {
            Room::Kept
        }
    }

    /// Whether the disk has room for one more event at least. Only looks.
    ///
    /// # Errors
    /// [`LedgerError::DiskFull`] where it has not.
    pub fn expect_room(&self) -> Result<(), LedgerError> {
        self.log.expect_room(0)
    }

    /// The ledger as it is now, for a backup. What is appended afterwards is not in it.
    pub fn backup_snapshot(&self) -> BackupSnapshot {
        BackupSnapshot::of(self.reader())
    }

    /// Why the ledger takes no commits, if it does not.
    pub fn suspended(&self) -> Option<&str> {
        self.suspended.as_deref()
    }

    /// Whether a commit could be written now, as far as that can be told without one: it looks for
    /// room and writes a file of its own, so ask only where there is doubt.
    pub fn expect_writable(&self) -> Result<(), LedgerError> {
        if let Some(why) = &self.suspended {
            return Err(LedgerError::Suspended { why: why.clone() });
        }
        self.log.expect_room(0)?;
        self.log.expect_writable()
    }

    /// Appends events and changes the vault and the index, all or nothing. On `Ok` everything is
    /// on disk; the new number of events is returned.
    ///
    /// After an error nothing of it has happened as far as readers see. If something may have been
    /// written, or another writer has appended, the ledger is suspended from then on, until
    /// [`Ledger::recover`].
    pub fn append(&mut self, commit: Commit) -> Result<u64, LedgerError> {
        if let Some(why) = &self.suspended {
            return Err(LedgerError::Suspended { why: why.clone() });
        }
        commit.check()?;
        let size = self.reader.log.size();
        if commit.is_empty() {
            return Ok(size);
        }
        let write = || self.write(size, &commit);
        let (written, hashed) = hash_beside(&self.tree, &commit.events, write);
        // Wipes its new keys: they are in the vault now.
        drop(commit);
        match written {
            Ok(()) => Ok(self.publish(hashed)),
            Err(Failed::Refused(error)) => Err(error),
            Err(Failed::Doubtful(error)) => {
                self.suspended = Some(error.to_string());
                Err(error)
            }
        }
    }

    /// Writes what an append of no event writes, and waits for the disk: that takes as long as appending one,
    /// and leaves nothing.
    ///
    /// # Errors
    /// As for [`Ledger::append`].
    pub fn append_nothing(&mut self) -> Result<(), LedgerError> {
        if let Some(why) = &self.suspended {
            return Err(LedgerError::Suspended { why: why.clone() });
        }
        let size = self.reader.log.size();
        let batch = Batch {
            events: &[],
            changes: Changes::default(),
            destroys: false,
        };
        self.log.expect_room(batch.footprint())?;
        let appended = self.log.append(size, &batch);
        let acknowledged = appended.and_then(|appended| appended.acknowledged(size));
        if let Err(error) = &acknowledged {
            self.suspended = Some(error.to_string());
        }
        acknowledged
    }

    /// Makes a commit durable.
    fn write(&self, size: u64, commit: &Commit) -> Result<(), Failed> {
        let LedgerReader { vault, index, .. } = &self.reader;
        let mut changes = Changes::default();
        let entries = index.changes(commit)?;
        let keys = (&*commit.new_keys, &*commit.destroy_keys);
        let rotation = vault.prepare(keys, (&entries.0, &entries.1), &mut changes)?;
        let is_tree_changed = !changes.is_empty();
        let batch = Batch {
            events: &commit.events,
            changes,
            destroys: rotation.is_some(),
        };
        self.log.expect_room(batch.footprint())?;
        if let Some(rotation) = &rotation {
            vault.stage(rotation)?;
        }
        let appended = self.log.append(size, &batch);
        if is_tree_changed {
            vault.forget_branches();
        }
        appended
            .and_then(|appended| appended.acknowledged(size))
            .and_then(|()| rotation.map_or(Ok(()), |rotation| vault.finish(&rotation)))
            .map_err(Failed::Doubtful)
    }

    /// Draws a new key for [tags](Vault::tag), if that is due where a tag counts for `life` at most,
    /// and destroys the one before the former.
    pub fn renew_tag_keys(&mut self, now: Timestamp, life: Seconds) -> Result<(), LedgerError> {
        match &self.suspended {
            Some(why) => Err(LedgerError::Suspended { why: why.clone() }),
            None => self.reader.vault.renew_tag_keys(now, life),
        }
    }

    /// Keeps the key with which the host signs what it asks phones, in PKCS#8, unless there is one.
    ///
    /// # Panics
    /// If it is empty or longer than a key of RSA with 4096 bits.
    pub fn keep_push_key(&mut self, key: Zeroizing<Vec<u8>>) -> Result<(), LedgerError> {
        match &self.suspended {
            Some(why) => Err(LedgerError::Suspended { why: why.clone() }),
            None => self.reader.vault.keep_push_key(key),
        }
    }

    /// Opens the storage again after a failed write and finds out what is on disk. Returns the
    /// durable number of events; a commit that was refused may be among them.
    ///
    /// When it fails, it can be called again. As long as the disk is full or takes no writes, readers
    /// go on; after any other failure they get [`LedgerError::Closed`] until one call succeeds. A
    /// ledger that is not suspended is left alone.
    pub fn recover(&mut self) -> Result<u64, LedgerError> {
        if self.suspended.is_none() {
            return Ok(self.reader.log.size());
        }
        // As long as nothing can be written the storage stays open, and readers can go on.
        self.log.expect_room(0)?;
        self.log.expect_writable()?;
        self.log.recover()?;
        let opened = start::reopen(&self.reader.site, &*self.log)?;
        let (size, root) = self.reader.proofs.head();
        start::check_continues(&*self.log, &opened.tree, KnownSize::new(size, root))?;
        self.reader.vault.reset(opened.root);
        *self.tree.write() = opened.tree;
        self.last_known = opened.last_known;
        self.suspended = None;
        self.after_open();
        Ok(self.reader.log.size())
    }

    /// Shows what became durable to the readers, and does what is due after it. None of that can
    /// make the commit undone.
    fn publish(&mut self, hashed: Hashed) -> u64 {
        let size = {
            let mut tree = self.tree.write();
            match hashed {
                Hashed::Leaves(leaves) => {
                    for leaf in leaves {
                        let full = tree.tiles.append(leaf);
                        tree.unstored.extend(full);
                    }
                }
                Hashed::Grown(grown) => {
                    tree.tiles = grown.tiles;
                    tree.unstored.extend(grown.unstored);
                }
            }
            let size = tree.tiles.size();
            if !tree.unstored.is_empty() {
                self.last_known.set_anchor(size, tree.tiles.root());
            }
            size
        };
        self.last_known.set_size(size);
        self.store_tiles();
        size
    }

    fn after_open(&mut self) {
        let (size, root) = self.reader.proofs.head();
        self.last_known.set_anchor(size, root);
        self.last_known.set_size(size);
        self.store_tiles();
    }

    /// Stores tiles that became full, and whose events are below them. Lost in a crash, both are made again
    /// at the next start.
    fn store_tiles(&mut self) {
        let tiles = {
            let tree = self.tree.read();
            if tree.unstored.is_empty() {
                return;
            }
            let mut records = tree.unstored();
            let full = tree.unstored.iter().filter(|tile| tile.id.level() == 0);
            for stretch in full.map(|tile| tile.id.index()) {
                // Without its record the stretch is read whenever it is looked through.
                if let Err(error) = user_events::note(&*self.log, stretch, &mut records) {
                    tracing::warn!(%error, stretch, "whose events are there could not be noted");
                }
            }
            records
        };
        match self.log.keep(tiles) {
            Ok(()) => self.tree.write().unstored.clear(),
            Err(error) => {
                tracing::warn!(%error, "hash tiles could not be stored; the ledger must recover");
                self.suspended = Some(error.to_string());
            }
        }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.log.close();
        // Readers may live on; the directory is free nevertheless.
        if let Err(error) = flock(&self.lock, FlockOperation::Unlock) {
            tracing::warn!(%error, "the ledger's lock could not be given back");
        }
    }
}

/// How a write failed.
enum Failed {
    /// Before the log was changed: it goes on as if nothing had been tried.
    Refused(LedgerError),
    /// So that what is in memory may differ from what is stored.
    Doubtful(LedgerError),
}

impl From<LedgerError> for Failed {
    fn from(error: LedgerError) -> Self {
        Self::Refused(error)
    }
}

fn make_directory(directory: &Path, faults: &Faults) -> Result<(), LedgerError> {
    if directory.is_dir() {
        return Ok(());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(LedgerError::io("cannot create the directory", directory))?;
    directory
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .map_or(Ok(()), |parent| sync_directory(parent, faults))
}

fn lock(directory: &Path) -> Result<File, LedgerError> {
    let path = directory.join(LOCK_FILE);
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(LedgerError::io("cannot open", &path))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(rustix::io::Errno::WOULDBLOCK) => {
            let mut holder = String::new();
            // Without it the error says less; that is all.
            let _ = file.take(32).read_to_string(&mut holder);
            return Err(LedgerError::InUse {
                path: directory.to_owned(),
                holder: holder.trim().parse().ok(),
            });
        }
        Err(error) => {
            return Err(LedgerError::io("cannot lock", &path)(io::Error::from(
                error,
            )));
        }
    }
    file.set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(LedgerError::io("cannot write", &path))?;
    Ok(file)
}
