//! The hash tree over the log, and where its tiles are kept: full ones in records beside the events,
//! growing ones in memory. All of it can be derived again from the events.

use crate::error::LedgerError;
use crate::log::{Changes, EventLog, letter};
use crate::tree::{FullTile, HashTiles, TILE_LEN, TILE_WIDTH, TileSource, leaf_hash};
use std::ops::ControlFlow;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The tree over the durable events. Clones share it.
#[derive(Clone)]
pub(crate) struct SharedTree(Arc<RwLock<Tree>>);

/// The tree over the durable events.
pub(crate) struct Tree {
    pub(crate) tiles: HashTiles,
    /// Tiles that are full and not stored yet.
    pub(crate) unstored: Vec<FullTile>,
}

/// All tiles, wherever they are.
pub(crate) struct StoredTiles<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) log: &'a dyn EventLog,
}

impl SharedTree {
    pub(crate) fn new(tree: Tree) -> Self {
        Self(Arc::new(RwLock::new(tree)))
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Tree> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Tree> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tree {
    /// The tree over what the log holds, from the stored tiles and the events after them.
    pub(crate) fn load(log: &dyn EventLog) -> Result<Self, LedgerError> {
        let size = log.head()?;
        let stored = Stored(log);
        let mut full_tiles = size / u64::from(TILE_WIDTH);
        if stored.tile(0, full_tiles)?.is_some() {
            return Err(LedgerError::damaged_log(
                format!("there are hashes of more events than the {size} events that are there"),
                Some(size),
            ));
        }
        // What was kept last may have been lost.
        while full_tiles > 0 && stored.tile(0, full_tiles - 1)?.is_none() {
            full_tiles -= 1;
        }
        let mut tail = Vec::new();
        log.read(full_tiles * u64::from(TILE_WIDTH), size, &mut |_, event| {
            tail.push(leaf_hash(event));
            ControlFlow::Continue(())
        })?;
        let (tiles, unstored) = HashTiles::restore(full_tiles, &stored, tail)?;
        Ok(Self { tiles, unstored })
    }

    /// What stores the tiles that are not stored yet.
    pub(crate) fn unstored(&self) -> Changes {
        let mut changes = Changes::default();
        for tile in &self.unstored {
            // In two halves: 20 records of its whole size would outgrow what sled keeps in its log.
            let (left, right) = tile.bytes.split_at(TILE_LEN / 2);
            for (half, bytes) in [(0, left), (1, right)] {
                changes.put(&key(tile.id.level(), tile.id.index(), half), bytes);
            }
        }
        changes
    }
}

impl TileSource for StoredTiles<'_> {
    type Error = LedgerError;

    fn tile(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, LedgerError> {
        if let Some(bytes) = self.tree.tiles.growing_tile(level, index) {
            return Ok(Some(bytes.to_vec()));
        }
        let unstored = self
            .tree
            .unstored
            .iter()
            .find(|tile| tile.id.level() == level && tile.id.index() == index);
        match unstored {
            Some(tile) => Ok(Some(tile.bytes.clone())),
            None => Stored(self.log).tile(level, index),
        }
    }
}

/// The tiles in records.
struct Stored<'a>(&'a dyn EventLog);

impl TileSource for Stored<'_> {
    type Error = LedgerError;

    fn tile(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, LedgerError> {
        let mut bytes = Vec::with_capacity(TILE_LEN);
        for half in [0, 1] {
            let Some(stored) = self.0.record(&key(level, index, half))? else {
                return Ok(None);
            };
            bytes.extend_from_slice(&stored);
        }
        Ok(Some(bytes))
    }
}

/// The key of one half (0 or 1) of a tile.
fn key(level: u8, index: u64, half: u8) -> [u8; 11] {
    let mut key = [letter::TILE; 11];
    key[1] = level;
    key[2..10].copy_from_slice(&index.to_be_bytes());
    key[10] = half;
    key
}
