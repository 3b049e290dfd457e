//! What the end of the log says when it is opened.

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
