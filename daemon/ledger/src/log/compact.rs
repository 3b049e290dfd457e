//! What happens to a stretch of 256 events once its tile is full: the tile is stored, and small
//! records become few. All of it can be derived again from the events.

use super::keys;
use super::record::{Decoder, MAX_RECORD, encode};
use super::store::{Changes, Store};
use crate::error::LedgerError;
use crate::tree::{FullTile, TILE_LEN, TILE_WIDTH};
use std::convert::Infallible;

/// Puts a full tile into `changes`, in two halves: 20 records of its whole size would outgrow
/// what sled keeps in its log (see [`super::record`]).
pub(crate) fn store_tile(tile: &FullTile, changes: &mut Changes) {
    let (left, right) = tile.bytes.split_at(TILE_LEN / 2);
    for (half, bytes) in [(0, left), (1, right)] {
        changes.put(&keys::tile(tile.id.level(), tile.id.index(), half), bytes);
    }
}

/// A stored full tile.
pub(crate) fn read_tile(
    store: &Store,
    level: u8,
    index: u64,
) -> Result<Option<Vec<u8>>, LedgerError> {
    let mut bytes = Vec::with_capacity(TILE_LEN);
    for half in [0, 1] {
        let Some(stored) = store.get(&keys::tile(level, index, half))? else {
            return Ok(None);
        };
        bytes.extend_from_slice(&stored);
    }
    Ok(Some(bytes))
}

/// How many full tiles of level 0 are stored.
pub(crate) fn stored_tiles(store: &Store) -> Result<u64, LedgerError> {
    let last = store
        .range(&keys::tile(0, 0, 0)..=&keys::tile(0, u64::MAX, 1))
        .next_back()
        .transpose()?;
    let index =
        last.and_then(|(key, _)| Some(u64::from_be_bytes(*key.get(2..)?.first_chunk::<8>()?)));
    Ok(index.map_or(0, |index| index + 1))
}

/// Puts into `changes` what rewrites the events of the full tile `index` in as few records as
/// possible, if that is worth it. Many small records cost memory at open and time at replay.
pub(crate) fn merge_records(
    store: &Store,
    index: u64,
    changes: &mut Changes,
) -> Result<(), LedgerError> {
    let first = index * u64::from(TILE_WIDTH);
    let last = first + u64::from(TILE_WIDTH) - 1;
    let mut former = Vec::new();
    let mut bytes = 0;
    for entry in store.range(&keys::log(first, 0)..=&keys::log(last, u16::MAX)) {
        let entry = entry?;
        bytes += entry.1.len();
        former.push(entry);
    }
    if former.len() <= 2 * bytes.div_ceil(MAX_RECORD) + 2 {
        return Ok(());
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
    // Later changes of a batch win over earlier ones to the same key.
    for record in encode(first, events.iter().map(Vec::as_slice)) {
        changes.put(&record.key, record.value);
    }
    Ok(())
}
