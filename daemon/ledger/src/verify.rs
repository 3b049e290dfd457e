//! Verifying all that is stored.

use crate::error::LedgerError;
use crate::ledger::LedgerReader;
use crate::proofs::Proofs;
use crate::tree::{HASH_LEN, Hash, HashTiles, TILE_WIDTH, TileId, leaf_hash};

/// What [`verify_all`] went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// How many events were read.
    pub events: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many stored hash tiles agree with them.
    pub tiles: u64,
    /// The root of the tree over them.
    pub root: Hash,
}

/// Reads and hashes every durable event, and compares with every stored tile. A gap, a changed
/// event or a changed tile is [`LedgerError::Damaged`], with the first event that it concerns.
///
/// This shows that the log agrees with its own tree. That nobody rewrote both is shown by comparing
/// with an earlier checkpoint.
pub fn verify_all(reader: &LedgerReader) -> Result<Report, LedgerError> {
    let LedgerReader { log, proofs, .. } = reader;
    let size = log.size();
    let expected = proofs.root_at(size)?;
    let mut tree = HashTiles::new();
    let (mut bytes, mut tiles) = (0, 0);
    let read = log.for_each(0, |seq, event| {
        if seq < size {
            bytes += event.len() as u64;
            for tile in tree.append(leaf_hash(event)) {
                compare(proofs, tile.id, &tile.bytes)?;
                tiles += 1;
            }
        }
        Ok::<(), LedgerError>(())
    });
    if read.is_err() || tree.root() != expected {
        // What was read of a stretch before it broke off, or of the newest events, may be wrong
        // earlier than that.
        for (id, bytes) in tree.growing_tiles().filter(|(id, _)| id.level() == 0) {
            compare(proofs, id, bytes)?;
        }
    }
    read?;
    if tree.root() != expected {
        return Err(LedgerError::damaged_log(
            "the events do not agree with the tree that is signed".to_owned(),
            None,
        ));
    }
    Ok(Report {
        events: size,
        bytes,
        tiles,
        root: expected,
    })
}

/// Compares the hashes of a tile, as many as were computed, with the stored ones.
fn compare(proofs: &Proofs, id: TileId, computed: &[u8]) -> Result<(), LedgerError> {
    let stored = proofs.tile(id.level(), id.index())?.unwrap_or_default();
    if stored.starts_with(computed) {
        return Ok(());
    }
    let (stored, _) = stored.as_chunks::<HASH_LEN>();
    let (computed, _) = computed.as_chunks::<HASH_LEN>();
    let agreeing = stored
        .iter()
        .zip(computed)
        .take_while(|(stored, computed)| stored == computed);
    // A hash of level n stands for 256^n events.
    let hash = id.index() * u64::from(TILE_WIDTH) + agreeing.count() as u64;
    let event = hash
        .checked_shl(8 * u32::from(id.level()))
        .unwrap_or(u64::MAX);
    Err(LedgerError::damaged_log(
        format!("the stored {id} does not agree with the events below it"),
        Some(event),
    ))
}
