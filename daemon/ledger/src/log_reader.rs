//! Reading the events, from any thread, while more are appended.

use crate::error::LedgerError;
use crate::log::EventLog;
use crate::tiles::SharedTree;
use crate::user_events;
use secinfo_domain::UserId;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Reads the events that are durable. Clones are cheap and may be used from any thread.
#[derive(Clone)]
pub struct LogReader {
    log: Arc<dyn EventLog>,
    tree: SharedTree,
}

impl LogReader {
    pub(crate) fn new(log: Arc<dyn EventLog>, tree: SharedTree) -> Self {
        Self { log, tree }
    }

    /// How many events are durable. Their hashes are in the tree.
    pub fn size(&self) -> u64 {
        self.tree.read().tiles.size()
    }

    /// Up to `max_events` events from event `from` on, with their numbers, of no more than
    /// `max_bytes` together; but at least one, if there is one.
    pub fn read(
        &self,
        from: u64,
        max_events: usize,
        max_bytes: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, LedgerError> {
        enum Stop {
            Enough,
            Failed(LedgerError),
        }
        impl From<LedgerError> for Stop {
            fn from(error: LedgerError) -> Self {
                Self::Failed(error)
            }
        }
        let mut events = Vec::new();
        let mut bytes = 0_usize;
        if max_events == 0 {
            return Ok(events);
        }
        let result = self.for_each(from, |seq, event| {
            bytes = bytes.saturating_add(event.len());
            if !events.is_empty() && bytes > max_bytes {
                return Err(Stop::Enough);
            }
            events.push((seq, event.to_vec()));
            if events.len() == max_events {
                Err(Stop::Enough)
            } else {
                Ok(())
            }
        });
        match result {
            Ok(()) | Err(Stop::Enough) => Ok(events),
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    /// Gives the durable events about a user before event `before` to `each`, the newest first, until it
    /// breaks off. A stretch of 256 events without any costs one look at a small record.
    pub fn for_each_of_user<E: From<LedgerError>>(
        &self,
        user: UserId,
        before: u64,
        mut each: impl FnMut(u64, &[u8]) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let mut result = Ok(());
        let before = before.min(self.size());
        user_events::read_back(&*self.log, user, before, &mut |seq, event| {
            each(seq, event).unwrap_or_else(|error| {
                result = Err(error);
                ControlFlow::Break(())
            })
        })?;
        result
    }

    /// Gives each durable event from event `from` on to `each`, in order. An error of `each` ends it
    /// and is returned.
    pub fn for_each<E: From<LedgerError>>(
        &self,
        from: u64,
        each: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.for_each_before(from, self.size(), each)
    }

    /// The same, for the events before event `to`.
    pub(crate) fn for_each_before<E: From<LedgerError>>(
        &self,
        from: u64,
        to: u64,
        mut each: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut result = Ok(());
        self.log.read(from, to, &mut |seq, event| {
            result = each(seq, event);
            if result.is_ok() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        result
    }
}
