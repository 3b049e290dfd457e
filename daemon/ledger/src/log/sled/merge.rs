//! Rewriting small records of events into few.

use super::keys;
use super::record::{Decoder, MAX_RECORD, Record, encode};
use super::store::Store;
use crate::error::LedgerError;
use crate::log::Changes;
use crate::tree::TILE_WIDTH;
use std::convert::Infallible;

/// The records of this stretch of 256 events, as few as possible, if that is worth it; what they take
/// the place of is removed in `changes`. Many small records cost memory at open and time at replay.
pub(super) fn merge_records(
    store: &Store,
    stretch: u64,
    changes: &mut Changes,
) -> Result<Vec<Record>, LedgerError> {
    let first = stretch * u64::from(TILE_WIDTH);
    let last = first + u64::from(TILE_WIDTH) - 1;
    let mut former = Vec::new();
    let mut bytes = 0;
    for entry in store.range(&keys::log(first, 0)..=&keys::log(last, u16::MAX)) {
        let entry = entry?;
        bytes += entry.1.len();
        former.push(entry);
    }
    if former.len() <= 2 * bytes.div_ceil(MAX_RECORD) + 2 {
        return Ok(Vec::new());
    }
    let mut events = Vec::with_capacity(usize::from(TILE_WIDTH));
    let mut decoder = Decoder::new(first);
    for (key, value) in &former {
        let Ok(read) = decoder.record(key, value, |_, event| {
            events.push(event.to_vec());
            Ok::<(), Infallible>(())
        });
        read.map_err(|_| {
            LedgerError::damaged_log("a record does not read".to_owned(), Some(decoder.next()))
        })?;
    }
    for (key, _) in &former {
        changes.remove(key);
    }
    Ok(encode(first, events.iter().map(Vec::as_slice)))
}
