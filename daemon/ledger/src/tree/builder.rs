//! Tiles that grow with the log.

use super::frontier::{MAX_SIZE, root_of_peaks};
use super::prove::{TileSource, hashes_of};
use super::{Frontier, Hash, TILE_HEIGHT, TILE_LEN, TILE_WIDTH, TileId, TreeError};

/// A tile that has just become full, to be stored for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullTile {
    /// Which tile; its width is 256.
    pub id: TileId,
    /// Its 256 hashes, one after the other.
    pub bytes: Vec<u8>,
}

/// The tree at its right edge: in each level the one tile that is not full yet, at most 8 KiB a
/// level. Everything to the left is in full tiles, which the caller stores.
///
/// A clone is cheap (some 20 KiB for a million events): a caller that may have to take an append back,
/// because the write that goes with it failed, appends to a clone and keeps it on success.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HashTiles {
    size: u64,
    levels: Vec<GrowingTile>,
}

/// The tile of one level that is not full yet, and the frontier of the hashes in it. The frontiers
/// of all levels together are the frontier of the tree, so that nothing is hashed twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct GrowingTile {
    bytes: Vec<u8>,
    frontier: Frontier,
}

impl GrowingTile {
    fn push(&mut self, hash: Hash) {
        self.bytes.extend_from_slice(hash.as_bytes());
        self.frontier.append(hash);
    }

    fn is_full(&self) -> bool {
        self.bytes.len() == TILE_LEN
    }

    fn width(&self) -> u16 {
        u16::try_from(self.frontier.size()).expect("a tile has at most 256 hashes")
    }
}

impl HashTiles {
    /// The tree without leaves.
    pub const fn new() -> Self {
        Self {
            size: 0,
            levels: Vec::new(),
        }
    }

    /// The tree whose first `full_tiles` tiles of level 0 are stored in `source`, with all full
    /// tiles of the levels above them, followed by the leaf hashes `tail`.
    ///
    /// Returns the tiles that became full through `tail` as well: there are some when the events
    /// reached the disk and their tiles did not. Of each level at most 255 tiles are read and
    /// hashed. Who restores a tree compares its root with the last signed checkpoint, since the
    /// tiles are taken as they are.
    pub fn restore<S: TileSource>(
        full_tiles: u64,
        source: &S,
        tail: impl IntoIterator<Item = Hash>,
    ) -> Result<(Self, Vec<FullTile>), S::Error> {
        let width = u64::from(TILE_WIDTH);
        let size = full_tiles
            .checked_mul(width)
            .filter(|size| *size <= MAX_SIZE)
            .ok_or(TreeError::TooLarge)?;
        let mut tree = Self {
            size,
            levels: vec![GrowingTile::default()],
        };
        // Each full tile of a level is one hash of the level above it.
        let (mut level, mut count) = (0, full_tiles);
        while count > 0 {
            let mut growing = GrowingTile::default();
            for index in (count - count % width)..count {
                growing.push(full_tile_root(source, level, index)?);
            }
            tree.levels.push(growing);
            count /= width;
            level += 1;
        }
        let completed = tail
            .into_iter()
            .flat_map(|leaf| tree.append(leaf))
            .collect();
        Ok((tree, completed))
    }

    /// The number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf at the right, by its [`leaf_hash`](super::leaf_hash). Returns the tiles that
    /// became full by it: mostly none, otherwise one of level 0, sometimes followed by one of
    /// each level above.
    pub fn append(&mut self, leaf: Hash) -> Vec<FullTile> {
        self.size += 1;
        let mut completed = Vec::new();
        let mut hash = leaf;
        // How many hashes the level holds with this one.
        let mut count = self.size;
        for level in 0.. {
            if self.levels.len() == usize::from(level) {
                self.levels.push(GrowingTile::default());
            }
            let growing = &mut self.levels[usize::from(level)];
            growing.push(hash);
            if !growing.is_full() {
                break;
            }
            let full = std::mem::take(growing);
            hash = full.frontier.root();
            count >>= TILE_HEIGHT;
            completed.push(FullTile {
                id: TileId::full(level, count - 1),
                bytes: full.bytes,
            });
        }
        completed
    }

    /// The root of the tree as it is now.
    pub fn root(&self) -> Hash {
        root_of_peaks(
            self.levels
                .iter()
                .flat_map(|tile| tile.frontier.peaks().iter().rev()),
        )
    }

    /// The frontier of the tree as it is now: enough to append and to know the root, in some
    /// hundred bytes.
    pub fn frontier(&self) -> Frontier {
        let levels = self.levels.iter().rev();
        let peaks = levels.flat_map(|tile| tile.frontier.peaks()).copied();
        Frontier::from_peaks(self.size, peaks.collect())
    }

    /// The hashes of the tile at this place, if it is one of those that are still growing. A
    /// [`TileSource`] looks here first and then among the stored tiles.
    pub fn growing_tile(&self, level: u8, index: u64) -> Option<&[u8]> {
        self.growing_tiles()
            .find(|(id, _)| id.level() == level && id.index() == index)
            .map(|(_, bytes)| bytes)
    }

    /// The tiles that are still growing and hold at least one hash, from level 0 upwards. With
    /// the stored ones they are all tiles of the tree.
    pub fn growing_tiles(&self) -> impl Iterator<Item = (TileId, &[u8])> {
        (0..).zip(&self.levels).filter_map(|(level, tile)| {
            let shift = u32::from(TILE_HEIGHT) * (u32::from(level) + 1);
            let index = self.size.checked_shr(shift).unwrap_or(0);
            let id = TileId::new(level, index, tile.width())?;
            Some((id, tile.bytes.as_slice()))
        })
    }
}

fn full_tile_root<S: TileSource>(source: &S, level: u8, index: u64) -> Result<Hash, S::Error> {
    let id = TileId::full(level, index);
    let bytes = source
        .tile(level, index)?
        .ok_or(TreeError::MissingTile(id))?;
    if bytes.len() != TILE_LEN {
        return Err(TreeError::MalformedTile(id).into());
    }
    let mut frontier = Frontier::new();
    hashes_of(&bytes).for_each(|hash| frontier.append(hash));
    Ok(frontier.root())
}
