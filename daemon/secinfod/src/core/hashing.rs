//! Memory-hard hashing: it takes tens of megabytes for tens of milliseconds, so one runs at a time.

use super::error::ServiceError;
use tokio::sync::Semaphore;

/// The turn to hash.
pub(super) struct Hashing(Semaphore);

impl Default for Hashing {
    fn default() -> Self {
        Self(Semaphore::new(1))
    }
}

impl Hashing {
    /// Runs the work on a thread that may block, when it is its turn.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let _turn = self
            .0
            .acquire()
            .await
            .map_err(|error| ServiceError::Internal(error.to_string()))?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| ServiceError::Internal("hashing a code failed".to_owned()))
    }
}
