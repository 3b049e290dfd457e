//! What can go wrong with the ledger, and what to do about it.

use crate::checkpoint::CheckpointError;
use crate::tree::TreeError;
use secinfo_domain::KeyId;
use std::io;
use std::path::{Path, PathBuf};

/// Why the ledger did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Another process (or another `Ledger` in this one) has the directory open.
    #[error(
        "the ledger in {path} is already open{}; stop the daemon that has it, and start this one again",
        .holder.map(|pid| format!(" in process {pid}")).unwrap_or_default()
    )]
    InUse {
        /// The ledger's directory.
        path: PathBuf,
        /// The process that wrote itself into the lock file, when it can be read.
        holder: Option<u32>,
    },
    /// The operating system refused.
    #[error("{doing} {path}: {source}")]
    Io {
        /// What was being done, as in "cannot create".
        doing: &'static str,
        /// To which file or directory.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// Too little room on the file system; nothing was written. Make room: the next attempt works
    /// again by itself.
    #[error(
        "{path} has {free} bytes free where {needed} are needed; nothing was written, make room"
    )]
    DiskFull {
        /// The ledger's directory.
        path: PathBuf,
        /// Bytes free for us.
        free: u64,
        /// Bytes that this commit may take, with the reserve.
        needed: u64,
    },
    /// An event is larger than the log takes.
    #[error("event {index} of the commit has {len} bytes, the most is {max}; nothing was written")]
    EventTooLarge {
        /// Which event of the commit, from 0.
        index: usize,
        /// Its size.
        len: usize,
        /// The largest size allowed.
        max: usize,
    },
    /// An event is empty or has a line feed, so that an export (one event on each line) could not
    /// hold it.
    #[error("event {index} of the commit is not one line of text; nothing was written")]
    EventNotOneLine {
        /// Which event of the commit, from 0.
        index: usize,
    },
    /// A write failed and was not acknowledged; what is in memory is no longer what is on disk.
    /// Reading goes on; call `recover` before the next commit.
    #[error(
        "the ledger is suspended after a failed write ({why}); it must recover before it takes more"
    )]
    Suspended {
        /// The failure that suspended it.
        why: String,
    },
    /// Another writer has appended to the log. Nothing was written; recover, and decide again.
    #[error(
        "the log has {size} events where {expected} were expected, because another writer has appended to it; nothing was written"
    )]
    Moved {
        /// How many events there should have been.
        expected: u64,
        /// How many there are.
        size: u64,
    },
    /// Another writer has taken the log over. Nothing was written.
    #[error("another writer has taken the log over; nothing was written, and this one has to stop")]
    Fenced,
    /// The ledger was closed, or could not be opened again after a failure.
    #[error("the ledger is closed")]
    Closed,
    /// What is stored is not what was stored there. Nothing was started over, and nothing is
    /// changed by trying again.
    #[error("the ledger is damaged{}: {what}; {remedy}", .from_event.map(|n| format!(" from event {n} on")).unwrap_or_default())]
    Damaged {
        /// What was found.
        what: String,
        /// The first event that is missing or wrong; all before it are good. `None`: it cannot
        /// be told.
        from_event: Option<u64>,
        /// What the administrator can do.
        remedy: &'static str,
    },
    /// There is a vault, and its master key is not there. None was made: it would open nothing.
    #[error(
        "the master key is missing: this vault was made with the systemd credential \"master-key\" or with {path}, and neither is there; give back the one it was made with (/etc/credstore.encrypted/secinfo.master-key is the credential's file)"
    )]
    MasterKeyMissing {
        /// The key file.
        path: PathBuf,
    },
    /// The vault's root was sealed under another master key.
    #[error(
        "the master key is not the one that this vault was made with; give back the former credential or key file"
    )]
    WrongMasterKey,
    /// The master key cannot be used as it stands.
    #[error("master key {path}: {why}")]
    MasterKey {
        /// The key file or credential.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        why: String,
    },
    /// The vault has no such key: it was destroyed, or never was.
    #[error("the vault has no key {0}; what was sealed under it cannot be read")]
    NoSuchKey(KeyId),
    /// A key of this id is already there.
    #[error("the vault already has a key {0}; nothing was written")]
    KeyExists(KeyId),
    /// Sealed bytes do not open: other key, other context, or changed bytes.
    #[error(
        "sealed data does not open under key {0}: it was changed, or sealed for something else"
    )]
    Unsealable(KeyId),
    /// An exported log does not read.
    #[error("line {line} of the exported log: {why}")]
    Export {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// A backup does not read, or is no whole.
    #[error("the backup cannot be used: {why}; take another one")]
    Backup {
        /// What is wrong with it.
        why: String,
    },
    /// The storage engine failed.
    #[error("the storage engine failed while {doing} in {path}: {source}")]
    Storage {
        /// What was being done.
        doing: &'static str,
        /// The engine's directory.
        path: PathBuf,
        /// What the engine or the system said.
        source: io::Error,
    },
    /// The hash tree cannot answer.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The log cannot be named or its head not be signed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The system gave no random bytes.
    #[error("the system gave no random bytes: {0}")]
    Random(getrandom::Error),
}

impl LedgerError {
    /// Whether the cause is a full disk or quota: the one failure that passes when the
    /// administrator makes room.
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::DiskFull { .. } => true,
            Self::Io { source, .. } | Self::Storage { source, .. } => {
                matches!(
                    source.kind(),
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
                )
            }
            _ => false,
        }
    }

    /// An [`LedgerError::Io`] as a closure for `map_err`.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            doing,
            path,
            source,
        }
    }

    /// Damage to the log itself, where the remedy is always a copy.
    pub(crate) fn damaged_log(what: String, from_event: Option<u64>) -> Self {
        Self::Damaged {
            what,
            from_event,
            remedy: "keep this directory as it is, and restore the ledger's directory from a backup",
        }
    }
}
