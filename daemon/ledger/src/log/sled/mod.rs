//! The log on sled.

mod journal;
mod keys;
mod merge;
mod record;
mod recover;
mod store;

pub use record::MAX_EVENT;

use super::{Appended, Batch, Changes, EventLog, META_FORMAT, expect_format};
use crate::error::LedgerError;
use crate::faults::WritePoint;
use crate::files::{expect_writable, free_space, open_directory};
use crate::options::Options;
use crate::tree::TILE_WIDTH;
use journal::{Journal, NewEntry};
use merge::merge_records;
use record::{Decoder, Record, encode};
use recover::{discard_unfinished_commit, replay, stored_size};
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};
use store::Store;

/// The name of sled's directory in the ledger's.
pub(crate) const LOG_DIRECTORY: &str = "log";

/// How often a stretch of the log is looked up again before it is called damaged. Records are
/// merged while they are read, and a reader may then find the next one gone.
const LOOKUPS: u32 = 8;

pub(super) fn was_begun(directory: &Path) -> bool {
    directory.join(LOG_DIRECTORY).symlink_metadata().is_ok()
}

pub(super) fn has_log(directory: &Path) -> bool {
    let database = directory.join(LOG_DIRECTORY).join("db");
    database.metadata().is_ok_and(|database| database.len() > 0)
}

/// Waits until nothing of a log that was closed is at work in the ledger's `directory` any more.
pub(crate) fn wait_closed(directory: &Path) -> Result<(), LedgerError> {
    Store::wait_closed(&directory.join(LOG_DIRECTORY))
}

/// A log on sled. The caller holds the ledger's lock, so there is one handle.
pub(super) struct SledLog {
    /// The ledger's directory, and a handle on it.
    directory: PathBuf,
    handle: File,
    options: Options,
    /// `None` while it is closed to be opened again, and after it was closed.
    store: RwLock<Option<Store>>,
    /// What stands before the store. `None` with it, and after a write of unknown outcome, until the
    /// log has recovered.
    journal: Mutex<Option<Journal>>,
    /// How many bytes of the journal the store has yet to write.
    unflushed: AtomicU64,
    len: AtomicU64,
    /// As many stretches of 256 events lie in as few records as possible.
    merged: AtomicU64,
}

impl SledLog {
    /// Opens the log below this directory, or makes one. A commit that was cut short by a crash is
    /// removed, and what is left is durable.
    pub(super) fn open(directory: &Path, options: &Options) -> Result<Self, LedgerError> {
        let log = Self {
            handle: open_directory(directory)?,
            directory: directory.to_owned(),
            options: options.clone(),
            store: RwLock::new(None),
            journal: Mutex::new(None),
            unflushed: AtomicU64::new(0),
            len: AtomicU64::new(0),
            merged: AtomicU64::new(0),
        };
        log.open_store()?;
        Ok(log)
    }

    fn path(&self) -> PathBuf {
        self.directory.join(LOG_DIRECTORY)
    }

    fn open_store(&self) -> Result<(), LedgerError> {
        let options = &self.options;
        let store = Store::open(&self.path(), options.cache_bytes, &options.faults)?;
        if let Some(format) = store.get(META_FORMAT)? {
            expect_format(&format)?;
        }
        discard_unfinished_commit(&store)?;
        let flushed = number(&store, keys::FLUSHED)?;
        let (mut journal, entries) = Journal::open(&self.path(), flushed, &options.faults)?;
        replay(&store, &entries)?;
        // What a killed process wrote may not be on disk yet; nobody is told of it before it is.
        flush(&store, &mut journal)?;
        journal.erase()?;
        self.len.store(stored_size(&store)?, Ordering::Release);
        let merged = number(&store, keys::MERGED)?;
        self.merged.store(merged.unwrap_or(0), Ordering::Relaxed);
        self.unflushed.store(0, Ordering::Relaxed);
        *self.journal() = Some(journal);
        *self.store_mut() = Some(store);
        Ok(())
    }

    fn journal(&self) -> MutexGuard<'_, Option<Journal>> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn store(&self) -> Result<Store, LedgerError> {
        self.store
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or(LedgerError::Closed)
    }

    fn store_mut(&self) -> RwLockWriteGuard<'_, Option<Store>> {
        self.store.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventLog for SledLog {
    fn head(&self) -> Result<u64, LedgerError> {
        stored_size(&self.store()?)
    }

    fn len(&self) -> u64 {
        self.len.load(Ordering::Acquire)
    }

    fn append(&self, expected: u64, batch: &Batch<'_>) -> Result<Appended, LedgerError> {
        let store = self.store()?;
        let mut place = self.journal();
        let size = self.len();
        if size != expected {
            return Ok(Appended::Moved(size));
        }
        // Put back once it is known what it holds.
        let mut journal = place.take().ok_or(LedgerError::Closed)?;
        let records = encode(size, batch.events.iter().map(Vec::as_slice));
        if let Err(error) = write(&store, &mut journal, size, batch, &records) {
            return Ok(Appended::Unknown(error));
        }
        let unflushed = journal.unflushed() as u64;
        self.unflushed.store(unflushed, Ordering::Relaxed);
        *place = Some(journal);
        let size = size + batch.events.len() as u64;
        self.len.store(size, Ordering::Release);
        Ok(Appended::Acknowledged)
    }

    fn read(
        &self,
        from: u64,
        to: u64,
        each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        let store = self.store()?;
        let mut next = from;
        let mut lookups = 0;
        while next < to {
            let before = next;
            let why = match read_stretch(&store, &mut next, to, each)? {
                Stretch::BrokenOff => break,
                Stretch::Whole if next >= to => break,
                Stretch::Whole => "it is missing",
                Stretch::Damaged(why) => why,
            };
            lookups = if next > before { 0 } else { lookups + 1 };
            if lookups == LOOKUPS {
                return Err(LedgerError::damaged_log(
                    format!("event {next} does not read: {why}"),
                    Some(next),
                ));
            }
        }
        Ok(())
    }

    fn record(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(self.store()?.get(key)?.map(|value| value.to_vec()))
    }

    fn keep(&self, mut changes: Changes) -> Result<(), LedgerError> {
        let store = self.store()?;
        let merged = self.merged.load(Ordering::Relaxed);
        let full = self.len() / u64::from(TILE_WIDTH);
        let mut records = Vec::new();
        for stretch in merged..full {
            records.append(&mut merge_records(&store, stretch, &mut changes)?);
        }
        if merged < full {
            changes.put(keys::MERGED, full.to_be_bytes());
        }
        if changes.is_empty() {
            return Ok(());
        }
        store.apply(&records, &changes, WritePoint::Compaction)?;
        self.merged.store(full, Ordering::Relaxed);
        Ok(())
    }

    fn expect_room(&self, bytes: u64) -> Result<(), LedgerError> {
        let free = free_space(&self.handle, &self.directory)?;
        let bytes = bytes.saturating_add(self.unflushed.load(Ordering::Relaxed));
        // sled writes nodes of the tree again now and then: up to twice what is appended.
        let needed = self
            .options
            .reserve_bytes
            .saturating_add(bytes.saturating_mul(3));
        if free < needed {
            return Err(LedgerError::DiskFull {
                path: self.directory.clone(),
                free,
                needed,
            });
        }
        Ok(())
    }

    fn expect_writable(&self) -> Result<(), LedgerError> {
        expect_writable(&self.path())
    }

    fn recover(&self) -> Result<(), LedgerError> {
        *self.journal() = None;
        if let Some(store) = self.store_mut().take() {
            store.close();
        }
        Store::forget_cached(&self.path());
        if !has_log(&self.directory) {
            return Err(LedgerError::damaged_log(
                format!("the log {} is missing or empty", self.path().display()),
                None,
            ));
        }
        self.open_store()
    }

    fn close(&self) {
        let journal = self.journal().take();
        let Some(store) = self.store_mut().take() else {
            return;
        };
        // Without a journal the outcome of the last write is unknown: the next open finds out.
        if let Some(mut journal) = journal {
            let emptied = flush(&store, &mut journal).and_then(|()| journal.erase());
            if let Err(error) = emptied {
                tracing::warn!(%error, "the log's journal is left for the next start to read");
            }
        }
        store.close();
    }
}

/// Writes what a commit changes to the journal, durably, and then to the store. What is too large for the
/// journal, or destroys what stands in it, goes to the store alone, durably, once the journal is empty.
fn write(
    store: &Store,
    journal: &mut Journal,
    size: u64,
    batch: &Batch<'_>,
    records: &[Record],
) -> Result<(), LedgerError> {
    let count = batch.events.len() as u64;
    let entry = NewEntry::new(size, count, &batch.changes, records);
    if batch.destroys || !entry.fits() {
        flush(store, journal)?;
        if batch.destroys {
            journal.erase()?;
        }
        store.commit(records, &batch.changes)?;
        return store.make_durable();
    }
    if !journal.has_room(&entry) {
        flush(store, journal)?;
    }
    journal.append(entry)?;
    store.commit(records, &batch.changes)
}

/// Makes all that was given to the store durable there, so that the journal begins again.
fn flush(store: &Store, journal: &mut Journal) -> Result<(), LedgerError> {
    let mut flushed = Changes::default();
    flushed.put(keys::FLUSHED, journal.next().to_be_bytes());
    store.apply(&[], &flushed, WritePoint::JournalFlushed)?;
    store.make_durable()?;
    journal.restart();
    Ok(())
}

/// The number that the engine keeps under this key.
fn number(store: &Store, key: &[u8]) -> Result<Option<u64>, LedgerError> {
    let Some(value) = store.get(key)? else {
        return Ok(None);
    };
    let number = value.as_ref().try_into().map_err(|_| {
        LedgerError::damaged_log("a number that the log keeps does not read".to_owned(), None)
    })?;
    Ok(Some(u64::from_be_bytes(number)))
}

/// How far a stretch of records was read.
enum Stretch {
    /// To its end.
    Whole,
    /// As far as it was wanted.
    BrokenOff,
    /// To a record that does not read.
    Damaged(&'static str),
}

/// The events that follow are not wanted.
struct BrokenOff;

/// Reads on from event `next` as far as the records are in line.
fn read_stretch(
    store: &Store,
    next: &mut u64,
    end: u64,
    each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>,
) -> Result<Stretch, LedgerError> {
    let first = store
        .record_of(*next)?
        .and_then(|(key, _)| keys::parse_log(&key));
    let Some((first, _)) = first else {
        return Ok(Stretch::Damaged("it is missing"));
    };
    let mut decoder = Decoder::new(first);
    for entry in store.range(&keys::log(first, 0)..=&keys::log(end - 1, u16::MAX)) {
        let (key, value) = entry?;
        let read = decoder.record(&key, &value, |seq, event| {
            if seq == *next && seq < end {
                *next = seq + 1;
                if each(seq, event).is_break() {
                    return Err(BrokenOff);
                }
            }
            Ok(())
        });
        store.weigh(&key, &value);
        match read {
            Err(BrokenOff) => return Ok(Stretch::BrokenOff),
            Ok(Ok(())) => {}
            Ok(Err(_)) => {
                return Ok(Stretch::Damaged(
                    "the record that should hold it is another or was changed",
                ));
            }
        }
    }
    Ok(Stretch::Whole)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_removed_from_a_log_of_a_later_format() {
        let directory = tempfile::tempdir().unwrap();
        let options = Options::new("host");
        let path = directory.path().join(LOG_DIRECTORY);
        let open = || Store::open(&path, options.cache_bytes, &options.faults).unwrap();
        let key = keys::log(0, 0);
        let store = open();
        let mut changes = Changes::default();
        changes.put(META_FORMAT, b"2");
        // What this build takes for a commit that was cut short.
        changes.put(&key, [u8::MAX, 1, 2, 3]);
        store.apply(&[], &changes, WritePoint::LogBatch).unwrap();
        store.make_durable().unwrap();
        store.close();
        Store::wait_closed(&path).unwrap();

        let refused = SledLog::open(directory.path(), &options).err().unwrap();
        assert!(refused.to_string().contains("format 2"), "{refused}");
        Store::wait_closed(&path).unwrap();
        assert!(open().get(&key).unwrap().is_some());
    }
}
