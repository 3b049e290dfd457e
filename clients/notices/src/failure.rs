//! What can go wrong.

use std::io;

/// Why the notices stop, or why one could not be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The process could not be made ready.
    #[error("the process cannot wait for messages: {0}")]
    Runtime(#[source] io::Error),
    /// There is no session bus, or it is gone: the session is over.
    #[error("there is no session bus: {0}")]
    NoSessionBus(#[source] zbus::Error),
    /// Nothing on the session bus shows notifications, or it does not answer.
    #[error("no notification can be shown: {0}")]
    NotShown(#[source] zbus::Error),
    /// The daemon, or the system bus.
    #[error(transparent)]
    Daemon(#[from] secinfo_wire::Error),
    /// The home directory of the user is not known, so what was told cannot be remembered.
    #[error("neither XDG_STATE_HOME nor HOME is set")]
    NoHome,
}
