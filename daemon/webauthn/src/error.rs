//! What can be wrong, in the classes that a caller tells apart.

use crate::Aaguid;

/// Why something was refused. The texts are for the journal; they repeat nothing of the input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A registration or an assertion is malformed, answers another request or is not signed by the
    /// credential that it names.
    #[error("{0}")]
    WrongAssertion(&'static str),
    /// The security key did not verify its user.
    #[error("the security key did not verify its user")]
    UserVerificationMissing,
    /// The security key is genuine as far as can be told, and this host does not take it.
    #[error("{0}")]
    KeyNotAllowed(NotAllowed),
    /// An RP ID is not one.
    #[error("{0}")]
    RpId(&'static str),
    /// A web origin is not one.
    #[error("{0}")]
    Origin(&'static str),
    /// A root of attestation certificates is not one.
    #[error("{0}")]
    Root(&'static str),
    /// A credential id, user handle, public key or AAGUID is not one.
    #[error("{0}")]
    Credential(&'static str),
}

impl Error {
    /// The class of an error in what a client answered.
    pub(crate) fn of_response(self) -> Self {
        match self {
            Self::Credential(what) => Self::WrongAssertion(what),
            other => other,
        }
    }
}

/// Why a host does not take a security key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// Its credentials can be copied to other devices.
    #[error("its credential can be synchronized to other devices")]
    Synced,
    /// It does not attest what it is.
    #[error("it does not attest its model")]
    NotAttested,
    /// No root that the host trusts vouches for its attestation.
    #[error("no trusted root vouches for its attestation")]
    UnknownRoot,
    /// Its model is not among those that the host allows.
    #[error("its model {0} is not among those allowed")]
    Model(Aaguid),
}
