//! A log in memory. What was appended outlives its handles as long as the [`MemoryStorage`].

use super::{Appended, Batch, Changes, EventLog};
use crate::error::LedgerError;
use crate::faults::{Faults, WritePoint};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where logs in memory are kept. Clones are the same storage.
#[derive(Clone, Default)]
pub struct MemoryStorage(Arc<Mutex<Content>>);

#[derive(Clone, Default)]
struct Content {
    events: Vec<Arc<[u8]>>,
    records: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Which of the handles that were opened is the writer: the last one.
    writer: u64,
}

impl fmt::Debug for MemoryStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemoryStorage").finish_non_exhaustive()
    }
}

impl MemoryStorage {
    /// Another storage with what this one holds now.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self(Arc::new(Mutex::new(self.content().clone())))
    }

    pub(super) fn is_new(&self) -> bool {
        let content = self.content();
        content.events.is_empty() && content.records.is_empty()
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Content {
    fn size(&self) -> u64 {
        self.events.len() as u64
    }

    fn change(&mut self, changes: &Changes) {
        for (key, value) in changes.iter() {
            match value {
                Some(value) => self.records.insert(key.to_vec(), value.to_vec()),
                None => self.records.remove(key),
            };
        }
    }
}

/// A log in memory.
pub(super) struct MemoryLog {
    storage: MemoryStorage,
    writer: u64,
    len: AtomicU64,
    closed: AtomicBool,
    faults: Faults,
}

impl MemoryLog {
    /// Opens the log, and fences the writer before this one.
    pub(super) fn open(storage: &MemoryStorage, faults: &Faults) -> Self {
        let mut content = storage.content();
        content.writer += 1;
        Self {
            storage: storage.clone(),
            writer: content.writer,
            len: AtomicU64::new(content.size()),
            closed: AtomicBool::new(false),
            faults: faults.clone(),
        }
    }

    fn content(&self) -> Result<MutexGuard<'_, Content>, LedgerError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(LedgerError::Closed);
        }
        Ok(self.storage.content())
    }

    fn failed(source: std::io::Error) -> LedgerError {
        LedgerError::Storage {
            doing: "appending",
            path: "memory".into(),
            source,
        }
    }
}

impl EventLog for MemoryLog {
    fn head(&self) -> Result<u64, LedgerError> {
        Ok(self.content()?.size())
    }

    fn len(&self) -> u64 {
        self.len.load(Ordering::Acquire)
    }

    fn append(&self, expected: u64, batch: &Batch<'_>) -> Result<Appended, LedgerError> {
        let mut content = self.content()?;
        if content.writer != self.writer {
            return Ok(Appended::Fenced);
        }
        if content.size() != expected {
            return Ok(Appended::Moved(content.size()));
        }
        let write = || {
            let events = batch.events.iter().map(|event| event.as_slice().into());
            content.events.extend(events);
            content.change(&batch.changes);
            Ok(())
        };
        let written = self.faults.around(WritePoint::LogBatch, write, || Ok(()));
        let synced = written.and_then(|()| {
            let answer = || Ok(());
            self.faults.around(WritePoint::LogSync, answer, answer)
        });
        if let Err(error) = synced {
            return Ok(Appended::Unknown(Self::failed(error)));
        }
        self.len.store(content.size(), Ordering::Release);
        Ok(Appended::Acknowledged)
    }

    fn read(
        &self,
        from: u64,
        to: u64,
        each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        let place = |seq| usize::try_from(seq).unwrap_or(usize::MAX);
        // Nothing is locked while `each` runs: it may read, too.
        let events = {
            let content = self.content()?;
            let end = place(to.min(content.size()));
            content
                .events
                .get(place(from)..end)
                .unwrap_or_default()
                .to_vec()
        };
        for (seq, event) in (from..).zip(events) {
            if each(seq, &event).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn record(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(self.content()?.records.get(key).cloned())
    }

    fn keep(&self, changes: Changes) -> Result<(), LedgerError> {
        let mut content = self.content()?;
        let write = || {
            content.change(&changes);
            Ok(())
        };
        self.faults
            .around(WritePoint::Compaction, write, || Ok(()))
            .map_err(Self::failed)
    }

    fn expect_room(&self, _bytes: u64) -> Result<(), LedgerError> {
        Ok(())
    }

    fn expect_writable(&self) -> Result<(), LedgerError> {
        self.content().map(|_| ())
    }

    fn recover(&self) -> Result<(), LedgerError> {
        let content = self.content()?;
        if content.writer != self.writer {
            return Err(LedgerError::Fenced);
        }
        self.len.store(content.size(), Ordering::Release);
        Ok(())
    }

    fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }
}
