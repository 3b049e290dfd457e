//! Why a host cannot be used any more.

use secinfo_channel_host::wire::PROTOCOL;
use std::io;
use std::path::PathBuf;

/// Why a host cannot be used any more. None of it is anything that the host said, except what it
/// gave as the reason for being unusable, cleaned.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("its process cannot be started: {0}")]
    Launch(io::Error),
    #[error(
        "its process would run as the daemon's own user, and could change the daemon's files: let systemd start it (`socket` in the configuration), or run the daemon as root"
    )]
    SharedUser,
    #[error(
        "nothing can be reached at its socket {} ({source}): start what listens there, such as the unit secinfo-channel@NAME.socket", path.display()
    )]
    Connect { path: PathBuf, source: io::Error },
    #[error(
        "uid {0} listens at its socket: let root listen there, or the channel's `user`, who must not be the daemon's"
    )]
    Stranger(u32),
    #[error("its process did not answer the greeting in time")]
    NoGreeting,
    #[error("it cannot be used: {0}")]
    Unusable(String),
    #[error(
        "its process speaks version {0} of the protocol and the daemon version {PROTOCOL}: start both again from one installation"
    )]
    Protocol(u32),
    #[error(
        "its plugin does not deliver this kind: correct `kind` or `plugin` in the configuration"
    )]
    WrongKind,
    #[error(
        "its plugin leaves messages readable on this host, which takes `allow_spool = true` in [daemon]"
    )]
    Readable,
    #[error("its process said what is no message of the protocol")]
    Garbage,
    #[error("its process has ended")]
    Ended,
    #[error("its process does not answer any more")]
    NoAnswer,
    #[error("its process did not say in time what became of a message")]
    Overdue,
}
