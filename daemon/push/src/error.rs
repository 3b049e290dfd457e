//! What can go wrong.

use std::io;

/// Why the process cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    /// It was started by hand.
    #[error("no sockets were passed: start secinfo-push.socket, which starts this program")]
    NoSockets,
    /// The sockets are not those of the unit.
    #[error("{0}: see secinfo-push.socket")]
    Sockets(&'static str),
    /// The certificate or its key cannot be used.
    #[error("the certificate cannot be used ({0}): see LoadCredential= of secinfo-push.service")]
    Certificate(String),
    /// The process could not be confined.
    #[error("the process cannot be confined: {0}")]
    Confine(String),
    /// The system refuses something.
    #[error("{0}")]
    Io(#[from] io::Error),
}
