//! Reading the ledger, from any thread, while it is written.

use crate::checkpoint::{Checkpoint, Origin, VerifierKey};
use crate::error::LedgerError;
use crate::ledger::Shared;
use crate::log::{Decoder, Store, keys, read_tile};
use crate::tree::{self, FullTile, Hash, HashTiles, TileSource, TreeError};
use crate::vault::Vault;
use secinfo_domain::{KeyId, SealedPart, UserId};
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// How often a stretch of the log is looked up again before it is called damaged. Records are
/// merged while they are read, and a reader may then find the next one gone.
const LOOKUPS: u32 = 8;

/// Reads what is durable. Clones are cheap and may be used from any thread.
#[derive(Clone)]
pub struct LedgerReader {
    pub(crate) shared: Arc<Shared>,
}

/// The tree over the durable events.
pub(crate) struct Tree {
    pub(crate) tiles: HashTiles,
    /// Tiles that are full and not stored yet.
    pub(crate) unstored: Vec<FullTile>,
}

/// All tiles, wherever they are.
pub(crate) struct StoredTiles<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) store: &'a Store,
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
            None => read_tile(self.store, level, index),
        }
    }
}

impl LedgerReader {
    /// Where the log and all that belongs to it are.
    pub fn directory(&self) -> &Path {
        &self.shared.directory
    }

    /// How many events are durable.
    pub fn size(&self) -> u64 {
        self.shared.tree().tiles.size()
    }

    /// Up to `max_events` events from event `from` on, with their numbers, of no more than
    /// `max_bytes` together; but at least one, if there is one.
    pub fn read(
        &self,
        from: u64,
        max_events: usize,
        max_bytes: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, LedgerError> {
        enum Stop {
            Enough,
            Failed(LedgerError),
        }
        impl From<LedgerError> for Stop {
            fn from(error: LedgerError) -> Self {
                Self::Failed(error)
            }
        }
        let mut events = Vec::new();
        let mut bytes = 0_usize;
        if max_events == 0 {
            return Ok(events);
        }
        let result = self.for_each(from, |seq, event| {
            bytes = bytes.saturating_add(event.len());
            if !events.is_empty() && bytes > max_bytes {
                return Err(Stop::Enough);
            }
            events.push((seq, event.to_vec()));
            if events.len() == max_events {
                Err(Stop::Enough)
            } else {
                Ok(())
            }
        });
        match result {
            Ok(()) | Err(Stop::Enough) => Ok(events),
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    /// Gives each durable event from event `from` on to `each`, in order and without copying. An
    /// error of `each` ends it and is returned.
    pub fn for_each<E: From<LedgerError>>(
        &self,
        from: u64,
        each: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let end = self.size();
        let store = self.shared.store()?;
        for_each_stored(&store, from, end, each)
    }

    /// The root of the tree over all durable events.
    pub fn root(&self) -> Hash {
        self.shared.tree().tiles.root()
    }

    /// The root of the tree over the first `size` events.
    pub fn root_at(&self, size: u64) -> Result<Hash, LedgerError> {
        self.with_tiles(size, |tiles| tree::root_at(tiles, size))
    }

    /// The signed checkpoint of all durable events: a C2SP tlog-checkpoint.
    pub fn checkpoint(&self) -> Result<String, LedgerError> {
        let (size, root) = {
            let tree = self.shared.tree();
            (tree.tiles.size(), tree.tiles.root())
        };
        Ok(self
            .shared
            .signer
            .sign(&Checkpoint::new(self.shared.origin.clone(), size, root))?)
    }

    /// The key that checkpoints are verified with.
    pub fn verifier_key(&self) -> &VerifierKey {
        self.shared.signer.verifier_key()
    }

    /// The log's name.
    pub fn origin(&self) -> &Origin {
        &self.shared.origin
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

    /// Opens a part that was sealed under this key.
    pub fn open_sealed(
        &self,
        id: KeyId,
        part: SealedPart,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, LedgerError> {
        self.shared
            .vault
            .open_sealed(&self.shared.store()?, id, part, sealed)
    }

    /// Seals a part under a key that is in the vault.
    pub fn seal(
        &self,
        id: KeyId,
        part: SealedPart,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, LedgerError> {
        self.shared
            .vault
            .seal(&self.shared.store()?, id, part, plaintext)
    }

    /// Whether the vault has this key.
    pub fn has_key(&self, id: KeyId) -> Result<bool, LedgerError> {
        Vault::has_key(&self.shared.store()?, id)
    }

    /// The user that is held for this account.
    pub fn lookup_user(&self, uid: u32, name: &str) -> Result<Option<UserId>, LedgerError> {
        self.shared
            .vault
            .lookup_user(&self.shared.store()?, uid, name)
    }

    fn with_tiles<T>(
        &self,
        size: u64,
        read: impl FnOnce(&StoredTiles<'_>) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let store = self.shared.store()?;
        let tree = self.shared.tree();
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
            store: &store,
        })
    }
}

/// Gives the stored events `from..end` to `each`.
pub(crate) fn for_each_stored<E: From<LedgerError>>(
    store: &Store,
    from: u64,
    end: u64,
    mut each: impl FnMut(u64, &[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut next = from;
    let mut lookups = 0;
    while next < end {
        let before = next;
        let why = match read_stretch(store, &mut next, end, &mut each)? {
            Ok(()) if next >= end => break,
            Ok(()) => "it is missing",
            Err(why) => why,
        };
        lookups = if next > before { 0 } else { lookups + 1 };
        if lookups == LOOKUPS {
            return Err(LedgerError::damaged_log(
                format!("event {next} does not read: {why}"),
                Some(next),
            )
            .into());
        }
    }
    Ok(())
}

/// Reads on from event `next` as far as the records are in line.
fn read_stretch<E: From<LedgerError>>(
    store: &Store,
    next: &mut u64,
    end: u64,
    each: &mut impl FnMut(u64, &[u8]) -> Result<(), E>,
) -> Result<Result<(), &'static str>, E> {
    let first = store
        .record_of(*next)?
        .and_then(|(key, _)| keys::parse_log(&key));
    let Some((first, _)) = first else {
        return Ok(Err("it is missing"));
    };
    let mut decoder = Decoder::new(first);
    for entry in store.range(&keys::log(first, 0)..=&keys::log(end - 1, u16::MAX)) {
        let (key, value) = entry?;
        let read = decoder.record(&key, &value, |seq, event| {
            if seq == *next && seq < end {
                each(seq, event)?;
                *next = seq + 1;
            }
            Ok::<(), E>(())
        })?;
        store.weigh(&key, &value);
        if read.is_err() {
            return Ok(Err(
                "the record that should hold it is another or was changed",
            ));
        }
    }
    Ok(Ok(()))
}
