//! A worker thread with a tokio runtime, for plugins that deliver asynchronously.

use crate::CreateError;
use std::thread::{self, JoinHandle};
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// A tokio runtime on its own thread, so that `deliver` never waits for a network. Dropping it ends
/// the thread and all of its tasks.
#[derive(Debug)]
pub struct Worker {
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts the thread with this name.
    ///
    /// # Errors
    ///
    /// If the thread or its runtime cannot be started.
    pub fn start(name: &str) -> Result<Self, CreateError> {
        let cannot_start = |error| CreateError(format!("no thread can be started: {error}"));
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(cannot_start)?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                let _ = runtime.block_on(stopped);
                // A name lookup cannot be interrupted, so running ones are not awaited.
                runtime.shutdown_background();
            })
            .map_err(cannot_start)?;
        Ok(Self {
            handle,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Runs a task on the thread.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.handle.spawn(task);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Joining makes sure that nothing calls the host afterwards.
            let _ = thread.join();
        }
    }
}
