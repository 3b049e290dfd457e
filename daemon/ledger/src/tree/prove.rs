//! Roots and proofs for any size that the log has or had, computed from tiles
//! (RFC 9162 sections 2.1.3.1 and 2.1.4.1).

use super::frontier::root_of_peaks;
use super::{Frontier, HASH_LEN, Hash, TILE_HEIGHT, TILE_LEN, TILE_WIDTH, TileId, TreeError};

/// Where tiles are read from.
pub trait TileSource {
    /// What reading can fail with: a [`TreeError`], or what the storage says.
    type Error: From<TreeError>;

    /// The hashes of the tile at this place, one after the other: as many as are there, which may
    /// be more than the tree asked about has. `None` if there is no such tile.
    fn tile(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, Self::Error>;
}

/// The root of the tree of the first `size` events.
pub fn root_at<S: TileSource>(source: &S, size: u64) -> Result<Hash, S::Error> {
    TileReader::new(source).root_of(0, size)
}

/// The proof that event `index` is in the tree of the first `size` events, to be checked with
/// [`verify_inclusion`](super::verify_inclusion).
pub fn inclusion_proof<S: TileSource>(
    source: &S,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, S::Error> {
    if index >= size {
        return Err(TreeError::NotInTree { index, size }.into());
    }
    let mut reader = TileReader::new(source);
    let mut proof = Vec::new();
    // Down from the root to the leaf, taking the sibling that is left behind at each fork.
    let (mut from, mut to) = (0, size);
    while to - from > 1 {
        let fork = from + largest_power_below(to - from);
        if index < fork {
            proof.push(reader.root_of(fork, to)?);
            to = fork;
        } else {
            proof.push(reader.root_of(from, fork)?);
            from = fork;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that the tree of the first `new` events continues that of the first `old` events, to
/// be checked with [`verify_consistency`](super::verify_consistency). It is empty when `old` is 0
/// or equals `new`.
pub fn consistency_proof<S: TileSource>(
    source: &S,
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, S::Error> {
    if old > new {
        return Err(TreeError::RolledBack { old, new }.into());
    }
    let mut proof = Vec::new();
    if old == 0 {
        return Ok(proof);
    }
    let mut reader = TileReader::new(source);
    // Down to the subtree that the old tree ends with.
    let (mut from, mut to) = (0, new);
    while to != old {
        let fork = from + largest_power_below(to - from);
        if old <= fork {
            proof.push(reader.root_of(fork, to)?);
            to = fork;
        } else {
            proof.push(reader.root_of(from, fork)?);
            from = fork;
        }
    }
    // If that is the whole old tree, the verifier has its root already.
    if from > 0 {
        proof.push(reader.root_of(from, to)?);
    }
    proof.reverse();
    Ok(proof)
}

/// The largest power of two below `n`, which is at least 2: where RFC 9162 splits `n` leaves.
fn largest_power_below(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// The whole hashes in `bytes`.
pub(super) fn hashes_of(bytes: &[u8]) -> impl Iterator<Item = Hash> {
    let (hashes, _) = bytes.as_chunks::<HASH_LEN>();
    hashes.iter().map(|hash| Hash::from_bytes(*hash))
}

/// Reads nodes out of tiles, each tile once.
struct TileReader<'a, S> {
    source: &'a S,
    tiles: Vec<(TileId, Vec<u8>)>,
}

impl<'a, S: TileSource> TileReader<'a, S> {
    fn new(source: &'a S) -> Self {
        Self {
            source,
            tiles: Vec::new(),
        }
    }

    /// The root above the leaves `from..to`, where `from` is a multiple of a power of two that is
    /// not below their number.
    fn root_of(&mut self, from: u64, to: u64) -> Result<Hash, S::Error> {
        let mut peaks = Vec::new();
        let mut at = from;
        while at < to {
            let height = (to - at).ilog2();
            peaks.push(self.node(height, at >> height)?);
            at += 1 << height;
        }
        Ok(root_of_peaks(peaks.iter().rev()))
    }

    /// The node number `index` of those with `2^height` leaves below them.
    fn node(&mut self, height: u32, index: u64) -> Result<Hash, S::Error> {
        let tile_height = u32::from(TILE_HEIGHT);
        let level = u8::try_from(height / tile_height).expect("a tree has at most 64 levels");
        // Between two tile levels a node is the root of a part of a tile.
        let in_tile = height % tile_height;
        let first = index << in_tile;
        let width = u64::from(TILE_WIDTH);
        let id = TileId::full(level, first / width);
        let start = usize::try_from(first % width).expect("below 256") * HASH_LEN;
        let end = start + (HASH_LEN << in_tile);

        let part = self
            .tile(id)?
            .get(start..end)
            .ok_or(TreeError::MissingTile(id))?;
        let mut frontier = Frontier::new();
        hashes_of(part).for_each(|hash| frontier.append(hash));
        Ok(frontier.root())
    }

    fn tile(&mut self, id: TileId) -> Result<&[u8], S::Error> {
        let known = self.tiles.iter().position(|(known, _)| *known == id);
        let position = if let Some(position) = known {
            position
        } else {
            let bytes = self
                .source
                .tile(id.level(), id.index())?
                .ok_or(TreeError::MissingTile(id))?;
            if bytes.len() > TILE_LEN || bytes.len() % HASH_LEN != 0 {
                return Err(TreeError::MalformedTile(id).into());
            }
            self.tiles.push((id, bytes));
            self.tiles.len() - 1
        };
        Ok(&self.tiles[position].1)
    }
}
