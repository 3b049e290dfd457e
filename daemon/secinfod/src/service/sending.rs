//! Sending codes: what a session has sent, and asking for another.

use super::deliveries::Deliveries;
use super::destination;
use super::notices::Notices;
use crate::channels::{Arrival, Progress, Tracking};
use crate::core::{Core, Person, Requester, ServiceError, no_randomness, random_id};
use crate::messages::Language;
use crate::methods::delivery::code::{self, SentCode};
use crate::methods::delivery::destination::Destination;
use crate::wire_names::WireName;
use secinfo_channel::{MessagePurpose, Reason, Request};
use secinfo_domain::{Action, Kind, MessageId, MethodId, Recipient, Timestamp};
use secinfo_wire::names::delivery;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long asking for a code waits for news of its delivery before it answers.
const WAIT_FOR_NEWS: Duration = Duration::from_secs(5);

/// How many calls may wait for news at once: few of those that the daemon serves.
const MOST_WAIT_FOR_NEWS: usize = 32;

/// Sends codes to users.
pub(super) struct CodeSender {
    core: Arc<Core>,
    notices: Arc<Notices>,
    deliveries: Arc<Deliveries>,
    waiting_for_news: Semaphore,
}

/// The newest code that a session has sent: it alone is good.
#[derive(Default)]
pub struct Sending(Mutex<Option<Arc<Newest>>>);

/// A code on its way.
struct Newest {
    code: Arc<SentCode>,
    /// The method that it proves; none while it is being enrolled.
    method: Option<MethodId>,
    resend_at: Timestamp,
    tracking: Tracking,
}

/// What is known of a code that was sent.
pub struct Sent {
    /// Its delivery.
    pub delivery: DeliveryState,
    /// Its destination, masked.
    pub hint: String,
    /// When it ends.
    pub expires: Timestamp,
    /// When another can be asked for.
    pub resend_at: Timestamp,
    /// How many digits it has.
    pub digits: u8,
}

/// The delivery of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It waits for its channel.
    Waiting,
    /// The provider has it.
    Sent,
    /// It has arrived.
    Delivered,
    /// It was not delivered.
    Failed(Reason),
}

/// A code to be delivered.
pub(super) struct CodeDelivery<'a> {
    pub(super) person: &'a Person,
    pub(super) by: &'a Requester,
    pub(super) sending: &'a Sending,
    pub(super) kind: Kind,
    pub(super) destination: &'a Destination,
    pub(super) recipient: Recipient,
    pub(super) purpose: MessagePurpose,
    pub(super) origin: &'a str,
    pub(super) language: Language,
}

impl WireName for DeliveryState {
    fn wire_name(self) -> &'static str {
        match self {
            Self::Waiting => delivery::WAITING,
            Self::Sent => delivery::SENT,
            Self::Delivered => delivery::DELIVERED,
            Self::Failed(_) => delivery::FAILED,
        }
    }
}

impl From<Progress> for DeliveryState {
    fn from(progress: Progress) -> Self {
        match progress {
            Progress::Waiting => Self::Waiting,
            Progress::Sent { .. } => Self::Sent,
            Progress::Finished(outcome) => match outcome.result {
                Ok(Arrival::Accepted) => Self::Sent,
                Ok(Arrival::Delivered) => Self::Delivered,
                Err(reason) => Self::Failed(reason),
            },
        }
    }
}

impl Sending {
    /// How far the newest message has come; none when none was sent.
    pub fn delivery(&self) -> Option<DeliveryState> {
        self.newest().map(|sent| sent.tracking.progress().into())
    }

    /// The newest code, if it proves this method; with none, what is being enrolled.
    pub(super) fn code_for(&self, method: Option<MethodId>) -> Option<Arc<SentCode>> {
        let newest = self.newest()?;
        (newest.method == method).then(|| Arc::clone(&newest.code))
    }

    fn newest(&self) -> Option<Arc<Newest>> {
        self.0
            .lock()
            .expect("nothing panics while it holds the code")
            .clone()
    }

    fn put(&self, newest: Newest) {
        *self
            .0
            .lock()
            .expect("nothing panics while it holds the code") = Some(Arc::new(newest));
    }
}

impl CodeSender {
    pub(super) fn new(core: Arc<Core>, notices: Arc<Notices>, deliveries: Arc<Deliveries>) -> Self {
        Self {
            core,
            notices,
            deliveries,
            waiting_for_news: Semaphore::new(MOST_WAIT_FOR_NEWS),
        }
    }

    /// The language of a message: the first wanted one that there is, else that of the settings.
    pub(super) fn language(&self, wanted: &[&str]) -> Language {
        self.deliveries.language(wanted)
    }

    /// Asks for the code, and gives its message to a channel once that is on disk: what cannot be
    /// counted is not sent. It takes the place of any code before it.
    pub(super) async fn send(&self, delivery: CodeDelivery<'_>) -> Result<(), ServiceError> {
        if !self.deliveries.has_channel_for(delivery.kind) {
            return Err(ServiceError::NoChannel(delivery.kind));
        }
        let rules = self.core.state().policy().rules.codes.clone();
        let code = code::generate(rules.digits).map_err(no_randomness)?;
        let message = MessageId::from_bytes(random_id()?);
        let before = delivery.sending.newest();
        let method = match delivery.recipient {
            Recipient::Method { method, .. } => Some(method),
            Recipient::New { .. } => None,
        };
        let action = Action::RequestCode {
            message,
            recipient: delivery.recipient,
            destination: destination::tag(&self.core, delivery.destination),
            country: delivery.destination.country(),
            replaces: before.map(|sent| sent.code.message),
        };
        self.notices
            .commit(delivery.person, delivery.by, action, Vec::new())
            .await?;
        let service = delivery.by.service.as_ref();
        let request = Request {
            code: code.clone(),
            service: service.map_or_else(String::new, |name| name.as_str().to_owned()),
            origin: delivery.origin.to_owned(),
            ..self.deliveries.message(
                message,
                delivery.purpose,
                delivery.destination.as_str(),
                delivery.language,
            )
        };
        let now = self.core.now();
        let tracking = self.deliveries.send(
            delivery.person,
            delivery.kind,
            message,
            request,
            rules.life,
            &[],
        );
        delivery.sending.put(Newest {
            code: Arc::new(SentCode {
                message,
                code,
                digits: rules.digits,
                expires: now.plus(rules.life),
            }),
            method,
            resend_at: now.plus(rules.resend_after),
            tracking,
        });
        Ok(())
    }

    /// Waits a little for news of the newest code, so that the user learns at once when there will be
    /// none.
    pub(super) async fn wait_for_news(
        &self,
        sending: &Sending,
        kind: Kind,
        hint: String,
    ) -> Result<Sent, ServiceError> {
        let sent = sending
            .newest()
            .expect("a code was put there a moment ago and codes are only ever replaced");
        let mut tracking = sent.tracking.clone();
        // Calls that wait take up room among those that the daemon serves at once: where many wait
        // already, a call is answered without news, which the session has later.
        if let Ok(_one_of_few) = self.waiting_for_news.try_acquire()
            && tracking.progress() == Progress::Waiting
        {
            let _ = tokio::time::timeout(WAIT_FOR_NEWS, tracking.changed()).await;
        }
        let delivery = match tracking.progress() {
            // It is tried as long as the code lives, and may arrive yet; but a user who has another
            // method should not wait for that.
            Progress::Waiting if !self.deliveries.is_ready(kind) => {
                DeliveryState::Failed(Reason::Unreachable)
            }
            progress => progress.into(),
        };
        if let DeliveryState::Failed(reason) = delivery {
            return Err(ServiceError::DeliveryFailed(reason));
        }
        Ok(Sent {
            delivery,
            hint,
            expires: sent.code.expires,
            resend_at: sent.resend_at,
            digits: sent.code.digits.count(),
        })
    }
}
