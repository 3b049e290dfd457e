//! Names of tiles, as in C2SP tlog-tiles.

use super::HASH_LEN;
use std::fmt;

/// The number of tree levels that a tile spans.
pub const TILE_HEIGHT: u8 = 8;

/// The number of hashes in a full tile.
pub const TILE_WIDTH: u16 = 1 << TILE_HEIGHT;

/// The length of a full tile in bytes.
pub const TILE_LEN: usize = TILE_WIDTH as usize * HASH_LEN;

/// One tile: `width` hashes of the tree's level `8 * level`, from number `256 * index` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    level: u8,
    index: u64,
    width: u16,
}

impl TileId {
    /// The full tile at this place.
    pub const fn full(level: u8, index: u64) -> Self {
        Self {
            level,
            index,
            width: TILE_WIDTH,
        }
    }

    /// The tile at this place with its first `width` hashes; `None` if that is not 1 to 256.
    pub const fn new(level: u8, index: u64, width: u16) -> Option<Self> {
        if width == 0 || width > TILE_WIDTH {
            return None;
        }
        Some(Self {
            level,
            index,
            width,
        })
    }

    /// The level in tiles, from the leaves at 0 upwards.
    pub const fn level(&self) -> u8 {
        self.level
    }

    /// The number of the tile in its level, from the left at 0.
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes it holds, 1 to 256.
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// Whether it holds all 256 hashes and so never changes again.
    pub const fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// Where the tile is found below the log's address or an export's directory, such as
    /// `tile/0/x001/x234/067.p/8`.
    pub fn path(&self) -> String {
        let mut index = format!("{:03}", self.index % 1000);
        let mut rest = self.index / 1000;
        while rest > 0 {
            index = format!("x{:03}/{index}", rest % 1000);
            rest /= 1000;
        }
        let level = self.level;
        if self.is_full() {
            format!("tile/{level}/{index}")
        } else {
            format!("tile/{level}/{index}.p/{}", self.width)
        }
    }
}

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}
