//! Delivers one message, trying channels in order.
//!
//! A message goes on to another channel, or is tried again, only while it is certain that nothing
//! was sent: the user must never get two.

use super::attempt::{Attempt, AttemptOutcome, Claim};
use super::channel::{Channel, Slot};
use super::routes::{Choice, Routes, Wanted};
use super::tracking::{Arrival, Outcome, Progress};
use secinfo_channel::{Reason, Report, Request};
use secinfo_domain::ChannelName;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout_at};

/// How long to wait before the first repetition when the plugin leaves that open. Each further
/// wait is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// No plugin makes it repeat faster.
const SHORTEST_WAIT: Duration = Duration::from_millis(250);

/// How often a message may be lost that the provider recognizes when it comes again. It may be the
/// message itself that brings the plugin down.
const LOSSES: u8 = 2;

/// How long a final report is waited for at most.
const FOLLOWED: Duration = Duration::from_mins(10);

pub(super) struct Courier {
    routes: Arc<Routes>,
    /// What has not been looked at yet of the changes of channels.
    changes: watch::Receiver<u64>,
    progress: watch::Sender<Progress>,
    request: Box<Request>,
    wanted: Wanted,
    attempts: u8,
    losses: u8,
    try_laters: u32,
    /// The channel that failed last, and how.
    failed: Option<(ChannelName, Reason)>,
}

impl Courier {
    pub(super) fn new(
        routes: Arc<Routes>,
        progress: watch::Sender<Progress>,
        request: Request,
        wanted: Wanted,
    ) -> Self {
        Self {
            changes: routes.changes.subscribe(),
            routes,
            progress,
            request: Box::new(request),
            wanted,
            attempts: 0,
            losses: 0,
            try_laters: 0,
            failed: None,
        }
    }

    /// Chooses the first channel. A message that no channel can take has finished with that.
    pub(super) fn start(self) -> Option<(Self, Choice)> {
        let choice = if self.is_expired() {
            Choice::None
        } else {
            self.routes.choose(&self.wanted, None)
        };
        match choice {
            Choice::Full => self.finish(Err(Reason::Busy)),
            Choice::None => self.finish_without_channel(),
            choice => return Some((self, choice)),
        }
        None
    }

    /// Tries channels until the message has finished.
    pub(super) async fn deliver(mut self, mut choice: Choice) {
        loop {
            let held = match choice {
                Choice::Now(slot) => match self.attempt(slot).await {
                    Next::Again(slot) => Some(slot),
                    Next::Finished(result) => return self.finish(result),
                    Next::Sent(channel, follow) => return self.follow(channel, follow).await,
                },
                Choice::Wait(slot, until) => {
                    // Either way there is a reason to choose again.
                    let _ = timeout_at(until, self.changes.changed()).await;
                    Some(slot)
                }
                Choice::Full => return self.finish(Err(Reason::Busy)),
                Choice::None => return self.finish_without_channel(),
            };
            if self.is_expired() {
                return self.finish_without_channel();
            }
            self.changes.borrow_and_update();
            choice = self.routes.choose(&self.wanted, held);
        }
    }

    fn is_expired(&self) -> bool {
        Instant::now() >= self.wanted.expires
    }

    async fn attempt(&mut self, slot: Slot) -> Next {
        let channel = Arc::clone(&slot.channel);
        match self.outcome_at(&slot).await {
            AttemptOutcome::Returned => Next::Again(slot),
            AttemptOutcome::Lost { reason, repeatable } => {
                self.count(&channel, reason);
                self.losses += 1;
                if repeatable && self.losses < LOSSES {
                    // Another provider would not recognize it.
                    self.wanted.only = Some(channel.name().clone());
                    return Next::Again(slot);
                }
                Next::Finished(Err(reason))
            }
            AttemptOutcome::Accepted { follow } => {
                self.count(&channel, Reason::TimedOut);
                match follow {
                    Some(follow) => Next::Sent(channel.name().clone(), follow),
                    None => Next::Finished(Ok(Arrival::Accepted)),
                }
            }
            AttemptOutcome::Reported(report) => self.on_report(&channel, &report, slot),
        }
    }

    /// Hands the message to the channel and waits for the outcome.
    async fn outcome_at(&self, slot: &Slot) -> AttemptOutcome {
        let mut request = self.request.clone();
        request.attempt = u32::from(self.attempts) + 1;
        let claim = Claim::default();
        let (sender, mut outcome) = oneshot::channel();
        slot.hand_over(Attempt {
            request,
            expires: self.wanted.expires,
            claim: claim.clone(),
            outcome: sender,
        });
        let told = tokio::select! {
            told = &mut outcome => told,
            () = sleep_until(self.wanted.expires) => {
                if claim.take() {
                    return AttemptOutcome::Returned;
                }
                outcome.await
            }
        };
        told.unwrap_or_else(|_| {
            if claim.take() {
                AttemptOutcome::Returned
            } else {
                AttemptOutcome::Lost {
                    reason: Reason::Plugin,
                    repeatable: false,
                }
            }
        })
    }

    fn count(&mut self, channel: &Channel, reason: Reason) {
        self.attempts = self.attempts.saturating_add(1);
        self.failed = Some((channel.name().clone(), reason));
    }

    fn on_report(&mut self, channel: &Channel, report: &Report, slot: Slot) -> Next {
        match *report {
            Report::Delivered | Report::Accepted { .. } => {
                self.count(channel, Reason::TimedOut);
                Next::Finished(Ok(Arrival::Delivered))
            }
            Report::Failed { reason, .. } => {
                self.count(channel, reason);
                if matches!(
                    reason,
                    Reason::Settings | Reason::Unreachable | Reason::Busy
                ) {
                    // Nothing was sent, and the fault is the channel's own.
                    self.wanted.given_up.push(channel.name().clone());
                    return Next::Again(slot);
                }
                Next::Finished(Err(reason))
            }
            Report::TryLater { after, reason, .. } => {
                self.count(channel, reason);
                self.postpone(channel.name(), after);
                Next::Again(slot)
            }
        }
    }

    /// Does not try a channel again for a while.
    fn postpone(&mut self, name: &ChannelName, after: u64) {
        let wait = if after == 0 {
            let doubled = FIRST_WAIT.saturating_mul(1 << self.try_laters.min(16));
            self.try_laters += 1;
            doubled.min(LONGEST_WAIT)
        } else {
            Duration::from_millis(after).max(SHORTEST_WAIT)
        };
        let time = Instant::now()
            .checked_add(wait)
            .map_or(self.wanted.expires, |time| time.min(self.wanted.expires));
        self.wanted.not_before.retain(|(known, _)| known != name);
        self.wanted.not_before.push((name.clone(), time));
    }

    /// Waits for the final report of a message that is on its way.
    async fn follow(self, channel: ChannelName, follow: oneshot::Receiver<Report>) {
        let Self {
            progress,
            request,
            attempts,
            wanted,
            ..
        } = self;
        drop(request);
        progress.send_replace(Progress::Sent {
            channel: channel.clone(),
        });
        let until = wanted.expires.min(Instant::now() + FOLLOWED);
        let result = match timeout_at(until, follow).await {
            Ok(Ok(Report::Failed { reason, .. })) => Err(reason),
            Ok(Ok(Report::Delivered)) => Ok(Arrival::Delivered),
            // No report in time, or the host is gone: the provider has it, and no more is known.
            _ => Ok(Arrival::Accepted),
        };
        progress.send_replace(Progress::Finished(Outcome {
            channel: Some(channel),
            attempts,
            result,
        }));
    }

    /// Finishes a message that has expired, or that no channel could take.
    fn finish_without_channel(self) {
        let reason = match &self.failed {
            Some((_, reason)) => *reason,
            None if !self.routes.delivers(self.wanted.kind) => Reason::Settings,
            None => Reason::Unreachable,
        };
        self.finish(Err(reason));
    }

    fn finish(self, result: Result<Arrival, Reason>) {
        self.progress.send_replace(Progress::Finished(Outcome {
            channel: self.failed.map(|(channel, _)| channel),
            attempts: self.attempts,
            result,
        }));
    }
}

/// What to do after an attempt.
enum Next {
    /// Nothing was sent, or it may be sent again: choose.
    Again(Slot),
    /// That is all.
    Finished(Result<Arrival, Reason>),
    /// It is on its way, and a final report will follow.
    Sent(ChannelName, oneshot::Receiver<Report>),
}
