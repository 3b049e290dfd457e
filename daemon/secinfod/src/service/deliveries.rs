//! Messages on their way to users: each is written, given to a channel, and leaves an event that says
//! whether it was delivered. Administrators can try a channel out.

use crate::channels::{Arrival, ChannelStatus, Channels, Outcome, Progress, Tracking};
use crate::core::{Core, Person, Requester, ServiceError, random_id};
use crate::messages::{self, Language, NoticeItem};
use crate::methods::delivery::destination::{self, Destination};
use secinfo_channel::{MessagePurpose, Reason, Request, SecretText};
use secinfo_domain::event::DeliveryFailure;
use secinfo_domain::{
    Action, ChannelName, DeliveryOutcome, Kind, MessageId, Place, Refusal, Seconds, Timestamp,
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

    /// Whether there is a channel that rings phones.
    pub(super) fn rings(&self) -> bool {
        self.channels.delivers(Kind::Push)
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

    /// A message without a code and without words, to be completed and sent.
    pub(super) fn message(
        &self,
        id: MessageId,
        purpose: MessagePurpose,
        destination: &str,
        language: Language,
    ) -> Request {
        let settings = self.core.settings();
        Request {
            message: id.to_string(),
            purpose,
            destination: SecretText::new(destination.to_owned()),
            subject: SecretText::default(),
            text: SecretText::default(),
            html: SecretText::default(),
            code: SecretText::default(),
            language: language.tag().to_owned(),
            organization: settings.organization,
            host: settings.messages_host,
            service: String::new(),
            origin: String::new(),
            expires: 0,
            attempt: 1,
        }
    }

    /// Puts a message into words, gives it to a channel and records its outcome, whenever that is
    /// known. It is worth sending, and its code good, for the time `valid`.
    pub(super) fn send(
        &self,
        person: &Person,
        kind: Kind,
        id: MessageId,
        mut message: Request,
        valid: Seconds,
        items: &[NoticeItem],
    ) -> Tracking {
        self.complete(&mut message, person, kind, valid, items);
        let tracking = self.channels.submit(kind, message);
        self.record_when_finished(person.clone(), id, tracking.clone());
        tracking
    }

    /// Puts a message into words that names no user, and gives it to a channel. It leaves no event.
    pub(super) fn submit(&self, kind: Kind, mut message: Request, expires: Timestamp) {
        message.expires = expires.as_millis();
        messages::write(&mut message, kind, Seconds::new(0), "", &[]);
        drop(self.channels.submit(kind, message));
    }

    fn complete(
        &self,
        message: &mut Request,
        person: &Person,
        kind: Kind,
        valid: Seconds,
        items: &[NoticeItem],
    ) {
        message.expires = self.core.now().plus(valid).as_millis();
        messages::write(message, kind, valid, person.account.name.as_str(), items);
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
        let to = self.destination_of_test(kind, destination)?;
        let to = to.as_ref().map_or("", Destination::as_str);
        let id = MessageId::from_bytes(random_id()?);
        let language = self.language(&[language]);
        let mut message = self.message(id, MessagePurpose::Test, to, language);
        self.complete(&mut message, &person, kind, LIFE_OF_TEST, &[]);
        let mut tracking = self
            .channels
            .test(name, message)
            .ok_or(ServiceError::NoSuchChannel)?;
        self.record_when_finished(person, id, tracking.clone());
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

    /// Where a message goes with which an administrator tries a channel out; nowhere in particular where it
    /// rings phones.
    fn destination_of_test(
        &self,
        kind: Kind,
        destination: &str,
    ) -> Result<Option<Destination>, ServiceError> {
        if kind == Kind::Push {
            return if destination.is_empty() {
                Ok(None)
            } else {
                let why = "a channel that rings phones takes no destination";
                Err(ServiceError::InvalidDestination(why.to_owned()))
            };
        }
        let country = self.core.settings().default_country;
        let to = destination::parse(kind, destination, Place::Mobile, country)?.destination;
        let rules = self.core.state().policy().rules.codes.clone();
        if kind != Kind::Email && !to.country().is_some_and(|country| rules.allows(country)) {
            return Err(Refusal::CountryNotAllowed.into());
        }
        Ok(Some(to))
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
