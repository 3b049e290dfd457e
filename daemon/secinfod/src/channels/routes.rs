//! Which channel a message goes to.

use super::channel::{Channel, Slot};
use secinfo_domain::{ChannelName, Kind};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// After what time a message that found no room looks again.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// All channels, and a watch on their changes.
pub(super) struct Routes {
    channels: RwLock<Vec<Arc<Channel>>>,
    pub(super) changes: watch::Sender<u64>,
}

/// Which channels a message may go to.
pub(super) struct Wanted {
    pub(super) kind: Kind,
    /// This one alone, if it is set.
    pub(super) only: Option<ChannelName>,
    /// Not to these: they cannot deliver it.
    pub(super) given_up: Vec<ChannelName>,
    /// Not to these before then.
    pub(super) not_before: Vec<(ChannelName, Instant)>,
    /// When there is no use in it any more.
    pub(super) expires: Instant,
}

/// Where a message goes next.
pub(super) enum Choice {
    /// To this channel, now.
    Now(Slot),
    /// It waits in this channel until something changes, or until then.
    Wait(Slot, Instant),
    /// All channels that could take it have too much to do.
    Full,
    /// No channel can take it while it is of use.
    None,
}

impl Routes {
    pub(super) fn new() -> Self {
        Self {
            channels: RwLock::new(Vec::new()),
            changes: watch::Sender::new(0),
        }
    }

    pub(super) fn channels(&self) -> Vec<Arc<Channel>> {
        self.channels
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Puts these in the slot of those before, in the order in which they are asked.
    pub(super) fn replace(&self, mut channels: Vec<Arc<Channel>>) {
        channels.sort_by(|a, b| {
            let key = |channel: &Channel| (channel.plan.config.order, channel.name().clone());
            key(a).cmp(&key(b))
        });
        *self
            .channels
            .write()
            .unwrap_or_else(PoisonError::into_inner) = channels;
        self.changes.send_modify(|version| *version += 1);
    }

    pub(super) fn delivers(&self, kind: Kind) -> bool {
        self.channels().iter().any(|channel| channel.kind() == kind)
    }

    /// The kind that the channel of this name delivers; none where there is no such channel.
    pub(super) fn kind_of(&self, name: &ChannelName) -> Option<Kind> {
        let channels = self.channels();
        let channel = channels.iter().find(|channel| channel.name() == name)?;
        Some(channel.kind())
    }

    /// The first channel that takes the message now; or else one in which it waits for one that
    /// will. `held` is the slot that the message has.
    pub(super) fn choose(&self, wanted: &Wanted, mut held: Option<Slot>) -> Choice {
        let fresh = held.is_none();
        let now = Instant::now();
        let mut full = false;
        let mut waiting: Option<Slot> = None;
        let mut until = wanted.expires;
        for channel in self.channels() {
            let not_before = wanted.not_before(channel.name()).unwrap_or(now);
            if !wanted.allows(&channel) || not_before >= wanted.expires {
                continue;
            }
            let slot = match held.take_if(|slot| slot.is_in(&channel)) {
                Some(slot) => Some(slot),
                None => channel.slot(),
            };
            let Some(slot) = slot else {
                full = true;
                continue;
            };
            let takes_messages = channel.state.takes_messages();
            if takes_messages && not_before <= now {
                return Choice::Now(slot);
            }
            if takes_messages {
                until = until.min(not_before);
            }
            waiting.get_or_insert(slot);
        }
        match waiting {
            // One that is down is no help when those that are up have no room left.
            Some(_) if fresh && full => Choice::Full,
            // No change is announced when there is room again.
            Some(slot) if full => Choice::Wait(slot, until.min(now + LOOK_AGAIN)),
            Some(slot) => Choice::Wait(slot, until),
            None if full => Choice::Full,
            None => Choice::None,
        }
    }
}

impl Wanted {
    fn allows(&self, channel: &Channel) -> bool {
        channel.kind() == self.kind
            && self.only.as_ref().is_none_or(|only| only == channel.name())
            && !self.given_up.contains(channel.name())
    }

    fn not_before(&self, name: &ChannelName) -> Option<Instant> {
        self.not_before
            .iter()
            .find(|(channel, _)| channel == name)
            .map(|(_, time)| *time)
    }
}
