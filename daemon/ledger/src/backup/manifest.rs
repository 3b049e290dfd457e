//! What a backup says of itself.

use super::unreadable;
use crate::checkpoint::{Checkpoint, VerifierKey};
use crate::error::LedgerError;
use serde::{Deserialize, Serialize};

/// When and where a backup is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupLabel {
    /// When, in milliseconds since 1970, UTC.
    pub time: u64,
    /// On which host.
    pub host: String,
    /// By which version of the daemon.
    pub version: String,
}

/// What a backup holds, and where it is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The log.
    pub origin: String,
    /// How many events it has.
    pub size: u64,
    /// The root of the tree over them, in base64.
    pub root: String,
    /// The checkpoint of that: a signed note (C2SP tlog-checkpoint).
    pub checkpoint: String,
    /// How many keys of the vault are in it.
    pub keys: u64,
    /// When it was made, in milliseconds since 1970, UTC.
    pub time: u64,
    /// The host that it was made on.
    pub host: String,
    /// The version of the daemon that made it.
    pub version: String,
}

impl Manifest {
    /// The checkpoint, if the key signed it and it is of what the rest of the manifest says.
    pub(super) fn verify(&self, key: &VerifierKey) -> Result<Checkpoint, LedgerError> {
        let checkpoint = key.verify(&self.checkpoint)?;
        if checkpoint.size() != self.size || checkpoint.root().to_string() != self.root {
            return Err(unreadable(
                "its checkpoint is of other events than its manifest says",
            ));
        }
        Ok(checkpoint)
    }
}
