//! Messages on their way out: each goes to a channel, and each channel has a process of its own.
//!
//! A courier delivers one message, trying channels in order. A supervisor keeps a channel's host
//! running: the process that loads the plugin. What a host says is never trusted: a host that is slow,
//! silent, talkative or gone costs its own deliveries only.

mod attempt;
mod channel;
mod clean;
mod control;
mod courier;
mod deliveries;
mod fault;
mod frames;
mod greeting;
mod host;
mod lines;
mod plan;
mod routes;
mod session;
mod status;
mod supervisor;
mod tracking;

pub use status::ChannelStatus;
pub use tracking::{Arrival, Outcome, Progress, Tracking};

use crate::config::{ChannelConfig, HostSettings};
use crate::core::Clock;
use channel::Channel;
use courier::Courier;
use plan::Plan;
use routes::{Routes, Wanted};
use secinfo_channel::Request;
use secinfo_domain::{ChannelName, Kind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// All channels. They end when the last clone is dropped, or orderly by [`Channels::stop`].
#[derive(Clone)]
pub struct Channels {
    inner: Arc<Inner>,
}

struct Inner {
    runtime: Handle,
    clock: Arc<dyn Clock>,
    routes: Arc<Routes>,
    /// The supervisors of channels that were told to stop, and whether any may be started.
    retired: Mutex<Retired>,
}

#[derive(Default)]
struct Retired {
    supervisors: Vec<JoinHandle<()>>,
    stopped: bool,
}

impl Channels {
    /// Starts them on the current tokio runtime.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn start(channels: Vec<ChannelConfig>, hosts: HostSettings, clock: Arc<dyn Clock>) -> Self {
        let all = Self {
            inner: Arc::new(Inner {
                runtime: Handle::current(),
                clock,
                routes: Arc::new(Routes::new()),
                retired: Mutex::default(),
            }),
        };
        all.reload(channels, hosts);
        all
    }

    /// Puts these channels in force. Those of which nothing has changed go on undisturbed, except
    /// that one that is down is tried at once; the others finish what is under way. What waited
    /// for them goes to those that there are now.
    pub fn reload(&self, channels: Vec<ChannelConfig>, hosts: HostSettings) {
        let hosts = Arc::new(hosts);
        let mut retired = self.inner.retired();
        if retired.stopped {
            return;
        }
        let mut before = self.inner.routes.channels();
        let mut take = |name: &ChannelName| {
            let index = before.iter().position(|known| known.name() == name)?;
            Some(before.swap_remove(index))
        };
        let mut after = Vec::with_capacity(channels.len());
        for config in channels {
            let known = take(&config.name);
            let plan = Plan::new(config, Arc::clone(&hosts));
            after.push(match known {
                Some(known) if *known.plan == plan => {
                    known.retry();
                    known
                }
                // The new one starts when the one before it has ended: they share name and socket.
                known => Channel::start(
                    &self.inner.runtime,
                    plan,
                    Arc::clone(&self.inner.clock),
                    self.inner.routes.changes.clone(),
                    known.and_then(|known| known.stop()),
                ),
            });
        }
        self.inner.routes.replace(after);
        retired.supervisors.retain(|task| !task.is_finished());
        retired
            .supervisors
            .extend(before.iter().filter_map(|gone| gone.stop()));
    }

    /// Whether there is a channel for this kind.
    pub fn delivers(&self, kind: Kind) -> bool {
        self.inner.routes.delivers(kind)
    }

    /// Sends a message through the channels for this kind. Returns at once; a message that no channel
    /// has room for has finished then.
    pub fn submit(&self, kind: Kind, request: Request) -> Tracking {
        self.send(kind, request, None)
    }

    /// Sends a message through this channel and no other. `None`: there is no such channel.
    pub fn test(&self, name: &ChannelName, request: Request) -> Option<Tracking> {
        let kind = self.inner.routes.kind_of(name)?;
        Some(self.send(kind, request, Some(name.clone())))
    }

    fn send(&self, kind: Kind, request: Request, only: Option<ChannelName>) -> Tracking {
        let now = self.inner.clock.now().as_millis();
        let left = request.expires.saturating_sub(now);
        let (progress, tracking) = Tracking::new();
        let courier = Courier::new(
            Arc::clone(&self.inner.routes),
            progress,
            request,
            Wanted {
                kind,
                only,
                given_up: Vec::new(),
                not_before: Vec::new(),
                expires: Instant::now() + Duration::from_millis(left.min(LONGEST_LIFE)),
            },
        );
        if let Some((courier, choice)) = courier.start() {
            self.inner.runtime.spawn(courier.deliver(choice));
        }
        tracking
    }

    /// The status of each channel, in the order in which they are tried.
    pub fn status(&self) -> Vec<ChannelStatus> {
        let channels = self.inner.routes.channels();
        channels.iter().map(|channel| channel.status()).collect()
    }

    /// Lets all channels finish what is under way, for a few seconds, ends their processes and
    /// waits for that. What has not been sent by then is not sent.
    pub async fn stop(&self) {
        for supervisor in self.inner.retire() {
            // It has ended, or it has panicked: either way its process is gone.
            let _ = supervisor.await;
        }
    }
}

/// The longest life of a message, in milliseconds: a day.
const LONGEST_LIFE: u64 = 24 * 60 * 60 * 1000;

impl Inner {
    fn retired(&self) -> std::sync::MutexGuard<'_, Retired> {
        self.retired.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells all channels to stop, for ever. Returns their supervisors, to wait for.
    fn retire(&self) -> Vec<JoinHandle<()>> {
        let channels = self.routes.channels();
        let mut retired = self.retired();
        retired.stopped = true;
        self.routes.replace(Vec::new());
        let mut supervisors = std::mem::take(&mut retired.supervisors);
        supervisors.extend(channels.iter().filter_map(|channel| channel.stop()));
        supervisors
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.retire();
    }
}
