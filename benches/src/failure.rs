//! Why a measurement could not be made.

use secinfo_ledger::LedgerError;
use secinfod::config::ConfigError;
use secinfod::service::{ReplayError, ServiceError};
use std::error::Error;

/// The result of a measurement, or of what it needs.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// Why a measurement could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A file, directory, program or value could not be used.
    #[error("cannot {doing}: {source}")]
    Doing {
        doing: String,
        source: Box<dyn Error + Send + Sync>,
    },
    /// The ledger.
    #[error("{0}")]
    Ledger(#[from] LedgerError),
    /// The log does not read.
    #[error("{0}")]
    Replay(#[from] ReplayError),
    /// The service refused something that it must not refuse.
    #[error("the service refused: {0}")]
    Service(#[from] ServiceError),
    /// The configuration that was written for the daemon.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// The bus, or a reply that is an error.
    #[error("over the bus: {0}")]
    Bus(#[from] zbus::Error),
    /// sled, measured by itself.
    #[error("sled by itself: {0}")]
    Sled(#[from] sled::Error),
    /// Anything else; the text says what, and what to do.
    #[error("{0}")]
    Wrong(String),
}

/// Says what was tried when it fails.
pub(crate) trait Context<T> {
    /// `doing` completes "cannot …".
    fn context(self, doing: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: Error + Send + Sync + 'static> Context<T> for std::result::Result<T, E> {
    fn context(self, doing: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|source| Failure::Doing {
            doing: doing(),
            source: Box::new(source),
        })
    }
}
