//! Keeps a channel's host process running.

use super::attempt::Attempt;
use super::clean;
use super::control::Control;
use super::greeting;
use super::host::HostProcess;
use super::plan::Plan;
use super::session::{self, Ended};
use super::status::{Availability, ChannelState};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

/// How long to wait before a host is started again. Each further wait is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// A host that has served so long has shown that it can.
const PROVEN_AFTER: Duration = Duration::from_mins(1);

/// Starts the host of a channel, again and again, until it is told to stop.
pub(super) struct Supervisor {
    plan: Arc<Plan>,
    state: Arc<ChannelState>,
    waiting: mpsc::UnboundedReceiver<Attempt>,
    control: watch::Receiver<Control>,
    wait: Duration,
}

impl Supervisor {
    pub(super) const fn new(
        plan: Arc<Plan>,
        state: Arc<ChannelState>,
        waiting: mpsc::UnboundedReceiver<Attempt>,
        control: watch::Receiver<Control>,
    ) -> Self {
        Self {
            plan,
            state,
            waiting,
            control,
            wait: FIRST_WAIT,
        }
    }

    pub(super) async fn run(mut self) {
        while let Ended::Fault(fault) = self.serve_once().await {
            let channel = &self.plan.config.name;
            tracing::error!(%channel, "the channel is down: {fault}; it is started again");
            self.state.went_wrong(fault.to_string());
            self.state.set(Availability::Down);
            if !self.rest().await {
                return;
            }
            self.state.set(Availability::StartingAgain);
        }
    }

    async fn serve_once(&mut self) -> Ended {
        // A host that is given up in the midst of being started is killed as it is dropped.
        let started = tokio::select! {
            _ = self.control.wait_for(|wanted| wanted.stop) => return Ended::Stopped,
            started = HostProcess::start(&self.plan) => started,
        };
        let mut host = match started {
            Ok(host) => host,
            Err(fault) => return Ended::Fault(fault),
        };
        let greeted = tokio::select! {
            _ = self.control.wait_for(|wanted| wanted.stop) => None,
            greeted = greeting::greet(&mut host, &self.plan) => Some(greeted),
        };
        let plugin = match greeted {
            Some(Ok((plugin, confined))) => {
                self.state.introduce(&plugin, &confined);
                plugin
            }
            Some(Err(fault)) => {
                session::dismiss(host).await;
                return Ended::Fault(fault);
            }
            None => {
                session::dismiss(host).await;
                return Ended::Stopped;
            }
        };
        let channel = &self.plan.config.name;
        tracing::info!(%channel, plugin = clean::name(&plugin.name), version = clean::name(&plugin.version), "the channel is ready");
        let since = Instant::now();
        let ended = session::serve(
            host,
            plugin,
            &self.plan,
            &self.state,
            &mut self.waiting,
            &mut self.control,
        )
        .await;
        if since.elapsed() >= PROVEN_AFTER {
            self.wait = FIRST_WAIT;
        }
        ended
    }

    /// Waits before the next start, and gives back what waits for the channel. Whether there is to
    /// be a next start.
    async fn rest(&mut self) -> bool {
        let until = Instant::now() + self.wait;
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
        let retries = self.control.borrow().retries;
        loop {
            tokio::select! {
                () = sleep_until(until) => return true,
                Some(attempt) = self.waiting.recv() => drop(attempt),
                changed = self.control.changed() => {
                    let wanted = *self.control.borrow_and_update();
                    if wanted.stop || changed.is_err() {
                        return false;
                    }
                    if wanted.retries != retries {
                        return true;
                    }
                }
            }
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        // However it ended, no message may wait here any more.
        self.state.set(Availability::Down);
    }
}
