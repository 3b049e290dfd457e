//! `org.secinfo.SecurityInfo1.Backups`: backup and restore of the log.

use crate::dictionary::dictionary;
use crate::error::Result;
use zbus::{DeserializeDict, Fd, SerializeDict, Type, proxy};

/// Backup and restore, on the root object. Root only.
#[proxy(
    interface = "org.secinfo.SecurityInfo1.Backups",
    default_service = "org.secinfo.SecurityInfo1",
    default_path = "/org/secinfo/SecurityInfo1"
)]
pub trait Backups {
    /// Writes the log and the keys of the vault into a pipe, unencrypted. The reader encrypts
    /// them before they touch a disk.
    fn backup(&self, pipe: Fd<'_>) -> Result<BackedUp>;

    /// Reads from a pipe what [`BackupsProxy::backup`] has written. The daemon then ends, to start
    /// again with it.
    fn restore(&self, pipe: Fd<'_>, options: &RestoreOptions) -> Result<Restored>;
}

dictionary! {
    /// Options of [`BackupsProxy::restore`]: none so far.
    #[derive(Debug, Clone, Default)]
    pub struct RestoreOptions {}
}

/// What was backed up.
#[derive(Debug, Clone, PartialEq, Eq, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct BackedUp {
    /// The log.
    pub origin: String,
    /// How many events it has.
    pub size: u64,
    /// The root of the tree over them, in base64.
    pub root: String,
    /// The checkpoint of that.
    pub checkpoint: String,
    /// How many keys of the vault there are.
    pub keys: u64,
    /// When it was made.
    pub time: u64,
    /// The host that it was made on.
    pub host: String,
    /// The version of the daemon that made it.
    pub version: String,
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct Restored {
    /// The log.
    pub origin: String,
    /// How many events the backup had.
    pub size: u64,
    /// The root of the tree over them, in base64.
    pub root: String,
    /// The checkpoint of that.
    pub checkpoint: String,
    /// How many keys of the vault there are.
    pub keys: u64,
    /// When the backup was made.
    pub time: u64,
    /// The host that it was made on.
    pub host: String,
    /// The version of the daemon that made it.
    pub version: String,
    /// How many users there are.
    pub users: u64,
    /// When it was restored, by the clock of the host: what codes by time count as used up until.
    pub restored: u64,
}
