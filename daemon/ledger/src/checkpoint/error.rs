//! What can be wrong with a checkpoint or a key.

use super::{MAX_NOTE_LEN, Origin};

/// Why a checkpoint, a key or an origin was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// A text that cannot name a log.
    #[error(
        "this cannot name a log: an origin is not empty and has no white space, control character \
         or '+'; write it as host.example/secinfo/ID"
    )]
    InvalidOrigin,
    /// The signed text is no checkpoint.
    #[error("this is no checkpoint ({0}): give the note as the log wrote it, unedited")]
    MalformedCheckpoint(&'static str),
    /// The envelope around the signed text is broken.
    #[error("this is no signed note ({0}): give the note as the log wrote it, unedited")]
    MalformedNote(&'static str),
    /// The note is longer than any checkpoint needs to be.
    #[error("the note has more than {MAX_NOTE_LEN} bytes: give one checkpoint, not a list of them")]
    TooLong,
    /// A text that is no verifier key for Ed25519.
    #[error(
        "this is no key to verify checkpoints with ({0}): write it as NAME+ID+KEY, copied whole \
         from the log's administrator"
    )]
    MalformedKey(&'static str),
    /// No signature on the note claims to be by the key.
    #[error(
        "the checkpoint is not signed by {0}: verify it with the key of the log that it is from"
    )]
    NotSigned(Origin),
    /// A signature claims to be by the key and is not.
    #[error(
        "the signature of {0} on the checkpoint is wrong: the checkpoint was changed or forged; \
         do not trust it, and fetch it again from the log"
    )]
    BadSignature(Origin),
    /// The signature is right and the checkpoint is of another log than the key.
    #[error(
        "the checkpoint is of the log {found} and the key is of {expected}: use the key of that log"
    )]
    OtherLog {
        /// The log that the key belongs to.
        expected: Origin,
        /// The log that the checkpoint names.
        found: Origin,
    },
}
