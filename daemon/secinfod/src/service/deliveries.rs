//! What became of messages: each leaves an event, and an administrator can try a channel out.

use super::letter::Letter;
use super::{Person, Requester, Service, ServiceError, random_id};
use crate::channels::{Arrival, ChannelStatus, Outcome, Progress, Tracking};
use secinfo_channel::{MessagePurpose, Reason};
use secinfo_domain::event::DeliveryFailure;
use secinfo_domain::{
    Action, Authority, ChannelName, DeliveryOutcome, Kind, MessageId, Place, Refusal, Seconds,
    SessionTag,
};
use std::sync::Arc;
use std::time::Duration;

/// How long trying a channel out waits for what becomes of the message.
const WAIT_FOR_TEST: Duration = Duration::from_secs(20);

/// How often it looks whether the channel is down, which ends the wait.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// How long a message is worth sending that holds no code.
const LIFE_OF_TEST: Seconds = Seconds::new(120);

impl Service {
    /// How the channels are.
    pub fn channels(&self) -> Vec<ChannelStatus> {
        self.channels.status()
    }

    /// Whether methods of this kind can be used: a kind whose codes are sent takes a channel.
    pub fn has_channel_for(&self, kind: Kind) -> bool {
        !kind.is_delivered() || self.channels.delivers(kind)
    }

    /// Sends a message through one channel, for an administrator who tries it out.
    pub async fn test_channel(
        self: &Arc<Self>,
        by: &Requester,
        name: &ChannelName,
        destination: &str,
        language: &str,
    ) -> Result<Progress, ServiceError> {
        let channel = self.channel(name).ok_or(ServiceError::NoSuchChannel)?;
        let (kind, failed_before) = (channel.kind, channel.last_error_at);
        let person = self.person(by.uid)?;
        let to = self
            .parse_destination(kind, destination, Place::Mobile)?
            .destination;
        let rules = self.state().policy().rules.codes.clone();
        if kind != Kind::Email && !to.country().is_some_and(|country| rules.allows(country)) {
            return Err(Refusal::CountryNotAllowed.into());
        }
        let message = MessageId::from_bytes(random_id()?);
        let order = self.order(
            message,
            &Letter {
                person: &person,
                kind,
                destination: &to,
                purpose: MessagePurpose::Test,
                code: "",
                valid: LIFE_OF_TEST,
                service: "",
                origin: "",
                news: &[],
                language: self.language(&[language]),
            },
        );
        let mut tracking = self
            .channels
            .test(name, order)
            .ok_or(ServiceError::NoSuchChannel)?;
        self.record_when_finished(person, message, tracking.clone());
        let end = tokio::time::Instant::now() + WAIT_FOR_TEST;
        while tokio::time::Instant::now() < end {
            let news = tokio::time::timeout(LOOK_AGAIN, tracking.finished()).await;
            if news.is_ok()
                || self.channel(name).is_none_or(|channel| {
                    channel.state == "down" || channel.last_error_at > failed_before
                })
            {
                break;
            }
        }
        Ok(tracking.progress())
    }

    /// How one channel is.
    pub fn channel(&self, name: &ChannelName) -> Option<ChannelStatus> {
        let mut channels = self.channels.status().into_iter();
        channels.find(|channel| channel.name == *name)
    }

    /// Waits until what became of every message is recorded. The channels have stopped.
    pub async fn settle(&self) {
        let recording = std::mem::take(
            &mut *self
                .recording
                .lock()
                .expect("nothing panics while it holds the tasks"),
        );
        recording.join_all().await;
    }

    /// Records what becomes of a message, whenever that is known.
    pub(super) fn record_when_finished(
        self: &Arc<Self>,
        person: Person,
        message: MessageId,
        mut tracking: Tracking,
    ) {
        let service = Arc::clone(self);
        let mut recording = self
            .recording
            .lock()
            .expect("nothing panics while it holds the tasks");
        while recording.try_join_next().is_some() {}
        recording.spawn(async move {
            let outcome = tracking.finished().await;
            let action = Action::RecordDelivery {
                message,
                attempts: outcome.attempts,
                outcome: recorded(outcome),
            };
            let by = Requester {
                uid: 0,
                session: SessionTag::from_bytes([0; 16]),
                service: None,
                authority: Authority::System,
            };
            match service.commit(&person, &by, action, Vec::new()).await {
                // Of a user who was erased meanwhile nothing is to be recorded any more.
                Ok(_) | Err(ServiceError::Refused(Refusal::UnknownUser)) => {}
                Err(error) => {
                    tracing::error!(%error, %message, "what became of a message could not be recorded");
                }
            }
        });
    }
}

fn recorded(outcome: Outcome) -> DeliveryOutcome {
    match (outcome.result, outcome.channel) {
        (Ok(arrival), Some(channel)) => DeliveryOutcome::Delivered {
            channel,
            confirmed: arrival == Arrival::Delivered,
        },
        (Err(reason), channel) => DeliveryOutcome::Failed {
            channel,
            reason: failure(reason),
        },
        // Nobody delivered it: no such thing, then.
        (Ok(_), None) => DeliveryOutcome::Failed {
            channel: None,
            reason: DeliveryFailure::Plugin,
        },
    }
}

const fn failure(reason: Reason) -> DeliveryFailure {
    match reason {
        Reason::Destination => DeliveryFailure::Destination,
        Reason::Unreachable => DeliveryFailure::Unreachable,
        Reason::Settings => DeliveryFailure::Settings,
        Reason::Refused => DeliveryFailure::Refused,
        Reason::Busy => DeliveryFailure::Busy,
        Reason::TimedOut => DeliveryFailure::TimedOut,
        Reason::Provider => DeliveryFailure::Provider,
        Reason::Plugin => DeliveryFailure::Plugin,
    }
}
