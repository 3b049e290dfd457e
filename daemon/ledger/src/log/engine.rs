//! The engines that a log can be kept on.

use super::EventLog;
use super::sled::{self, SledLog};
use crate::error::LedgerError;
use crate::options::Options;
use std::path::Path;
use std::sync::Arc;

#[cfg(feature = "memory")]
use super::memory::{MemoryLog, MemoryStorage};

/// What keeps the log.
#[derive(Debug, Clone, Default)]
pub enum Engine {
    /// sled, in a directory below the ledger's.
    #[default]
    Sled,
    /// Memory, for tests that need no disk.
    #[cfg(feature = "memory")]
    Memory(MemoryStorage),
}

impl Engine {
    /// Whether a log was begun here, be it that nothing of it is left.
    pub(crate) fn was_begun(&self, directory: &Path) -> bool {
        match self {
            Self::Sled => sled::was_begun(directory),
            #[cfg(feature = "memory")]
            Self::Memory(storage) => !storage.is_new(),
        }
    }

    /// Whether there is a log to open. An engine would make a new one where it finds none.
    pub(crate) fn has_log(&self, directory: &Path) -> bool {
        match self {
            Self::Sled => sled::has_log(directory),
            #[cfg(feature = "memory")]
            Self::Memory(storage) => !storage.is_new(),
        }
    }

    /// Opens the log of the ledger in `directory`, or makes one.
    pub(crate) fn open(
        &self,
        directory: &Path,
        options: &Options,
    ) -> Result<Arc<dyn EventLog>, LedgerError> {
        Ok(match self {
            Self::Sled => Arc::new(SledLog::open(directory, options)?),
            #[cfg(feature = "memory")]
            Self::Memory(storage) => Arc::new(MemoryLog::open(storage, &options.faults)),
        })
    }
}
