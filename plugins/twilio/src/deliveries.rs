//! The deliveries that are under way, and how many there may be.

use crate::delivering::Line;
use secinfo_channel::{Delivery, Reason, Report, Unusable, Worker};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How many deliveries there may be at once, those that are only followed up included. One is some
/// kilobytes.
const QUEUE: usize = 4096;

/// Delivers over one line. It ends with this value, and every delivery in it.
pub(crate) struct Deliveries {
    line: Arc<Line>,
    places: Arc<Semaphore>,
    worker: Worker,
}

impl Deliveries {
    /// Starts the thread that they run on.
    pub(crate) fn start(name: &str, line: Line) -> Result<Self, Unusable> {
        Ok(Self {
            line: Arc::new(line),
            places: Arc::new(Semaphore::new(QUEUE)),
            worker: Worker::start(name)?,
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
        self.worker.spawn(async move {
            line.deliver(delivery).await;
            drop(place);
        });
    }

    pub(crate) fn line(&self) -> &Line {
        &self.line
    }
}
