//! Finding the events of one user without reading the whole log.
//!
//! Beside each full stretch of 256 events stands a record of whose events are in it: four bytes of the
//! random id of each such user, in order. Going backwards, stretches without the user cost one small
//! record each. A record can be derived from its stretch again: where one is missing, the stretch is
//! read instead.

use crate::error::LedgerError;
use crate::log::{Changes, EventLog, letter};
use crate::tree::TILE_WIDTH;
use secinfo_domain::UserId;
use secinfo_domain::event::user_of;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// How many events one record is about.
const STRETCH: u64 = TILE_WIDTH as u64;

/// What stands in a record for a user. That two users share it costs the reading of a stretch.
const MARK: usize = 4;

type Mark = [u8; MARK];

fn mark(user: UserId) -> Mark {
    let [first, second, third, fourth, ..] = *user.as_bytes();
    [first, second, third, fourth]
}

/// The key of the record of a stretch.
fn key(stretch: u64) -> [u8; 9] {
    let mut key = [letter::USERS; 9];
    key[1..].copy_from_slice(&stretch.to_be_bytes());
    key
}

/// Adds the record of a full stretch, which is durable.
pub(crate) fn note(
    log: &dyn EventLog,
    stretch: u64,
    changes: &mut Changes,
) -> Result<(), LedgerError> {
    let mut marks = BTreeSet::new();
    let begins = stretch * STRETCH;
    log.read(begins, begins + STRETCH, &mut |_, event| {
        marks.extend(user_of(event).map(mark));
        ControlFlow::Continue(())
    })?;
    changes.put(
        &key(stretch),
        marks.into_iter().collect::<Vec<_>>().concat(),
    );
    Ok(())
}

/// Gives the events of a user before event `before` to `each`, the newest first, until it breaks off.
pub(crate) fn read_back(
    log: &dyn EventLog,
    user: UserId,
    before: u64,
    each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>,
) -> Result<(), LedgerError> {
    let mut end = before;
    while end > 0 {
        let stretch = (end - 1) / STRETCH;
        let begins = stretch * STRETCH;
        let is_theirs = match log.record(&key(stretch))? {
            Some(marks) => marks.chunks_exact(MARK).any(|known| known == mark(user)),
            None => true,
        };
        if is_theirs {
            let mut found = Vec::new();
            log.read(begins, end, &mut |seq, event| {
                if user_of(event) == Some(user) {
                    found.push((seq, event.to_vec()));
                }
                ControlFlow::Continue(())
            })?;
            for (seq, event) in found.into_iter().rev() {
                if each(seq, &event).is_break() {
                    return Ok(());
                }
            }
        }
        end = begins;
    }
    Ok(())
}
