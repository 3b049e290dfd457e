//! Hashing what is being written.

use crate::tiles::{SharedTree, Tree};
use crate::tree::{Hash, leaf_hash};

/// How many bytes of events take longer to hash than a thread takes to start.
const HASHED_BESIDE: usize = 8 * 1024;

/// What hashing a commit's events gives.
pub(crate) enum Hashed {
    /// Their hashes, not yet in the tree.
    Leaves(Vec<Hash>),
    /// The tree with them.
    Grown(Tree),
}

/// Hashes the events while `write` waits for the disk; in a thread of its own if there are enough
/// of them to be worth it.
pub(crate) fn hash_beside<T>(
    tree: &SharedTree,
    events: &[Vec<u8>],
    write: impl FnOnce() -> T,
) -> (T, Hashed) {
    let leaves = || events.iter().map(|event| leaf_hash(event));
    if events.iter().map(Vec::len).sum::<usize>() < HASHED_BESIDE {
        return (write(), Hashed::Leaves(leaves().collect()));
    }
    let grow = || {
        let mut tiles = tree.read().tiles.clone();
        let unstored = leaves().flat_map(|leaf| tiles.append(leaf)).collect();
        Tree { tiles, unstored }
    };
    std::thread::scope(|scope| {
        let hashing = std::thread::Builder::new()
            .name("ledger-hash".to_owned())
            .spawn_scoped(scope, grow);
        let written = write();
        let grown = hashing.ok().and_then(|hashing| hashing.join().ok());
        (written, Hashed::Grown(grown.unwrap_or_else(grow)))
    })
}
