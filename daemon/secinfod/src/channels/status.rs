//! The status of a channel.

use super::clean;
use crate::core::Clock;
use secinfo_channel_host::wire::PluginInfo;
use secinfo_domain::{ChannelName, Kind, Timestamp};
use secinfo_wire::names::channel_state;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// The status of a channel, for administrators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelStatus {
    /// What the administrator calls it.
    pub name: ChannelName,
    /// What it delivers.
    pub kind: Kind,
    /// What its plugin calls itself; before that is known, what the configuration calls it.
    pub plugin: String,
    /// The version of the plugin; empty while unknown.
    pub version: String,
    /// `ready`, `starting` or `down`.
    pub state: &'static str,
    /// Whether the plugin says that it could deliver.
    pub healthy: bool,
    /// How many messages wait.
    pub queued: u32,
    /// How many messages the plugin is delivering.
    pub under_way: u32,
    /// What went wrong last; empty when nothing did.
    pub last_error: String,
    /// When that was.
    pub last_error_at: Option<Timestamp>,
    /// What confines its process, such as `no-new-privs`, `landlock`, `seccomp`, `user`.
    pub confined: Vec<String>,
}

/// Whether a channel can be given messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Availability {
    /// Its host is started for the first time: messages may wait for that.
    Starting,
    /// Its host takes messages.
    Ready,
    /// Its host is gone, or is to go.
    Down,
    /// After having been down, its host is started again.
    StartingAgain,
}

/// The state of a channel, as routes and administrators see it.
pub(super) struct ChannelState {
    shown: Mutex<Shown>,
    under_way: AtomicU32,
    clock: Arc<dyn Clock>,
    /// Changed when there is a reason to choose among the channels again.
    changes: watch::Sender<u64>,
}

struct Shown {
    availability: Availability,
    plugin: String,
    version: String,
    healthy: bool,
    confined: Vec<String>,
    last_error: String,
    last_error_at: Option<Timestamp>,
}

impl ChannelState {
    pub(super) fn new(plugin: String, clock: Arc<dyn Clock>, changes: watch::Sender<u64>) -> Self {
        Self {
            shown: Mutex::new(Shown {
                availability: Availability::Starting,
                plugin,
                version: String::new(),
                healthy: false,
                confined: Vec::new(),
                last_error: String::new(),
                last_error_at: None,
            }),
            under_way: AtomicU32::new(0),
            clock,
            changes,
        }
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether messages may be given to the channel now.
    pub(super) fn takes_messages(&self) -> bool {
        matches!(
            self.shown().availability,
            Availability::Starting | Availability::Ready
        )
    }

    pub(super) fn set(&self, availability: Availability) {
        let mut shown = self.shown();
        if shown.availability == availability {
            return;
        }
        shown.availability = availability;
        if availability != Availability::Ready {
            shown.healthy = false;
        }
        drop(shown);
        self.changes.send_modify(|version| *version += 1);
    }

    /// Shows what the plugin says about itself.
    pub(super) fn introduce(&self, plugin: &PluginInfo, confined: &[String]) {
        let mut shown = self.shown();
        shown.plugin = clean::name(&plugin.name);
        shown.version = clean::name(&plugin.version);
        shown.confined = confined
            .iter()
            .take(16)
            .map(|what| clean::name(what))
            .collect();
    }

    pub(super) fn set_healthy(&self, healthy: bool) {
        self.shown().healthy = healthy;
    }

    /// Shows what went wrong. `error` is clean.
    pub(super) fn went_wrong(&self, error: String) {
        let mut shown = self.shown();
        shown.last_error = error;
        shown.last_error_at = Some(self.clock.now());
    }

    pub(super) fn set_under_way(&self, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.under_way.store(count, Ordering::Relaxed);
    }

    /// The status of the channel, with so many messages in hand.
    pub(super) fn status(&self, name: &ChannelName, kind: Kind, in_hand: usize) -> ChannelStatus {
        let under_way = self.under_way.load(Ordering::Relaxed);
        let shown = self.shown();
        ChannelStatus {
            name: name.clone(),
            kind,
            plugin: shown.plugin.clone(),
            version: shown.version.clone(),
            state: match shown.availability {
                Availability::Starting | Availability::StartingAgain => channel_state::STARTING,
                Availability::Ready => channel_state::READY,
                Availability::Down => channel_state::DOWN,
            },
            healthy: shown.healthy,
            queued: u32::try_from(in_hand)
                .unwrap_or(u32::MAX)
                .saturating_sub(under_way),
            under_way,
            last_error: shown.last_error.clone(),
            last_error_at: shown.last_error_at,
            confined: shown.confined.clone(),
        }
    }
}
