//! Messages on their way to users: each is written, given to a channel, and leaves an event that says
//! whether it was delivered. Administrators can try a channel out.

use crate::channels::{Arrival, ChannelStatus, Channels, Order, Outcome, Progress, Tracking};
use crate::core::{Core, Person, Requester, ServiceError, random_id};
use crate::messages::{self, Language, News, Occasion};
use crate::methods::delivery::destination::{self, Destination};
use secinfo_channel::{MessagePurpose, Reason, Request, SecretText};
use secinfo_domain::event::DeliveryFailure;
use secinfo_domain::{
    Action, ChannelName, DeliveryOutcome, Kind, MessageId, Place, Refusal, Seconds,
};
use secinfo_wire::names::channel_state;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinSet;

/// How long trying a channel out waits for the outcome.
const WAIT_FOR_TEST: Duration = Duration::from_secs(20);

/// How often it looks whether the channel is down, which ends the wait.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// How long a message is worth sending that holds no code.
const LIFE_OF_TEST: Seconds = Seconds::new(120);

/// Delivers messages, and records the outcome of each.
pub struct Deliveries {
    core: Arc<Core>,
    channels: Channels,
    /// Tasks that wait for the outcomes of messages, to record them.
    recording: Mutex<JoinSet<()>>,
}

/// What a message says, before it is written in words.
pub(super) struct Content<'a> {
    pub(super) kind: Kind,
    pub(super) purpose: MessagePurpose,
    /// The code; empty for a message without one.
    pub(super) code: &'a str,
    /// How long the message is worth sending, and its code good.
    pub(super) valid: Seconds,
    /// The service that asks; empty for none.
    pub(super) service: &'a str,
    /// From where the user asks; empty where unknown.
    pub(super) origin: &'a str,
    /// What a notice tells.
    pub(super) news: &'a [News],
    pub(super) language: Language,
}

impl Deliveries {
    pub(super) fn new(core: Arc<Core>, channels: Channels) -> Self {
        Self {
            core,
            channels,
            recording: Mutex::default(),
        }
    }

    /// The status of each channel.
    pub fn channels(&self) -> Vec<ChannelStatus> {
        self.channels.status()
    }

    /// The status of one channel.
    pub fn channel(&self, name: &ChannelName) -> Option<ChannelStatus> {
        let mut channels = self.channels.status().into_iter();
        channels.find(|channel| channel.name == *name)
    }

    /// Whether methods of this kind can be used: a kind whose codes are sent takes a channel.
    pub fn has_channel_for(&self, kind: Kind) -> bool {
        !kind.is_delivered() || self.channels.delivers(kind)
    }

    /// Whether a channel for this kind is up, and says that it could deliver.
    pub(super) fn is_ready(&self, kind: Kind) -> bool {
        self.channels.status().iter().any(|channel| {
            channel.kind == kind && channel.state == channel_state::READY && channel.healthy
        })
    }

    /// The language of a message: the first wanted one that there is, else that of the settings.
    pub(super) fn language(&self, wanted: &[&str]) -> Language {
        let settings = self.core.settings();
        let mut wanted: Vec<&str> = wanted.to_vec();
        wanted.push(&settings.language);
        Language::negotiate(&wanted)
    }

    /// Writes a message, gives it to a channel and records its outcome, whenever that is known.
    pub(super) fn send(
        &self,
        person: &Person,
        message: MessageId,
        destination: &Destination,
        content: &Content<'_>,
    ) -> Tracking {
        let order = self.order(person, message, destination, content);
        let tracking = self.channels.submit(order);
        self.record_when_finished(person.clone(), message, tracking.clone());
        tracking
    }

    /// Sends a message through one channel, for an administrator who tries it out.
    pub async fn test_channel(
        &self,
        by: &Requester,
        name: &ChannelName,
        destination: &str,
        language: &str,
    ) -> Result<Progress, ServiceError> {
        let channel = self.channel(name).ok_or(ServiceError::NoSuchChannel)?;
        let (kind, failed_before) = (channel.kind, channel.last_error_at);
        let person = self.core.person(by.uid)?;
        let country = self.core.settings().default_country;
        let to = destination::parse(kind, destination, Place::Mobile, country)?.destination;
        let rules = self.core.state().policy().rules.codes.clone();
        if kind != Kind::Email && !to.country().is_some_and(|country| rules.allows(country)) {
            return Err(Refusal::CountryNotAllowed.into());
        }
        let message = MessageId::from_bytes(random_id()?);
        let content = Content {
            kind,
            purpose: MessagePurpose::Test,
            code: "",
            valid: LIFE_OF_TEST,
            service: "",
            origin: "",
            news: &[],
            language: self.language(&[language]),
        };
        let order = self.order(&person, message, &to, &content);
        let mut tracking = self
            .channels
            .test(name, order)
            .ok_or(ServiceError::NoSuchChannel)?;
        self.record_when_finished(person, message, tracking.clone());
        let end = tokio::time::Instant::now() + WAIT_FOR_TEST;
        while tokio::time::Instant::now() < end {
            let finished = tokio::time::timeout(LOOK_AGAIN, tracking.finished()).await;
            if finished.is_ok()
                || self.channel(name).is_none_or(|channel| {
                    channel.state == channel_state::DOWN || channel.last_error_at > failed_before
                })
            {
                break;
            }
        }
        Ok(tracking.progress())
    }

    /// Waits until the outcome of every message is recorded. The channels have stopped.
    pub(super) async fn settle(&self) {
        let recording = std::mem::take(
            &mut *self
                .recording
                .lock()
                .expect("nothing panics while it holds the tasks"),
        );
        recording.join_all().await;
    }

    fn order(
        &self,
        person: &Person,
        message: MessageId,
        destination: &Destination,
        content: &Content<'_>,
    ) -> Order {
        let settings = self.core.settings();
        let written = messages::write(&Occasion {
            purpose: content.purpose,
            kind: content.kind,
            code: content.code,
            valid: content.valid,
            organization: &settings.organization,
            host: &settings.messages_host,
            service: content.service,
            origin: content.origin,
            user: person.account.name.as_str(),
            news: content.news,
            language: content.language,
        });
        let expires = self.core.now().plus(content.valid);
        let request = Request {
            message: message.to_string(),
            purpose: content.purpose,
            destination: SecretText::new(destination.as_str().to_owned()),
            subject: written.subject,
            text: written.text,
            html: written.html,
            code: SecretText::new(content.code.to_owned()),
            language: content.language.tag().to_owned(),
            organization: settings.organization,
            host: settings.messages_host,
            service: content.service.to_owned(),
            origin: content.origin.to_owned(),
            expires: expires.as_millis(),
            attempt: 1,
        };
        Order {
            message,
            kind: content.kind,
            request,
            expires,
        }
    }

    fn record_when_finished(&self, person: Person, message: MessageId, mut tracking: Tracking) {
        let core = Arc::clone(&self.core);
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
            let by = Requester::system(None);
            match core.append(&person, &by, action, Vec::new()).await {
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
        // No channel delivered it: it was not delivered, then.
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
