//! The error of the benchmark.

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
    /// An error of the ledger.
    #[error("{0}")]
    Ledger(#[from] LedgerError),
    /// The log cannot be read.
    #[error("{0}")]
    Replay(#[from] ReplayError),
    /// The service refused a command unexpectedly.
    #[error("the service refused: {0}")]
    Service(#[from] ServiceError),
    /// An error in the daemon's configuration.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// An error of the bus, or an error reply.
    #[error("over the bus: {0}")]
    Bus(#[from] zbus::Error),
    /// An error of sled, when it is measured without the ledger.
    #[error("sled by itself: {0}")]
    Sled(#[from] sled::Error),
    /// Another error; the text says what is wrong and what to do.
    #[error("{0}")]
    Wrong(String),
}

/// Adds to an error what was tried.
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
