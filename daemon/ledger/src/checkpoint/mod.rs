//! Checkpoints: signed statements of how many events the log has and of the root of their tree, as
//! in [C2SP tlog-checkpoint], in the envelope of [C2SP signed-note]. Any program that speaks these
//! formats can check the daemon's checkpoints, and the daemon's tools ignore signatures that others
//! (witnesses) add.
//!
//! [C2SP tlog-checkpoint]: https://c2sp.org/tlog-checkpoint
//! [C2SP signed-note]: https://c2sp.org/signed-note

mod body;
mod error;
mod key;
mod note;
mod origin;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests;

pub use body::Checkpoint;
pub use error::CheckpointError;
pub use key::{CheckpointSigner, SEED_LEN, VerifierKey};
pub use note::MAX_NOTE_LEN;
pub use origin::Origin;
