//! A channel, as couriers see it.

use super::attempt::Attempt;
use super::control::Control;
use super::plan::Plan;
use super::status::{ChannelState, ChannelStatus};
use super::supervisor::Supervisor;
use crate::core::Clock;
use secinfo_domain::{ChannelName, Kind};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinHandle;

/// A channel. Its supervisor goes on until it is told to stop.
pub(super) struct Channel {
    pub(super) plan: Arc<Plan>,
    pub(super) state: Arc<ChannelState>,
    /// Holds no more than there is room for.
    attempts: mpsc::UnboundedSender<Attempt>,
    room: Arc<Semaphore>,
    wanted: watch::Sender<Control>,
    supervisor: Mutex<Option<JoinHandle<()>>>,
}

/// A slot in a channel's queue, for attempts to deliver one message.
pub(super) struct Slot {
    pub(super) channel: Arc<Channel>,
    _permit: OwnedSemaphorePermit,
}

impl Channel {
    /// Starts it, once the one before it has ended.
    pub(super) fn start(
        runtime: &Handle,
        plan: Plan,
        clock: Arc<dyn Clock>,
        changes: watch::Sender<u64>,
        before: Option<JoinHandle<()>>,
    ) -> Arc<Self> {
        let plan = Arc::new(plan);
        let state = Arc::new(ChannelState::new(
            plan.config.plugin.written(),
            clock,
            changes,
        ));
        let (attempts, waiting) = mpsc::unbounded_channel();
        let (wanted, control) = watch::channel(Control::default());
        let supervisor = Supervisor::new(Arc::clone(&plan), Arc::clone(&state), waiting, control);
        let task = runtime.spawn(async move {
            if let Some(before) = before {
                // It has stopped, or it has panicked: either way its host is gone.
                let _ = before.await;
            }
            supervisor.run().await;
        });
        Arc::new(Self {
            room: Arc::new(Semaphore::new(usize::from(plan.config.queue))),
            plan,
            state,
            attempts,
            wanted,
            supervisor: Mutex::new(Some(task)),
        })
    }

    pub(super) fn name(&self) -> &ChannelName {
        &self.plan.config.name
    }

    pub(super) fn kind(&self) -> Kind {
        self.plan.config.kind
    }

    /// A slot, if there is one left.
    pub(super) fn slot(self: &Arc<Self>) -> Option<Slot> {
        let permit = Arc::clone(&self.room).try_acquire_owned().ok()?;
        Some(Slot {
            channel: Arc::clone(self),
            _permit: permit,
        })
    }

    pub(super) fn status(&self) -> ChannelStatus {
        let in_hand = usize::from(self.plan.config.queue) - self.room.available_permits();
        self.state.status(self.name(), self.kind(), in_hand)
    }

    /// Lets its host be started at once if it is down.
    pub(super) fn retry(&self) {
        self.wanted.send_modify(|wanted| wanted.retries += 1);
    }

    /// Lets it finish what is under way and end. Who takes the supervisor can wait for that.
    pub(super) fn stop(&self) -> Option<JoinHandle<()>> {
        self.wanted.send_modify(|wanted| wanted.stop = true);
        self.supervisor
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl Slot {
    /// Hands an attempt over. When the channel has stopped, it is dropped unclaimed.
    pub(super) fn hand_over(&self, attempt: Attempt) {
        let _ = self.channel.attempts.send(attempt);
    }

    pub(super) fn is_in(&self, channel: &Arc<Channel>) -> bool {
        Arc::ptr_eq(&self.channel, channel)
    }
}
