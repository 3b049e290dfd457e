//! What can go wrong with a channel host.

use crate::wire::WireError;
use std::io;
use std::path::PathBuf;

/// Why a channel host ends.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// It was started without a socket.
    #[error(
        "there is no socket to the daemon: a channel host is started by secinfod, or by systemd through secinfo-channel@.socket"
    )]
    NoSocket,
    /// The connection to the daemon failed.
    #[error("the connection to the daemon failed: {0}")]
    Connection(#[from] io::Error),
    /// What came from the daemon is no message.
    #[error("what came from the daemon is no message: {0}")]
    Wire(#[from] WireError),
    /// The daemon is of another version.
    #[error(
        "the daemon speaks version {theirs} of the channel protocol and this host {ours}: restart both after an upgrade"
    )]
    Protocol {
        /// The version that it speaks.
        theirs: u32,
        /// [`crate::wire::PROTOCOL`].
        ours: u32,
    },
    /// The daemon said something at the wrong time.
    #[error("the daemon said something that does not belong here: restart it after an upgrade")]
    Unexpected,
    /// A file cannot be used.
    #[error("{path}: {why}")]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong and what to do.
        why: String,
    },
    /// The settings are not right.
    #[error("{0}")]
    Settings(String),
    /// The user to run as cannot be one.
    #[error("the user {0} {1}")]
    User(String, &'static str),
    /// The process cannot be confined.
    #[error("the channel host cannot confine itself ({what}): {why}")]
    Confine {
        /// What failed.
        what: &'static str,
        /// Why.
        why: String,
    },
    /// The plugin cannot be used.
    #[error("the plugin cannot be used: {0}")]
    Plugin(String),
}

impl HostError {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "errors come by value, from map_err"
    )]
    pub(crate) fn file(path: impl Into<PathBuf>, why: impl ToString) -> Self {
        Self::File {
            path: path.into(),
            why: why.to_string(),
        }
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "errors come by value, from map_err"
    )]
    pub(crate) fn confine(what: &'static str, why: impl ToString) -> Self {
        Self::Confine {
            what,
            why: why.to_string(),
        }
    }
}
