//! The ledger as its one writer sees it.

use crate::backup::{self, Moment};
use crate::checkpoint::{CheckpointSigner, Origin};
use crate::commit::Commit;
use crate::error::LedgerError;
use crate::faults::{Faults, WritePoint};
use crate::files::{expect_writable, free_space, open_directory, sync_directory};
use crate::hashing::{Hashed, hash_beside};
use crate::head::{Head, Seen};
use crate::log::{Changes, Store, encode, footprint, merge_records, store_tile};
use crate::reader::{LedgerReader, Tree};
use crate::start::{self, Opened};
use crate::vault::{MasterKey, Vault};
use rustix::fs::{FlockOperation, flock};
use std::fs::{DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

pub(crate) const LOCK_FILE: &str = "lock";

/// How a ledger is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// The host's name, for the origin of a new log. A log that exists keeps its origin.
    pub host: String,
    /// How much of the log the storage engine keeps in memory, in bytes.
    pub cache_bytes: u64,
    /// How much room must stay free on the disk, in bytes, for a commit to be tried.
    pub reserve_bytes: u64,
    /// Which writes fail, in tests.
    pub faults: Faults,
}

impl Options {
    /// The usual options, for a new log of this host.
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            cache_bytes: 4 << 20,
            reserve_bytes: 4 << 20,
            faults: Faults::default(),
        }
    }
}

/// The event log, its tree and its vault, open for writing. There is one for each directory.
pub struct Ledger {
    shared: Arc<Shared>,
    lock: File,
    head: Head,
    suspended: Option<String>,
    was_restored: bool,
}

/// What writer and readers have in common.
pub(crate) struct Shared {
    pub(crate) directory: PathBuf,
    pub(crate) options: Options,
    pub(crate) origin: Origin,
    pub(crate) signer: CheckpointSigner,
    pub(crate) vault: Vault,
    /// Held while a snapshot is written.
    pub(crate) snapshot: Mutex<()>,
    handle: File,
    /// `None` while it is closed to be opened again, and after the ledger was closed.
    store: RwLock<Option<Store>>,
    tree: RwLock<Tree>,
}

impl Shared {
    pub(crate) fn tree(&self) -> RwLockReadGuard<'_, Tree> {
        self.tree.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn tree_mut(&self) -> RwLockWriteGuard<'_, Tree> {
        self.tree.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn store(&self) -> Result<Store, LedgerError> {
        self.store
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or(LedgerError::Closed)
    }

    fn replace_store(&self, store: Option<Store>) -> Option<Store> {
        std::mem::replace(
            &mut *self.store.write().unwrap_or_else(PoisonError::into_inner),
            store,
        )
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
        let Opened {
            origin,
            root,
            store,
            tree,
            head,
        } = start::open(directory, &master, &options)?;
        let shared = Shared {
            directory: directory.to_owned(),
            handle: open_directory(directory)?,
            signer: CheckpointSigner::from_seed(origin.clone(), &root.signing_seed),
            origin,
            vault: Vault::new(directory, master, root, &options.faults),
            options,
            snapshot: Mutex::default(),
            store: RwLock::new(Some(store)),
            tree: RwLock::new(tree),
        };
        let mut ledger = Self {
            shared: Arc::new(shared),
            lock,
            head,
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
        LedgerReader {
            shared: Arc::clone(&self.shared),
        }
    }

    /// This moment, for a backup of it. What is appended afterwards is not in it.
    pub fn moment(&self) -> Moment {
        Moment::of(&self.shared)
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
        self.expect_room(0)?;
        expect_writable(&start::log_directory(&self.shared.directory))
    }

    /// Appends events and changes the vault and the index, all or nothing. On `Ok` everything is
    /// on disk; the new number of events is returned.
    ///
    /// After an error nothing of it has happened as far as readers see. If something may have been
    /// written, the ledger is suspended from then on, until [`Ledger::recover`].
    pub fn append(&mut self, commit: Commit) -> Result<u64, LedgerError> {
        if let Some(why) = &self.suspended {
            return Err(LedgerError::Suspended { why: why.clone() });
        }
        commit.check()?;
        let size = self.shared.tree().tiles.size();
        if commit.is_empty() {
            return Ok(size);
        }
        let store = self.shared.store()?;
        let write = || self.write(&store, size, &commit);
        let (written, hashed) = hash_beside(&self.shared.tree, &commit.events, write);
        // Wipes its new keys: they are in the vault now.
        drop(commit);
        match written {
            Ok(()) => Ok(self.publish(&store, hashed)),
            Err(Failed::Untouched(error)) => Err(error),
            Err(Failed::Touched(error)) => {
                self.suspended = Some(error.to_string());
                Err(error)
            }
        }
    }

    /// Makes a commit durable.
    fn write(&self, store: &Store, size: u64, commit: &Commit) -> Result<(), Failed> {
        let vault = &self.shared.vault;
        let records = encode(size, commit.events.iter().map(Vec::as_slice));
        let mut changes = Changes::default();
        let rotation =
            vault.prepare(store, &commit.new_keys, &commit.destroy_keys, &mut changes)?;
        for (uid, name) in &commit.index_remove {
            changes.remove(&vault.user_key(*uid, name));
        }
        for (uid, name, user) in &commit.index_add {
            changes.put(&vault.user_key(*uid, name), user.as_bytes());
        }
        self.expect_room(footprint(&records) + changes.footprint())?;
        if let Some(rotation) = &rotation {
            vault.stage(rotation)?;
        }
        let written = if changes.is_empty() {
            store.insert_in_order(&records)
        } else {
            for record in records {
                changes.put(&record.key, record.value);
            }
            vault.exclusively(|| store.apply(&changes, WritePoint::LogBatch))
        };
        written
            .and_then(|()| store.make_durable())
            .and_then(|()| rotation.map_or(Ok(()), |rotation| vault.finish(rotation)))
            .map_err(Failed::Touched)
    }

    /// Opens the storage again after a failed write and finds out what is on disk. Returns the
    /// durable number of events; a commit that was refused may be among them.
    ///
    /// When it fails, it can be called again. As long as the disk is full or takes no writes, readers
    /// go on; after any other failure they get [`LedgerError::Closed`] until one call succeeds. A
    /// ledger that is not suspended is left alone.
    pub fn recover(&mut self) -> Result<u64, LedgerError> {
        if self.suspended.is_none() {
            return Ok(self.shared.tree().tiles.size());
        }
        self.expect_room(0)?;
        let shared = Arc::clone(&self.shared);
        // As long as nothing can be written the store stays open, and readers can go on.
        expect_writable(&start::log_directory(&shared.directory))?;
        if let Some(store) = shared.replace_store(None) {
            store.close();
        }
        Store::forget_cached(&start::log_directory(&shared.directory));
        let opened = start::open(&shared.directory, shared.vault.master(), &shared.options)?;
        let (size, root) = {
            let tree = shared.tree();
            (tree.tiles.size(), tree.tiles.root())
        };
        start::check_continues(&opened.store, &opened.tree, Seen::new(size, root))?;
        shared.vault.reset(opened.root);
        *shared.tree_mut() = opened.tree;
        shared.replace_store(Some(opened.store));
        self.head = opened.head;
        self.suspended = None;
        self.after_open();
        Ok(shared.tree().tiles.size())
    }

    /// Shows what became durable to the readers, and does what is due after it. None of that can
    /// make the commit undone.
    fn publish(&mut self, store: &Store, hashed: Hashed) -> u64 {
        let size = {
            let mut tree = self.shared.tree_mut();
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
            if !tree.unstored.is_empty() {
                self.head.anchor(tree.tiles.size(), tree.tiles.root());
            }
            tree.tiles.size()
        };
        self.head.advance(size);
        self.compact(store);
        size
    }

    fn after_open(&mut self) {
        let (size, root) = {
            let tree = self.shared.tree();
            (tree.tiles.size(), tree.tiles.root())
        };
        self.head.anchor(size, root);
        self.head.advance(size);
        if let Ok(store) = self.shared.store() {
            self.compact(&store);
        }
    }

    /// Stores tiles that became full and merges the records of their events. It becomes durable
    /// with the next commit; lost, it is done again at the next start.
    fn compact(&mut self, store: &Store) {
        if self.shared.tree().unstored.is_empty() {
            return;
        }
        if let Err(error) = self.try_compact(store) {
            tracing::warn!(%error, "hash tiles could not be stored; the ledger must recover");
            self.suspended = Some(error.to_string());
        }
    }

    fn try_compact(&self, store: &Store) -> Result<(), LedgerError> {
        let mut changes = Changes::default();
        for tile in &self.shared.tree().unstored {
            store_tile(tile, &mut changes);
            if tile.id.level() == 0 {
                merge_records(store, tile.id.index(), &mut changes)?;
            }
        }
        store.apply(&changes, WritePoint::Compaction)?;
        self.shared.tree_mut().unstored.clear();
        Ok(())
    }

    fn expect_room(&self, bytes: u64) -> Result<(), LedgerError> {
        let shared = &self.shared;
        let free = free_space(&shared.handle, &shared.directory)?;
        // sled writes nodes of the tree again now and then: up to twice what is appended.
        let needed = shared
            .options
            .reserve_bytes
            .saturating_add(bytes.saturating_mul(3));
        if free < needed {
            return Err(LedgerError::DiskFull {
                path: shared.directory.clone(),
                free,
                needed,
            });
        }
        Ok(())
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        if let Some(store) = self.shared.replace_store(None) {
            store.close();
        }
        // Readers may live on; the directory is free nevertheless.
        if let Err(error) = flock(&self.lock, FlockOperation::Unlock) {
            tracing::warn!(%error, "the ledger's lock could not be given back");
        }
    }
}

/// How a write failed.
enum Failed {
    /// Before the log was changed: it goes on as if nothing had been tried.
    Untouched(LedgerError),
    /// So that what is in memory may differ from what is on disk.
    Touched(LedgerError),
}

impl From<LedgerError> for Failed {
    fn from(error: LedgerError) -> Self {
        Self::Untouched(error)
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
