//! The log's Merkle tree, as in [RFC 9162 section 2.1] (the tree of RFC 6962), kept in tiles as in
//! [C2SP tlog-tiles]. Pure computation: who stores the tiles and the leaves is not its business.
//!
//! - [`HashTiles`] grows with the log and hands out each tile that became full, to be stored.
//! - [`root_at`], [`inclusion_proof`] and [`consistency_proof`] read tiles through a
//!   [`TileSource`], for any size that the log has or once had, and never hash an event again.
//! - [`verify_inclusion`] and [`verify_consistency`] are what an auditor runs on proofs from
//!   somebody they do not trust.
//!
//! [RFC 9162 section 2.1]: https://www.rfc-editor.org/rfc/rfc9162.html#section-2.1
//! [C2SP tlog-tiles]: https://c2sp.org/tlog-tiles

mod builder;
mod error;
mod frontier;
mod hash;
mod prove;
mod tile;
mod verify;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests;

pub use builder::{FullTile, HashTiles};
pub use error::TreeError;
pub use frontier::Frontier;
pub use hash::{EMPTY_ROOT, HASH_LEN, Hash, leaf_hash, node_hash};
pub use prove::{TileSource, consistency_proof, inclusion_proof, root_at};
pub use tile::{TILE_HEIGHT, TILE_LEN, TILE_WIDTH, TileId};
pub use verify::{MAX_PROOF_LEN, verify_consistency, verify_inclusion};
