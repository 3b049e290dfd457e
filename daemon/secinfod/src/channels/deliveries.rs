//! The deliveries that a host is working on, and what it has reported of them.

use super::attempt::{Attempt, AttemptOutcome};
use secinfo_channel::{Reason, Report};
use secinfo_channel_host::wire::{PluginInfo, ToHost, WireError};
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// No plugin is given more at once, however many it asks for.
const MOST_AT_ONCE: u32 = 256;

/// Of so many messages the arrival is waited for at once. Of further ones it is enough that the
/// provider has taken them.
const MOST_FOLLOWED: usize = 10_000;

/// The deliveries of one connection to a host.
pub(super) struct Deliveries {
    at_once: usize,
    within: Duration,
    idempotent: bool,
    follows_up: bool,
    /// The id of the next one.
    next: u64,
    under_way: HashMap<u64, Delivery>,
    followed: HashMap<u64, oneshot::Sender<Report>>,
    /// How many reports came of deliveries that are not under way.
    unheard: u64,
}

struct Delivery {
    outcome: oneshot::Sender<AttemptOutcome>,
    deadline: Instant,
    /// Whether the plugin has it, so that the message may be on its way.
    started: bool,
}

impl Deliveries {
    /// For a plugin that may take so long for each.
    pub(super) fn new(plugin: &PluginInfo, within: Duration) -> Self {
        Self {
            at_once: plugin.parallel.clamp(1, MOST_AT_ONCE) as usize,
            within,
            idempotent: plugin.idempotent,
            follows_up: plugin.follows_up,
            next: 1,
            under_way: HashMap::new(),
            followed: HashMap::new(),
            unheard: 0,
        }
    }

    pub(super) fn under_way(&self) -> usize {
        self.under_way.len()
    }

    pub(super) fn have_room(&self) -> bool {
        self.under_way.len() < self.at_once
    }

    /// Begins one that was claimed.
    pub(super) fn begin(
        &mut self,
        attempt: Attempt,
        say: impl FnOnce(&ToHost) -> Result<(), WireError>,
    ) {
        let delivery = self.next;
        self.next += 1;
        let deliver = ToHost::Deliver {
            delivery,
            request: attempt.request,
        };
        if say(&deliver).is_err() {
            let too_long = Report::Failed {
                reason: Reason::Plugin,
                detail: String::new(),
            };
            return tell(attempt.outcome, AttemptOutcome::Reported(too_long));
        }
        self.under_way.insert(
            delivery,
            Delivery {
                outcome: attempt.outcome,
                deadline: Instant::now() + self.within,
                started: false,
            },
        );
    }

    pub(super) fn started(&mut self, delivery: u64) {
        match self.under_way.get_mut(&delivery) {
            Some(known) => known.started = true,
            None => self.unheard += 1,
        }
    }

    /// Whether a report on this delivery would say anything new.
    pub(super) fn knows(&self, delivery: u64) -> bool {
        self.under_way.contains_key(&delivery) || self.followed.contains_key(&delivery)
    }

    /// Hears a report. One of a delivery that is not under way, or of which all was said, counts
    /// for nothing.
    pub(super) fn report(&mut self, delivery: u64, report: Report) {
        if let Some(known) = self.under_way.remove(&delivery) {
            let outcome = match report {
                Report::Accepted { .. } => AttemptOutcome::Accepted {
                    follow: self.follow(delivery),
                },
                report => AttemptOutcome::Reported(report),
            };
            tell(known.outcome, outcome);
        } else if matches!(report, Report::Delivered | Report::Failed { .. })
            && let Some(follower) = self.followed.remove(&delivery)
        {
            // The courier may have given up waiting.
            let _ = follower.send(report);
        } else {
            self.unheard += 1;
        }
    }

    fn follow(&mut self, delivery: u64) -> Option<oneshot::Receiver<Report>> {
        if !self.follows_up {
            return None;
        }
        if self.followed.len() >= MOST_FOLLOWED {
            self.followed.retain(|_, follower| !follower.is_closed());
        }
        if self.followed.len() >= MOST_FOLLOWED {
            return None;
        }
        let (sender, receiver) = oneshot::channel();
        self.followed.insert(delivery, sender);
        Some(receiver)
    }

    /// When the next of them is overdue.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let now = Instant::now();
        self.under_way
            .values()
            .map(|delivery| delivery.deadline)
            .filter(|deadline| *deadline > now)
            .min()
    }

    /// Whether one may still be told of before its deadline.
    pub(super) fn may_still_be_told(&self) -> bool {
        self.next_deadline().is_some()
    }

    /// Gives up those that have taken too long and may be on their way. Whether there are any that
    /// have taken too long. Those that the plugin does not seem to have are judged in the end: it
    /// may have said so by then.
    pub(super) fn give_up_overdue(&mut self) -> bool {
        let now = Instant::now();
        let overdue = |delivery: &Delivery| delivery.deadline <= now;
        let any = self.under_way.values().any(overdue);
        let lost = self
            .under_way
            .extract_if(|_, delivery| delivery.started && overdue(delivery));
        for (_, delivery) in lost {
            tell(
                delivery.outcome,
                AttemptOutcome::Lost {
                    reason: Reason::TimedOut,
                    repeatable: self.idempotent,
                },
            );
        }
        any
    }

    /// Judges what is left when the connection has ended. What the plugin never had was not sent,
    /// if it is certain that the host `is_gone`. Returns how many reports counted for nothing.
    pub(super) fn close(self, reason: Reason, is_gone: bool) -> u64 {
        for delivery in self.under_way.into_values() {
            let outcome = if is_gone && !delivery.started {
                AttemptOutcome::Returned
            } else {
                AttemptOutcome::Lost {
                    reason,
                    repeatable: self.idempotent,
                }
            };
            tell(delivery.outcome, outcome);
        }
        self.unheard
    }
}

/// The courier waits for the outcome, unless it is being dropped with all others.
fn tell(courier: oneshot::Sender<AttemptOutcome>, outcome: AttemptOutcome) {
    let _ = courier.send(outcome);
}
