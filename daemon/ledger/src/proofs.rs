//! What proves that the log was not rewritten: roots, proofs and signed checkpoints.

use crate::checkpoint::{Checkpoint, CheckpointSigner, Origin, VerifierKey};
use crate::error::LedgerError;
use crate::log::EventLog;
use crate::tiles::{SharedTree, StoredTiles};
use crate::tree::{self, Hash, TileSource, TreeError};
use std::sync::Arc;

/// Proves things about the durable log. Clones are cheap and may be used from any thread.
#[derive(Clone)]
pub struct Proofs {
    tree: SharedTree,
    log: Arc<dyn EventLog>,
    signer: Arc<CheckpointSigner>,
}

impl Proofs {
    pub(crate) fn new(
        tree: SharedTree,
        log: Arc<dyn EventLog>,
        signer: Arc<CheckpointSigner>,
    ) -> Self {
        Self { tree, log, signer }
    }

    /// The log's name.
    pub fn origin(&self) -> &Origin {
        self.signer.verifier_key().origin()
    }

    /// The key that checkpoints are verified with.
    pub fn verifier_key(&self) -> &VerifierKey {
        self.signer.verifier_key()
    }

    /// The root of the tree over all durable events.
    pub fn root(&self) -> Hash {
        self.head().1
    }

    /// The root of the tree over the first `size` events.
    pub fn root_at(&self, size: u64) -> Result<Hash, LedgerError> {
        self.with_tiles(size, |tiles| tree::root_at(tiles, size))
    }

    /// The signed checkpoint of all durable events: a C2SP tlog-checkpoint.
    pub fn checkpoint(&self) -> Result<String, LedgerError> {
        let (size, root) = self.head();
        self.sign(size, root)
    }

    /// The proof that event `index` is in the tree over the first `size` events (RFC 9162 section
    /// 2.1.3).
    pub fn inclusion_proof(&self, index: u64, size: u64) -> Result<Vec<Hash>, LedgerError> {
        self.with_tiles(size, |tiles| tree::inclusion_proof(tiles, index, size))
    }

    /// The proof that the tree over the first `new` events continues the one over the first `old`
    /// (RFC 9162 section 2.1.4).
    pub fn consistency_proof(&self, old: u64, new: u64) -> Result<Vec<Hash>, LedgerError> {
        self.with_tiles(new, |tiles| tree::consistency_proof(tiles, old, new))
    }

    /// The hashes of one tile (C2SP tlog-tiles), as many as there are; `None` beyond the tree.
    pub fn tile(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, LedgerError> {
        self.with_tiles(0, |tiles| tiles.tile(level, index))
    }

    /// The proof that event `index` is in the log as it is on disk, and the checkpoint of that log.
    pub fn inclusion_with_checkpoint(
        &self,
        index: u64,
    ) -> Result<(Vec<Hash>, String), LedgerError> {
        let (size, root) = self.head();
        Ok((self.inclusion_proof(index, size)?, self.sign(size, root)?))
    }

    /// The number of durable events, and the root of the tree over them.
    pub(crate) fn head(&self) -> (u64, Hash) {
        let tree = self.tree.read();
        (tree.tiles.size(), tree.tiles.root())
    }

    /// The signed checkpoint of a tree that the log has or had.
    pub(crate) fn sign(&self, size: u64, root: Hash) -> Result<String, LedgerError> {
        let checkpoint = Checkpoint::new(self.origin().clone(), size, root);
        Ok(self.signer.sign(&checkpoint)?)
    }

    fn with_tiles<T>(
        &self,
        size: u64,
        read: impl FnOnce(&StoredTiles<'_>) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let tree = self.tree.read();
        let durable = tree.tiles.size();
        if size > durable {
            return Err(TreeError::NotInTree {
                index: size,
                size: durable,
            }
            .into());
        }
        read(&StoredTiles {
            tree: &tree,
            log: &*self.log,
        })
    }
}
