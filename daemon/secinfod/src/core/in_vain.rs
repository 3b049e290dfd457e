//! Waiting for the disk where there is nothing to append, so that how long an answer takes does not tell
//! whether it was recorded.

use super::error::ServiceError;
use super::writer::{Appender, Writer, stopping};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

type Answer = oneshot::Sender<Result<(), ServiceError>>;

/// Those who wait. They share a write: however many they are, commands wait for one.
#[derive(Default)]
pub(super) struct InVain(Arc<Mutex<Vec<Answer>>>);

impl InVain {
    /// Waits as long as appending an event takes. Nothing is appended.
    pub(super) async fn wait(&self, writer: &Writer) -> Result<(), ServiceError> {
        let (answer, answered) = oneshot::channel();
        let is_first = {
            let mut waiting = lock(&self.0);
            waiting.push(answer);
            waiting.len() == 1
        };
        if is_first {
            let waiting = Arc::clone(&self.0);
            let write = move |appender: &mut Appender| answer_all(&waiting, appender);
            if writer.between_commits(write).await.is_err() {
                // Those who wait hear that the daemon stops.
                lock(&self.0).clear();
            }
        }
        answered.await.map_err(|_| stopping())?
    }
}

fn answer_all(waiting: &Mutex<Vec<Answer>>, appender: &mut Appender) {
    let answers = std::mem::take(&mut *lock(waiting));
    let written = appender.append_nothing();
    for answer in answers {
        let written = written.clone().map_err(ServiceError::StorageUnavailable);
        // Who waited may have gone.
        let _ = answer.send(written);
    }
}

fn lock(waiting: &Mutex<Vec<Answer>>) -> MutexGuard<'_, Vec<Answer>> {
    // Each operation leaves the list consistent, so a panic in between does no harm.
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}
