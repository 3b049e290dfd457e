//! Opening a ledger: what is in the directory, whether it belongs together, and how far the log
//! has come.

use crate::checkpoint::Origin;
use crate::error::LedgerError;
use crate::faults::WritePoint;
use crate::files::sync_directory;
use crate::head::{HEAD_FILE, Head, Seen};
use crate::ledger::Options;
use crate::log::{
    Changes, Store, discard_unfinished_commit, keys, read_tile, stored_size, stored_tiles,
};
use crate::reader::{StoredTiles, Tree, for_each_stored};
use crate::snapshot::SNAPSHOT_FILE;
use crate::tree::{HashTiles, TILE_WIDTH, TileSource, leaf_hash, root_at};
use crate::vault::{MasterKey, ROOT_FILE, Root, random};
use std::path::{Path, PathBuf};

/// The name of sled's directory in the ledger's.
pub(crate) const LOG_DIRECTORY: &str = "log";
const FORMAT: &[u8] = b"1";

const RESTORE: &str = "keep this directory as it is, and restore the whole of it from a backup";

pub(crate) fn log_directory(directory: &Path) -> PathBuf {
    directory.join(LOG_DIRECTORY)
}

/// A ledger that was opened and found whole.
pub(crate) struct Opened {
    pub(crate) origin: Origin,
    pub(crate) root: Root,
    pub(crate) store: Store,
    pub(crate) tree: Tree,
    pub(crate) head: Head,
}

/// Opens the ledger in `directory`, or makes one if the directory has nothing of one.
pub(crate) fn open(
    directory: &Path,
    master: &MasterKey,
    options: &Options,
) -> Result<Opened, LedgerError> {
    let present = |name: &str| directory.join(name).symlink_metadata().is_ok();
    let log_is_there = present(LOG_DIRECTORY);
    let root = match Root::load(directory, master)? {
        Some(root) => root,
        None if log_is_there => {
            return Err(damaged(format!(
                "the log is there, but its vault's root file {ROOT_FILE} is missing"
            )));
        }
        None if present(HEAD_FILE) || present(SNAPSHOT_FILE) => {
            return Err(damaged(format!(
                "the log and the vault's root file {ROOT_FILE} are missing where a ledger has been"
            )));
        }
        None => {
            let mut log_id = [0; 16];
            random(&mut log_id)?;
            let origin = Origin::new(&options.host, &data_encoding::HEXLOWER.encode(&log_id))?;
            let root = Root::generate(origin.as_str().to_owned())?;
            root.store(directory, master, WritePoint::RootCreate, &options.faults)?;
            root
        }
    };
    let root = if root.complete {
        root
    } else {
        complete(directory, master, root, options)?
    };
    open_existing(directory, master, root, options)
}

/// Makes the log that belongs to a root file just made, or goes on where that was interrupted.
/// Nothing has been acknowledged before the root file says that it is complete.
fn complete(
    directory: &Path,
    master: &MasterKey,
    mut root: Root,
    options: &Options,
) -> Result<Root, LedgerError> {
    let path = log_directory(directory);
    let store = Store::open(&path, options.cache_bytes, &options.faults)?;
    if store.get(keys::META_FORMAT)?.is_none() {
        let mut changes = Changes::default();
        changes.put(keys::META_FORMAT, FORMAT);
        changes.put(keys::META_ORIGIN, root.origin.as_bytes());
        changes.put(
            keys::META_GENERATION,
            root.slots[0].generation.to_be_bytes(),
        );
        store.apply(&changes, WritePoint::LogCreate)?;
    }
    store.make_durable()?;
    sync_directory(&path, &options.faults)?;
    sync_directory(directory, &options.faults)?;
    store.close();
    root.complete = true;
    root.store(directory, master, WritePoint::RootComplete, &options.faults)?;
    Ok(root)
}

fn open_existing(
    directory: &Path,
    master: &MasterKey,
    mut root: Root,
    options: &Options,
) -> Result<Opened, LedgerError> {
    let path = log_directory(directory);
    // sled would make a new log where it finds none.
    if !path.join("db").metadata().is_ok_and(|db| db.len() > 0) {
        return Err(damaged(format!(
            "the log {} is missing or empty",
            path.display()
        )));
    }
    let origin: Origin = root.origin.parse()?;
    let store = Store::open(&path, options.cache_bytes, &options.faults)?;
    check_identity(&store, &root)?;
    discard_unfinished_commit(&store)?;
    // What a killed process wrote may not be on disk yet; nobody is told of it before it is.
    store.make_durable()?;
    settle_generation(directory, master, &mut root, &store, options)?;
    let tree = load_tree(&store)?;
    let (head, seen) = Head::open(directory, &options.faults)?;
    if let Some(seen) = seen {
        check_continues(&store, &tree, seen)?;
    }
    Ok(Opened {
        origin,
        root,
        store,
        tree,
        head,
    })
}

fn check_identity(store: &Store, root: &Root) -> Result<(), LedgerError> {
    match store.get(keys::META_FORMAT)? {
        None => return Err(damaged("the log has lost all its content".to_owned())),
        Some(format) if format != FORMAT => {
            return Err(LedgerError::Damaged {
                what: format!("the log is of format {}", String::from_utf8_lossy(&format)),
                from_event: None,
                remedy: "use the version of the daemon that wrote it, or a newer one",
            });
        }
        Some(_) => {}
    }
    if store
        .get(keys::META_ORIGIN)?
        .is_none_or(|origin| origin != root.origin.as_bytes())
    {
        return Err(damaged(format!(
            "the vault's root file {ROOT_FILE} belongs to another log"
        )));
    }
    Ok(())
}

/// Ends a destruction of keys that was interrupted: the log says whether it happened.
fn settle_generation(
    directory: &Path,
    master: &MasterKey,
    root: &mut Root,
    store: &Store,
    options: &Options,
) -> Result<(), LedgerError> {
    let generation = store
        .get(keys::META_GENERATION)?
        .and_then(|value| Some(u64::from_be_bytes(value.as_ref().try_into().ok()?)));
    let Some(slot) = root
        .slots
        .iter()
        .find(|slot| Some(slot.generation) == generation)
    else {
        return Err(damaged(format!(
            "the log and the vault's root file {ROOT_FILE} are not of the same time: one of them was put back alone"
        )));
    };
    if root.slots.len() > 1 {
        root.slots = vec![slot.clone()];
        root.store(directory, master, WritePoint::RootFinish, &options.faults)?;
    }
    Ok(())
}

/// The tree, from the stored tiles and the events after them.
fn load_tree(store: &Store) -> Result<Tree, LedgerError> {
    let size = stored_size(store)?;
    let full_tiles = stored_tiles(store)?;
    let in_tiles = full_tiles * u64::from(TILE_WIDTH);
    if in_tiles > size {
        return Err(LedgerError::damaged_log(
            format!("there are hashes of {in_tiles} events and only {size} events"),
            Some(size),
        ));
    }
    let mut tail = Vec::new();
    for_each_stored(store, in_tiles, size, |_, event| {
        tail.push(leaf_hash(event));
        Ok::<(), LedgerError>(())
    })?;
    let (tiles, unstored) = HashTiles::restore(full_tiles, &OnDisk(store), tail)?;
    Ok(Tree { tiles, unstored })
}

struct OnDisk<'a>(&'a Store);

impl TileSource for OnDisk<'_> {
    type Error = LedgerError;

    fn tile(&self, level: u8, index: u64) -> Result<Option<Vec<u8>>, LedgerError> {
        read_tile(self.0, level, index)
    }
}

/// Checks that the log has all that was there before.
pub(crate) fn check_continues(store: &Store, tree: &Tree, seen: Seen) -> Result<(), LedgerError> {
    let size = tree.tiles.size();
    if size < seen.size {
        return Err(LedgerError::Damaged {
            what: format!(
                "{} events were acknowledged and {size} are there",
                seen.size
            ),
            from_event: Some(size),
            remedy: "keep a copy of this directory, and restore it from a backup; to go on without the lost events, \
                     remove the file `head` in it",
        });
    }
    let (anchor, root) = seen.anchor;
    if root_at(&StoredTiles { tree, store }, anchor)? != root {
        return Err(LedgerError::damaged_log(
            format!("the first {anchor} events are not those that were acknowledged"),
            None,
        ));
    }
    Ok(())
}

fn damaged(what: String) -> LedgerError {
    LedgerError::Damaged {
        what,
        from_event: None,
        remedy: RESTORE,
    }
}
