//! Runs deliveries concurrently, up to a limit.

use crate::gateway::Gateway;
use secinfo_channel::{CreateError, Delivery, Reason, Report, Worker};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The maximum number of deliveries, including those that are only followed up. One takes a few
/// kilobytes.
const MAX_DELIVERIES: usize = 4096;

/// The deliveries of one gateway. Dropping it ends them all.
pub(crate) struct Deliveries {
    gateway: Arc<Gateway>,
    permits: Arc<Semaphore>,
    worker: Worker,
}

impl Deliveries {
    /// Starts the worker thread.
    pub(crate) fn start(name: &str, gateway: Gateway) -> Result<Self, CreateError> {
        Ok(Self {
            gateway: Arc::new(gateway),
            permits: Arc::new(Semaphore::new(MAX_DELIVERIES)),
            worker: Worker::start(name)?,
        })
    }

    /// Starts a delivery and returns at once.
    pub(crate) fn accept(&self, delivery: Delivery) {
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else {
            return delivery.report(Report::TryLater {
                after: 0,
                reason: Reason::Busy,
                detail: "too many messages are waiting in the plugin".to_owned(),
            });
        };
        let gateway = Arc::clone(&self.gateway);
        self.worker.spawn(async move {
            gateway.deliver(delivery).await;
            drop(permit);
        });
    }

    pub(crate) fn gateway(&self) -> &Gateway {
        &self.gateway
    }
}
