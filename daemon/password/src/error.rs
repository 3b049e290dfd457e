//! What can be wrong.

use std::io;
use std::path::PathBuf;

/// What is wrong on the host, or with the connection.
#[derive(Debug, thiserror::Error)]
pub enum HelperError {
    /// It runs as another user.
    #[error(
        "this program sets passwords as root: let systemd start it, with secinfo-password.socket"
    )]
    NotRoot,
    /// Standard input is no connection.
    #[error("standard input is no connection: let systemd start it, with secinfo-password.socket")]
    NoConnection,
    /// What came is no call of Varlink, or is too long, or did not come in time.
    #[error("the caller sent what is no call")]
    NotACall,
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file that decides what is allowed could have been written by another account than root.
    #[error("{} must belong to root, in directories that only root can write to", .0.display())]
    Untrusted(PathBuf),
    /// A file does not say what it must.
    #[error("{}: {what}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The name service did not answer.
    #[error("the name service failed: {0}")]
    NameService(#[from] nix::Error),
    /// Something of the connection or of the process failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl HelperError {
    /// This file cannot be read or written.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    /// This file does not say what it must.
    pub(crate) fn malformed(path: impl Into<PathBuf>, what: impl Into<String>) -> Self {
        Self::Malformed {
            path: path.into(),
            what: what.into(),
        }
    }
}
