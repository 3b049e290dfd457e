//! The log of events, apart from what keeps it.
//!
//! [`EventLog`] is what the rest of the crate knows of a log. It holds events, which are appended and
//! never changed, and records beside them: what an append changes of either changes together, or a key
//! could be missing whose event is there. Hash tree, checkpoints and vault are made of the two, and
//! no engine knows of them.
//!
//! One handle is the writer. What it appends is decided on the events before it, so it says how many
//! these are: where the log has moved on, nothing is written. One host has one writer; a log that
//! several hosts share fences the writer that lost its lease.

mod changes;
#[cfg(all(test, feature = "faults", feature = "memory"))]
mod conformance;
mod engine;
mod format;
#[cfg(feature = "memory")]
mod memory;
mod sled;

pub use self::sled::MAX_EVENT;
pub use engine::Engine;
#[cfg(feature = "memory")]
pub use memory::MemoryStorage;

pub(crate) use self::sled::{LOG_DIRECTORY, wait_closed};
pub(crate) use changes::{Changes, letter};
pub(crate) use format::{FORMAT, META_FORMAT, expect_format};

use crate::error::LedgerError;
use std::ops::ControlFlow;

/// A log on a storage engine.
///
/// Reading goes on while the writer appends, from any thread. Calls block until the storage has
/// answered: the writer is a thread of its own.
pub(crate) trait EventLog: Send + Sync {
    /// How many events the storage holds, by whomever they were appended.
    fn head(&self) -> Result<u64, LedgerError>;

    /// How many events this handle knows to be durable: as many can be read.
    fn len(&self) -> u64;

    /// Appends to a log of `expected` events, all of the batch or nothing. An error is a refusal:
    /// nothing was written, and the log goes on.
    fn append(&self, expected: u64, batch: &Batch<'_>) -> Result<Appended, LedgerError>;

    /// Gives the events from number `from` to before `to` to `each`, in order, until it breaks off.
    fn read(
        &self,
        from: u64,
        to: u64,
        each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>,
    ) -> Result<(), LedgerError>;

    /// The record with this key.
    fn record(&self, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError>;

    /// Stores records that can be derived from the events again, and does what the engine has put
    /// off. Nothing of it need be durable before the log is closed. After an error the log has to
    /// [recover](Self::recover).
    fn keep(&self, changes: Changes) -> Result<(), LedgerError>;

    /// Refuses where a batch of so many bytes would find no room.
    fn expect_room(&self, bytes: u64) -> Result<(), LedgerError>;

    /// Refuses where the storage takes no writes.
    fn expect_writable(&self) -> Result<(), LedgerError>;

    /// Opens the storage again after an append of unknown outcome, and finds out what is durable:
    /// [`len`](Self::len) says so then. After an error it can be called again; until one call
    /// succeeds, reading is refused.
    fn recover(&self) -> Result<(), LedgerError>;

    /// Ends the use of the storage. Every later call is refused.
    fn close(&self);
}

/// What one append changes.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    /// The events, in order.
    pub(crate) events: &'a [Vec<u8>],
    /// The records.
    pub(crate) changes: Changes,
    /// Whether records are removed or replaced for good: an engine that keeps what was written lately
    /// apart wipes that before it acknowledges.
    pub(crate) destroys: bool,
}

impl Batch<'_> {
    /// Bytes that it takes, roughly, with what an engine adds.
    pub(crate) fn footprint(&self) -> u64 {
        let events = self.events.iter().map(|event| event.len() as u64 + 64);
        events.sum::<u64>() + self.changes.footprint()
    }
}

/// What became of an append.
#[derive(Debug)]
pub(crate) enum Appended {
    /// All of it is durable.
    Acknowledged,
    /// Nothing was written: the log has this many events, and not as many as were expected.
    Moved(u64),
    /// Nothing was written: another writer has taken over, and this one appends no more.
    #[cfg_attr(
        not(feature = "memory"),
        expect(
            dead_code,
            reason = "sled has one writer as long as its directory is locked"
        )
    )]
    Fenced,
    /// All of it is durable or nothing, and which of the two is not known before the log has
    /// [recovered](EventLog::recover).
    Unknown(LedgerError),
}

impl Appended {
    /// Anything but an acknowledgement as an error.
    pub(crate) fn acknowledged(self, expected: u64) -> Result<(), LedgerError> {
        match self {
            Self::Acknowledged => Ok(()),
            Self::Moved(size) => Err(LedgerError::Moved { expected, size }),
            Self::Fenced => Err(LedgerError::Fenced),
            Self::Unknown(error) => Err(error),
        }
    }
}
