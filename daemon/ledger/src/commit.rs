//! What one append changes.

use crate::error::LedgerError;
use crate::log::MAX_EVENT;
use crate::vault::NewKey;
use secinfo_domain::{KeyId, UserId};

/// All that one append changes; it happens whole or not at all.
#[derive(Debug, Default)]
pub struct Commit {
    /// The stored bytes of the events, in order: each one line of text without its line feed, of
    /// at most [`MAX_EVENT`] bytes.
    pub events: Vec<Vec<u8>>,
    /// Keys that the events' sealed parts were sealed under.
    pub new_keys: Vec<NewKey>,
    /// Keys to destroy. What was sealed under them can then be read by nobody.
    pub destroy_keys: Vec<KeyId>,
    /// Accounts (uid, name) from now on found as these users.
    pub index_add: Vec<(u32, String, UserId)>,
    /// Accounts (uid, name) that are no longer found.
    pub index_remove: Vec<(u32, String)>,
}

impl Commit {
    /// A commit of these events and nothing else.
    pub fn of_events(events: Vec<Vec<u8>>) -> Self {
        Self {
            events,
            ..Self::default()
        }
    }

    pub(crate) fn check(&self) -> Result<(), LedgerError> {
        for (index, event) in self.events.iter().enumerate() {
            if event.len() > MAX_EVENT {
                return Err(LedgerError::EventTooLarge {
                    index,
                    len: event.len(),
                    max: MAX_EVENT,
                });
            }
            if event.is_empty() || event.contains(&b'\n') {
                return Err(LedgerError::EventNotOneLine { index });
            }
        }
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty()
            && self.new_keys.is_empty()
            && self.destroy_keys.is_empty()
            && self.index_add.is_empty()
            && self.index_remove.is_empty()
    }
}
