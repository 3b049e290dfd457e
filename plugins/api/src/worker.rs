//! The thread that the deliveries of a plugin run on, for those that are written with tokio.

use crate::Unusable;
use std::thread::{self, JoinHandle};
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// A runtime on a thread of its own, so that nobody who hands in a delivery waits for a network.
/// It ends with this value, and every task on it.
#[derive(Debug)]
pub struct Worker {
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts the thread, with this name.
    ///
    /// # Errors
    ///
    /// When there can be no other thread or runtime: the plugin is of no use then.
    pub fn start(name: &str) -> Result<Self, Unusable> {
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
            handle,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Runs this on the thread.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.handle.spawn(task);
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
