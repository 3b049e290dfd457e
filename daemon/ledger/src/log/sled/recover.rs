//! What the end of the log says when it is opened.

use super::journal::Entry;
use super::keys;
use super::record::{Decoder, continues};
use super::store::Store;
use crate::error::LedgerError;
use crate::faults::WritePoint;
use crate::log::Changes;
use std::convert::Infallible;

/// Removes the records of a commit that was cut short by a crash: it was never acknowledged, and
/// its events belong together.
pub(super) fn discard_unfinished_commit(store: &Store) -> Result<(), LedgerError> {
    let mut changes = Changes::default();
    let mut discarded = 0;
    for entry in store
        .range(&keys::log(0, 0)..=&keys::log(u64::MAX, u16::MAX))
        .rev()
    {
        let (key, value) = entry?;
        if !continues(&value) {
            break;
        }
        changes.remove(&key);
        discarded += 1;
    }
    if discarded > 0 {
        tracing::info!(
            records = discarded,
            "removing a commit that was cut short before it was acknowledged"
        );
        store.apply(&[], &changes, WritePoint::LogBatch)?;
    }
    Ok(())
}

/// The number of events in the log, told by its last record.
pub(super) fn stored_size(store: &Store) -> Result<u64, LedgerError> {
    let Some((key, _)) = store.last_record()? else {
        return Ok(0);
    };
    let unreadable =
        |seq| LedgerError::damaged_log("the last record of the log does not read".to_owned(), seq);
    let (first, _) = keys::parse_log(&key).ok_or_else(|| unreadable(None))?;
    let mut decoder = Decoder::new(first);
    for entry in store.range(&keys::log(first, 0)..=&key) {
        let (key, value) = entry?;
        let Ok(read) = decoder.record(&key, &value, |_, _| Ok::<(), Infallible>(()));
        read.map_err(|_| unreadable(Some(decoder.next())))?;
    }
    if decoder.in_block() {
        return Err(unreadable(Some(decoder.next())));
    }
    Ok(decoder.next())
}

/// Stores again what the entries of the journal say. Some of the first ones may be in the store already,
/// in part or whole.
pub(super) fn replay(store: &Store, entries: &[Entry]) -> Result<(), LedgerError> {
    let mut size = stored_size(store)?;
    for entry in entries {
        let end = entry.size.saturating_add(entry.count);
        let is_stored = end <= size;
        if entry.size != size && !is_stored {
            return Err(LedgerError::damaged_log(
                format!(
                    "the journal of the log adds to {} events where {size} are there",
                    entry.size
                ),
                Some(size.min(entry.size)),
            ));
        }
        // Merged with others, an event may lie in another record by now.
        let records = if is_stored { &[] } else { &*entry.records };
        store.commit(records, &entry.changes)?;
        size = size.max(end);
    }
    Ok(())
}
