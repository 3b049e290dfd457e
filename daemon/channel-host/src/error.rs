//! The errors of a channel host.

use crate::wire::WireError;
use std::io;
use std::path::PathBuf;

/// Why a channel host ends.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The host was started without a socket.
    #[error(
        "there is no socket to the daemon: a channel host is started by secinfod, or by systemd through secinfo-channel@.socket"
    )]
    NoSocket,
    /// The connection to the daemon failed.
    #[error("the connection to the daemon failed: {0}")]
    Connection(#[from] io::Error),
    /// The daemon sent an invalid message.
    #[error("the daemon sent an invalid message: {0}")]
    Wire(#[from] WireError),
    /// The daemon has another version of the protocol.
    #[error(
        "the daemon speaks version {theirs} of the channel protocol and this host {ours}: restart both after an upgrade"
    )]
    Protocol {
        /// The daemon's version.
        theirs: u32,
        /// [`crate::wire::PROTOCOL`].
        ours: u32,
    },
    /// The daemon sent a message at the wrong time.
    #[error("the daemon sent an unexpected message: restart it after an upgrade")]
    Unexpected,
    /// A file cannot be used.
    #[error("{path}: {why}")]
    File {
        /// Its path.
        path: PathBuf,
        /// What is wrong, and what to do.
        why: String,
    },
    /// The settings are invalid.
    #[error("{0}")]
    Settings(String),
    /// The host cannot run as this user.
    #[error("the user {0} {1}")]
    User(String, &'static str),
    /// Root has started the host without the name of an account.
    #[error(
        "a channel does not run as root: create an account for it, and name it in config.toml (`user`)"
    )]
    NoUser,
    /// The host would run as the same user as the daemon.
    #[error(
        "it would run as the daemon's own user, and could change the daemon's files: let systemd start it (`socket` in config.toml), or run the daemon as root and name another account (`user`)"
    )]
    SharedUser,
    /// The process cannot be confined.
    #[error("the channel host cannot confine itself ({what}): {why}")]
    Confine {
        /// The restriction that failed.
        what: &'static str,
        /// Why it failed.
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
