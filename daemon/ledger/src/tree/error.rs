//! What can be wrong with a tree, a tile or a proof.

use super::TileId;

/// Why a tree could not be read, or a proof was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TreeError {
    /// The event asked for is not in a tree of that size.
    #[error("event {index} is not in a log of {size} events: ask for an event below the size")]
    NotInTree {
        /// The event's place in the log, from 0.
        index: u64,
        /// The number of events in the tree asked about.
        size: u64,
    },
    /// The tree that should be the later one is the smaller one.
    #[error(
        "the log has {new} events and had {old} before: it was cut or rolled back; keep this copy \
         as evidence and restore the longer one"
    )]
    RolledBack {
        /// The number of events that an earlier checkpoint names.
        old: u64,
        /// The number of events now.
        new: u64,
    },
    /// A tile that the computation needs is not there, or holds too few hashes.
    #[error(
        "the hash tree has no {0}: ask for no more events than the log has; if it has as many, \
         the tile was lost and must be rebuilt from the events"
    )]
    MissingTile(TileId),
    /// A stored tile is not a sequence of at most 256 hashes, or not full where it must be.
    #[error("the stored {0} is damaged: rebuild it from the events")]
    MalformedTile(TileId),
    /// A stored frontier is not the size and exactly the peaks that this size has.
    #[error("the stored frontier of the hash tree is damaged: rebuild it from the events")]
    MalformedFrontier,
    /// A text is not the base64 of 32 bytes.
    #[error("a hash is written as the base64 of 32 bytes, with padding")]
    MalformedHash,
    /// More events than the tree can count.
    #[error("the log cannot hold that many events: the size given is wrong")]
    TooLarge,
    /// The inclusion proof does not lead from the event to the root.
    #[error(
        "the proof does not show event {index} in the log of {size} events with this root: the \
         event, the proof or the root was changed; fetch the proof again, and if it still fails \
         treat the log as tampered with"
    )]
    InclusionRefused {
        /// The event's place in the log, from 0.
        index: u64,
        /// The number of events in the tree.
        size: u64,
    },
    /// The consistency proof does not lead from the earlier root to the later one.
    #[error(
        "the proof does not show that the log of {new} events continues the log of {old} events: \
         history was rewritten, or the proof or a root was changed; fetch the proof again, and if \
         it still fails treat the log as tampered with"
    )]
    ConsistencyRefused {
        /// The number of events in the earlier tree.
        old: u64,
        /// The number of events in the later tree.
        new: u64,
    },
}
