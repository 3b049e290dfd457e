//! The thread that deliveries run on.

use crate::delivering::Line;
use secinfo_channel::{Delivery, Reason, Report, Unusable};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use tokio::runtime::{Builder, Handle};
use tokio::sync::{Semaphore, oneshot};

/// How many deliveries there may be at once, those that are only followed up included. One is some
/// kilobytes.
const QUEUE: usize = 4096;

/// A runtime on a thread of its own, so that nobody who hands in a delivery waits for a network.
/// It ends with this value, and every delivery on it.
pub(crate) struct Worker {
    line: Arc<Line>,
    places: Arc<Semaphore>,
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts the thread.
    pub(crate) fn start(name: &str, line: Line) -> Result<Self, Unusable> {
        let unusable = |error| Unusable(format!("no thread can be started: {error}"));
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(unusable)?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                let _ = runtime.block_on(stopped);
                // A name that is being looked up cannot be interrupted: it is not waited for.
                runtime.shutdown_background();
            })
            .map_err(unusable)?;
        Ok(Self {
            line: Arc::new(line),
            places: Arc::new(Semaphore::new(QUEUE)),
            handle,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Takes a delivery, and returns at once.
    pub(crate) fn take(&self, delivery: Delivery) {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return delivery.report(Report::TryLater {
                after: 0,
                reason: Reason::Busy,
                detail: "too many messages are waiting in the plugin".to_owned(),
            });
        };
        let line = Arc::clone(&self.line);
        self.handle.spawn(async move {
            line.deliver(delivery).await;
            drop(place);
        });
    }

    pub(crate) fn line(&self) -> &Line {
        &self.line
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Nothing is reported after this: the host may be about to go.
            let _ = thread.join();
        }
    }
}
