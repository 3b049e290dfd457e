//! Points where a write can be made to fail, so that a test can stop the ledger between any two of
//! its writes.
//!
//! Without the feature `faults` a [`Faults`] holds nothing and every question is answered at
//! compile time.

use std::io;

/// Where the ledger writes. Every write to disk passes one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WritePoint {
    /// The key file that holds the master key.
    KeyFile,
    /// The vault's root file at the first start.
    RootCreate,
    /// The vault's root file, marked as belonging to a complete log.
    RootComplete,
    /// The events of a commit, given to sled record by record.
    LogInsert,
    /// A commit that also changes keys or index, given to the engine as one batch.
    LogBatch,
    /// The journal of commits, made empty.
    JournalCreate,
    /// A commit's entry in the journal.
    JournalWrite,
    /// The fdatasync of the journal, which makes a commit durable.
    JournalSync,
    /// The note in sled of which entries of the journal it holds.
    JournalFlushed,
    /// The zeros over the journal's entries.
    JournalErase,
    /// sled's flush of what the journal held, or of a commit that goes past it.
    LogFlush,
    /// The fdatasync of what sled flushed.
    LogSync,
    /// The root file with the next root key, too, before keys are destroyed.
    RootStage,
    /// The root file with the new root key only, after keys are destroyed.
    RootFinish,
    /// The root file with new keys for tags, or with the key of push.
    RootTags,
    /// Tiles, and the merging of small records.
    Compaction,
    /// The last known size of the log.
    Head,
    /// The snapshot of the projection.
    Snapshot,
    /// The fsync of a directory.
    DirectorySync,
    /// The rename that decides that a restored ledger takes the place of the former one.
    RestoreDecided,
    /// One of the renames that bring a restored ledger to its place.
    RestoreMoved,
    /// The removal of the directory in which it waited.
    RestoreSettled,
}

impl WritePoint {
    /// All write points.
    pub const ALL: [Self; 22] = [
        Self::KeyFile,
        Self::RootCreate,
        Self::RootComplete,
        Self::LogInsert,
        Self::LogBatch,
        Self::JournalCreate,
        Self::JournalWrite,
        Self::JournalSync,
        Self::JournalFlushed,
        Self::JournalErase,
        Self::LogFlush,
        Self::LogSync,
        Self::RootStage,
        Self::RootFinish,
        Self::RootTags,
        Self::Compaction,
        Self::Head,
        Self::Snapshot,
        Self::DirectorySync,
        Self::RestoreDecided,
        Self::RestoreMoved,
        Self::RestoreSettled,
    ];
}

/// How a write fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultMode {
    /// Nothing is written.
    Before,
    /// All is written, and then an error is reported.
    After,
    /// A part is written: half of the bytes of a file, the first of several records.
    Half,
}

/// Which write is to fail next. Cheap to clone; clones share what is armed.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    #[cfg(feature = "faults")]
    armed: std::sync::Arc<std::sync::Mutex<Option<Armed>>>,
}

#[cfg(feature = "faults")]
#[derive(Debug)]
struct Armed {
    point: WritePoint,
    mode: FaultMode,
    passes_left: u32,
}

#[cfg(feature = "faults")]
impl Faults {
    /// Makes `point` fail once, after it has been passed `passes` times without harm.
    pub fn arm(&self, point: WritePoint, mode: FaultMode, passes: u32) {
        *self.lock() = Some(Armed {
            point,
            mode,
            passes_left: passes,
        });
    }

    /// Makes nothing fail. Returns whether something was still armed, that is, had not failed.
    pub fn disarm(&self) -> bool {
        self.lock().take().is_some()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Armed>> {
        self.armed
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn strikes(&self, point: WritePoint) -> Option<FaultMode> {
        let mut armed = self.lock();
        let due = armed.as_mut().filter(|armed| armed.point == point)?;
        if due.passes_left > 0 {
            due.passes_left -= 1;
            return None;
        }
        armed.take().map(|armed| armed.mode)
    }
}

#[cfg(not(feature = "faults"))]
impl Faults {
    #[expect(clippy::unused_self, reason = "the same signature as with the feature")]
    const fn strikes(&self, _point: WritePoint) -> Option<FaultMode> {
        None
    }
}

impl Faults {
    /// Does `write` unless this point is to fail; what a failing one still does is in `half`.
    pub(crate) fn around<T>(
        &self,
        point: WritePoint,
        write: impl FnOnce() -> io::Result<T>,
        half: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<T> {
        match self.strikes(point) {
            None => return write(),
            Some(FaultMode::Before) => {}
            Some(FaultMode::After) => {
                write()?;
            }
            Some(FaultMode::Half) => half()?,
        }
        Err(io::Error::other(format!("injected failure at {point:?}")))
    }
}
