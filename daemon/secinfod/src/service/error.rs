//! Why the service did not do what it was asked.

use super::account::AccountError;
use crate::methods::memory_hard::HashingFailed;
use secinfo_domain::{Refusal, Timestamp};
use secinfo_ledger::LedgerError;

/// Why the service did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The rules refuse it.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The code is not one of the method.
    #[error("that code is not right: check it and type the one that is shown now")]
    WrongCode,
    /// The code is not right, and the method is locked now.
    #[error(
        "that code is not right, and the method is locked for a while: use another method, or wait"
    )]
    NowLocked {
        /// When the lock ends.
        until: Timestamp,
    },
    /// The code was right, and was used before.
    #[error("that code was used already: wait for the next one")]
    CodeAlreadyUsed,
    /// The user has no method for the purpose.
    #[error(
        "there is no method to verify with: add one first, or ask an administrator for an access pass"
    )]
    NoMethod,
    /// The session is over.
    #[error("the session is over: begin again")]
    SessionExpired,
    /// Too many wrong codes in one session.
    #[error("that was one wrong code too many: begin again")]
    TooManyAttempts,
    /// An argument is not what it must be.
    #[error("{0}")]
    InvalidArgument(String),
    /// A label is not what it must be.
    #[error("that label cannot be used: {0}")]
    InvalidLabel(#[from] secinfo_domain::InvalidName),
    /// There is no such account, or nothing of that name.
    #[error("there is no such user or object: check the name")]
    NotFound,
    /// Too many sessions are open.
    #[error("too many sessions are open: finish or cancel one, then try again")]
    LimitsExceeded,
    /// The log cannot be written; nothing was accepted.
    #[error(
        "the log cannot be written at the moment, so nothing was changed: ask an administrator to look at the daemon ({0})"
    )]
    StorageUnavailable(String),
    /// Something that should not happen.
    #[error("something went wrong inside the daemon: ask an administrator to look at its log")]
    Internal(String),
}

impl From<LedgerError> for ServiceError {
    fn from(error: LedgerError) -> Self {
        match error {
            error @ (LedgerError::NoSuchKey(_) | LedgerError::Unsealable(_)) => {
                Self::Internal(error.to_string())
            }
            error => Self::StorageUnavailable(error.to_string()),
        }
    }
}

impl From<HashingFailed> for ServiceError {
    fn from(error: HashingFailed) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<AccountError> for ServiceError {
    fn from(error: AccountError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<postcard::Error> for ServiceError {
    fn from(error: postcard::Error) -> Self {
        Self::Internal(format!("a sealed payload is malformed: {error}"))
    }
}
