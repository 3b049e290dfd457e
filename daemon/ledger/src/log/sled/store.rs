//! sled, behind the few operations that the ledger needs, with what sled leaves to its user: not
//! to let a panic through, to clear away what stops an open, and to make a flush durable.

use super::journal::JOURNAL_FILE;
use super::keys;
use super::record::Record;
use crate::error::LedgerError;
use crate::faults::{Faults, WritePoint};
use crate::files::sync_directory;
use crate::log::Changes;
use rustix::fs::{Advice, FlockOperation, fadvise, flock};
use rustix::io::Errno;
use sled::IVec;
use std::fs::File;
use std::io;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long sled's own lock may still be held by what is left of a database just closed.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);

/// A database of sled. Clones share it.
#[derive(Clone)]
pub(super) struct Store {
    db: sled::Db,
    /// Our own handle on sled's file: sled has no call that makes what it flushed durable.
    file: Arc<File>,
    path: Arc<Path>,
    faults: Faults,
}

impl Store {
    /// Opens or creates the database in `path`. The caller holds the ledger's lock, so nobody else
    /// has it.
    pub(super) fn open(
        path: &Path,
        cache_bytes: u64,
        faults: &Faults,
    ) -> Result<Self, LedgerError> {
        remove_unfinished_snapshots(path)?;
        let config = sled::Config::new()
            .path(path)
            .cache_capacity(cache_bytes)
            .flush_every_ms(None);
        let since = Instant::now();
        let db = loop {
            match guarded("opening the log", path, || config.open()) {
                Ok(db) => break db,
                // sled writes what it holds, and then lets go of the file, in threads of its own.
                Err(error) if is_locked(&error) && since.elapsed() < LOCK_PATIENCE => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(error) => return Err(explain_open(error, path)),
            }
        };
        let file = File::open(path.join("db")).map_err(LedgerError::io("cannot open", path))?;
        sync_directory(path, faults)?;
        Ok(Self {
            db,
            file: Arc::new(file),
            path: path.into(),
            faults: faults.clone(),
        })
    }

    /// Waits until nothing of a database that was closed is at work in `path` any more: sled writes
    /// what it holds in threads of its own, and has the file locked until then.
    pub(super) fn wait_closed(path: &Path) -> Result<(), LedgerError> {
        let failed = || LedgerError::io("cannot open", path);
        let file = File::open(path.join("db")).map_err(failed())?;
        let since = Instant::now();
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(()),
                Err(Errno::WOULDBLOCK) if since.elapsed() < LOCK_PATIENCE => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(error) => return Err(failed()(error.into())),
            }
        }
    }

    /// Makes the next open read from the disk what its files really hold, and not what the
    /// system remembers of a write that failed.
    pub(super) fn forget_cached(path: &Path) {
        for name in ["db", JOURNAL_FILE] {
            let result = File::open(path.join(name))
                .and_then(|file| Ok(fadvise(&file, 0, None, Advice::DontNeed)?));
            if let Err(error) = result {
                tracing::warn!(%error, name, "the system's cache of the log could not be dropped");
            }
        }
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<IVec>, LedgerError> {
        guarded("reading", &self.path, || self.db.get(key))
    }

    /// Stores what a commit changes, all or nothing as far as the next open can tell.
    pub(super) fn commit(&self, records: &[Record], changes: &Changes) -> Result<(), LedgerError> {
        if changes.is_empty() {
            self.insert_in_order(records)
        } else {
            self.apply(records, changes, WritePoint::LogBatch)
        }
    }

    /// Inserts the records in order. After an error some of them may be there.
    fn insert_in_order(&self, records: &[Record]) -> Result<(), LedgerError> {
        let insert = |records: &[Record]| -> io::Result<()> {
            for record in records {
                guarded_io(|| self.db.insert(record.key, record.value.as_slice()))?;
                self.weigh(&record.key, &record.value);
            }
            Ok(())
        };
        let first = &records[..records.len().min(1)];
        self.faults
            .around(WritePoint::LogInsert, || insert(records), || insert(first))
            .map_err(|source| self.failed("appending", source))
    }

    /// Applies all changes and then the records, or nothing.
    pub(super) fn apply(
        &self,
        records: &[Record],
        changes: &Changes,
        point: WritePoint,
    ) -> Result<(), LedgerError> {
        let mut batch = sled::Batch::default();
        for (key, value) in changes.iter() {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        for record in records {
            batch.insert(&record.key, record.value.as_slice());
        }
        // A batch has no half; what comes nearest is that it is applied and never flushed.
        let apply = |batch| guarded_io(|| self.db.apply_batch(batch));
        self.faults
            .around(point, || apply(batch.clone()), || apply(batch.clone()))
            .map_err(|source| self.failed("changing the log", source))?;
        for (key, value) in changes.iter() {
            self.weigh(key, value.unwrap_or_default());
        }
        for record in records {
            self.weigh(&record.key, &record.value);
        }
        Ok(())
    }

    /// Makes all that was inserted durable: sled's flush writes it, fdatasync brings it to the
    /// disk.
    pub(super) fn make_durable(&self) -> Result<(), LedgerError> {
        let nothing = || Ok(());
        self.faults
            .around(
                WritePoint::LogFlush,
                || guarded_io(|| self.db.flush()),
                nothing,
            )
            .map_err(|source| self.failed("flushing", source))?;
        self.faults
            .around(WritePoint::LogSync, || self.file.sync_data(), nothing)
            .map_err(|source| self.failed("syncing the log", source))
    }

    /// The records from `range`, in order.
    pub(super) fn range(
        &self,
        range: RangeInclusive<&[u8]>,
    ) -> impl DoubleEndedIterator<Item = Result<(IVec, IVec), LedgerError>> + use<> {
        Guarded {
            iter: self.db.range(range),
            path: self.path.clone(),
        }
    }

    /// The record that event `seq` is in, or begins in; the last one before it if it is missing.
    pub(super) fn record_of(&self, seq: u64) -> Result<Option<(IVec, IVec)>, LedgerError> {
        self.range(&keys::log(0, 0)..=&keys::log(seq, 0))
            .next_back()
            .transpose()
    }

    /// The last record of the log.
    pub(super) fn last_record(&self) -> Result<Option<(IVec, IVec)>, LedgerError> {
        self.range(&keys::log(0, 0)..=&keys::log(u64::MAX, u16::MAX))
            .next_back()
            .transpose()
    }

    /// Tells sled's cache about the size of a record just read or written.
    ///
    /// sled looks for what to evict only after 64 accesses to the nodes of one of its 256 shards,
    /// whatever their size. Reading a log once through, it would keep all of it. One access for
    /// each KiB keeps what waits to be looked at below 16 MiB.
    pub(super) fn weigh(&self, key: &[u8], value: &[u8]) {
        for _ in 0..value.len() / 1024 {
            // Only the access counts; a caller that needs the record reads it and sees the error.
            let _ = guarded_io(|| self.db.contains_key(key));
        }
    }

    /// Closes this handle. sled flushes when the last one goes.
    pub(super) fn close(self) {
        if catch_unwind(AssertUnwindSafe(move || drop(self.db))).is_err() {
            tracing::warn!("the storage engine panicked while it was being closed");
        }
    }

    fn failed(&self, doing: &'static str, source: io::Error) -> LedgerError {
        LedgerError::Storage {
            doing,
            path: self.path.to_path_buf(),
            source,
        }
    }
}

/// An iterator of sled's that gives a panic as an error.
struct Guarded {
    iter: sled::Iter,
    path: Arc<Path>,
}

impl Iterator for Guarded {
    type Item = Result<(IVec, IVec), LedgerError>;

    fn next(&mut self) -> Option<Self::Item> {
        guarded("reading", &self.path, || self.iter.next().transpose()).transpose()
    }
}

impl DoubleEndedIterator for Guarded {
    fn next_back(&mut self) -> Option<Self::Item> {
        guarded("reading", &self.path, || self.iter.next_back().transpose()).transpose()
    }
}

fn guarded<T>(
    doing: &'static str,
    path: &Path,
    call: impl FnOnce() -> sled::Result<T>,
) -> Result<T, LedgerError> {
    guarded_io(call).map_err(|source| LedgerError::Storage {
        doing,
        path: path.to_owned(),
        source,
    })
}

fn guarded_io<T>(call: impl FnOnce() -> sled::Result<T>) -> io::Result<T> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(|error| match error {
            sled::Error::Io(error) => error,
            sled::Error::Corruption { .. } => io::Error::new(io::ErrorKind::InvalidData, error),
            other => io::Error::other(other),
        }),
        Err(panic) => {
            let said = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no message");
            Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the storage engine panicked: {said}"),
            ))
        }
    }
}

fn is_locked(error: &LedgerError) -> bool {
    matches!(error, LedgerError::Storage { source, .. } if source.to_string().contains("could not acquire lock"))
}

/// What a failed open means for the administrator: a refusal by the system stays one, anything
/// else is damage.
fn explain_open(error: LedgerError, path: &Path) -> LedgerError {
    match error {
        LedgerError::Storage { .. } if is_locked(&error) => LedgerError::InUse {
            path: path.to_owned(),
            holder: None,
        },
        LedgerError::Storage { source, .. } if source.kind() == io::ErrorKind::InvalidData => {
            LedgerError::damaged_log(
                format!(
                    "the storage engine cannot read {}: {source}",
                    path.display()
                ),
                None,
            )
        }
        LedgerError::Storage { source, .. } => {
            LedgerError::io("cannot open the log in", path)(source)
        }
        other => other,
    }
}

/// sled writes its own snapshots under a name that ends so, and renames them. One that is left
/// over, as a kill can leave it, makes the next open fail.
fn remove_unfinished_snapshots(path: &Path) -> Result<(), LedgerError> {
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(LedgerError::io("cannot read the directory", path)(error)),
    };
    for entry in entries {
        let leftover: PathBuf = entry
            .map_err(LedgerError::io("cannot read the directory", path))?
            .path();
        let name = leftover
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            std::fs::remove_file(&leftover).map_err(LedgerError::io("cannot remove", &leftover))?;
        }
    }
    Ok(())
}
