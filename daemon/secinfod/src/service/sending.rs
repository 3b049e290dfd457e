//! Sending codes: what a session has sent, and asking for another.

use super::destination::Destination;
use super::letter::Letter;
use super::payload::MethodPayload;
use super::session::Session;
use super::{Enrollment, Person, Requester, Service, ServiceError, Verification, now, random_id};
use crate::channels::{Arrival, Progress, Tracking};
use crate::messages::Language;
use crate::methods::delivered_code;
use secinfo_channel::{MessagePurpose, Reason, SecretText};
use secinfo_domain::state::Method;
use secinfo_domain::{
    Action, Digits, Kind, MessageId, MethodId, Purpose, Recipient, Refusal, Timestamp,
};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long asking for a code waits for news of its delivery before it answers.
const WAIT_FOR_NEWS: Duration = Duration::from_secs(5);

/// How many calls may wait for news at once: few of those that the daemon serves.
pub(super) const MOST_WAIT_FOR_NEWS: usize = 32;

/// What a session has sent: the newest code alone is good.
#[derive(Default)]
pub struct Sending(Mutex<Option<Arc<SentCode>>>);

/// A code on its way.
pub(super) struct SentCode {
    pub(super) message: MessageId,
    /// The method that it proves; none while it is being enrolled.
    pub(super) method: Option<MethodId>,
    pub(super) code: SecretText,
    pub(super) digits: Digits,
    expires: Timestamp,
    resend_at: Timestamp,
    tracking: Tracking,
}

/// What is known of a code that was sent.
pub struct Sent {
    /// How far it has come.
    pub delivery: DeliveryState,
    /// Where it went, masked.
    pub hint: String,
    /// When it ends.
    pub expires: Timestamp,
    /// When another can be asked for.
    pub resend_at: Timestamp,
    /// How many digits it has.
    pub digits: u8,
}

/// How far a message has come.
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

impl DeliveryState {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Failed(_) => "failed",
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

    pub(super) fn newest(&self) -> Option<Arc<SentCode>> {
        self.0
            .lock()
            .expect("nothing panics while it holds the code")
            .clone()
    }

    fn put(&self, sent: SentCode) {
        *self
            .0
            .lock()
            .expect("nothing panics while it holds the code") = Some(Arc::new(sent));
    }
}

impl SentCode {
    /// Whether what was typed is this code, as long as it is good.
    pub(super) fn is(&self, typed: &str) -> Result<bool, Refusal> {
        if now() >= self.expires {
            return Err(Refusal::CodeGone);
        }
        Ok(delivered_code::matches(&self.code, typed, self.digits))
    }
}

/// Everything that sending one code takes.
struct Errand<'a> {
    person: &'a Person,
    by: &'a Requester,
    sending: &'a Sending,
    kind: Kind,
    destination: Destination,
    recipient: Recipient,
    method: Option<MethodId>,
    purpose: MessagePurpose,
    origin: &'a str,
    language: Language,
}

impl Service {
    /// Sends a code to the destination that is being enrolled, in place of any before it.
    pub async fn send_enrollment_code(
        self: &Arc<Self>,
        session: &Session<Enrollment>,
    ) -> Result<Sent, ServiceError> {
        let turn = session.turn().await;
        self.enrollments
            .get(session.id(), now())
            .ok_or(ServiceError::SessionExpired)?;
        let enrollment = session.subject();
        let (sending, hint) = self.send_code_of_enrollment(enrollment).await?;
        drop(turn);
        self.news(sending, enrollment.kind(), hint).await
    }

    /// Sends it without waiting for news; what was sent, and its destination, masked.
    pub(super) async fn send_code_of_enrollment<'e>(
        self: &Arc<Self>,
        enrollment: &'e Enrollment,
    ) -> Result<(&'e Sending, String), ServiceError> {
        let kind = enrollment.kind();
        let Some(draft) = enrollment.delivered() else {
            return Err(Refusal::NothingToSend(kind).into());
        };
        let state = self.state();
        let user = Self::user_state(&state, &enrollment.person);
        let phone = self.phone_of(user, &draft.destination);
        let errand = Errand {
            person: &enrollment.person,
            by: &enrollment.by,
            sending: &draft.sending,
            kind,
            destination: draft.destination.clone(),
            recipient: Recipient::New { kind, phone },
            method: None,
            purpose: MessagePurpose::Enrollment,
            origin: "",
            language: self.language(&[&draft.language]),
        };
        let hint = errand.destination.hint();
        self.send(errand).await?;
        Ok((&draft.sending, hint))
    }

    /// Sends a code of the method that is asked now, in place of any before it.
    pub async fn send_verification_code(
        self: &Arc<Self>,
        session: &Session<Verification>,
    ) -> Result<Sent, ServiceError> {
        let turn = session.turn().await;
        self.verifications
            .get(session.id(), now())
            .ok_or(ServiceError::SessionExpired)?;
        let verification = session.subject();
        let (kind, hint) = self.send_code_of_verification(verification).await?;
        drop(turn);
        self.news(&verification.sending, kind, hint).await
    }

    /// Sends it without waiting for news; the kind of the method, and the destination, masked.
    pub(super) async fn send_code_of_verification(
        self: &Arc<Self>,
        verification: &Verification,
    ) -> Result<(Kind, String), ServiceError> {
        let state = self.state();
        let asked = verification.asked();
        let method = Self::user_state(&state, &verification.person)
            .and_then(|user| user.method(asked))
            .ok_or(Refusal::UnknownMethod)?;
        let (destination, language) = self.destination_of(method)?;
        let purpose = verification.purpose();
        let errand = Errand {
            person: &verification.person,
            by: &verification.by,
            sending: &verification.sending,
            kind: method.kind(),
            destination,
            recipient: Recipient::Method {
                method: asked,
                purpose,
            },
            method: Some(asked),
            purpose: match purpose {
                Purpose::SignIn => MessagePurpose::SignIn,
                Purpose::PasswordReset => MessagePurpose::PasswordReset,
            },
            origin: &verification.origin,
            language: self.language(&[&verification.language, &language]),
        };
        let hint = errand.destination.hint();
        self.send(errand).await?;
        Ok((method.kind(), hint))
    }

    /// Where the codes of a method go to, and the language that its user speaks.
    pub(super) fn destination_of(
        &self,
        method: &Method,
    ) -> Result<(Destination, String), ServiceError> {
        match (self.open(method)?, method.credential().place()) {
            (
                MethodPayload::Phone {
                    number,
                    country,
                    language,
                    ..
                },
                Some(place),
            ) => Ok((
                Destination::Phone {
                    number,
                    place,
                    country,
                },
                language,
            )),
            (
                MethodPayload::Email {
                    address, language, ..
                },
                _,
            ) => Ok((Destination::Email(address), language)),
            _ => Err(Refusal::NothingToSend(method.kind()).into()),
        }
    }

    pub(super) fn language(&self, wanted: &[&str]) -> Language {
        let settings = self.settings();
        let mut wanted: Vec<&str> = wanted.to_vec();
        wanted.push(&settings.language);
        Language::negotiate(&wanted)
    }

    /// Asks for the code, and gives its message to a channel once that is on disk: what cannot be
    /// counted is not sent.
    async fn send(self: &Arc<Self>, errand: Errand<'_>) -> Result<(), ServiceError> {
        if !self.channels.delivers(errand.kind) {
            return Err(ServiceError::NoChannel(errand.kind));
        }
        let rules = self.state().policy().rules.codes.clone();
        let code = delivered_code::generate(rules.digits)
            .map_err(|error| ServiceError::Internal(format!("no random bytes: {error}")))?;
        let message = MessageId::from_bytes(random_id()?);
        let before = errand.sending.newest();
        let action = Action::RequestCode {
            message,
            recipient: errand.recipient.clone(),
            destination: self.destination_key.tag(&errand.destination),
            country: errand.destination.country(),
            replaces: before.map(|sent| sent.message),
        };
        self.commit(errand.person, errand.by, action, Vec::new())
            .await?;
        let order = self.order(
            message,
            &Letter {
                person: errand.person,
                kind: errand.kind,
                destination: &errand.destination,
                purpose: errand.purpose,
                code: &code,
                valid: rules.life,
                service: errand.by.service.as_ref().map_or("", |name| name.as_str()),
                origin: errand.origin,
                news: &[],
                language: errand.language,
            },
        );
        let expires = order.expires;
        let tracking = self.channels.submit(order);
        self.record_when_finished(errand.person.clone(), message, tracking.clone());
        errand.sending.put(SentCode {
            message,
            method: errand.method,
            code,
            digits: rules.digits,
            expires,
            resend_at: now().plus(rules.resend_after),
            tracking,
        });
        Ok(())
    }

    /// Whether a channel for this kind is up, and says that it could deliver.
    fn can_deliver(&self, kind: Kind) -> bool {
        self.channels
            .status()
            .iter()
            .any(|channel| channel.kind == kind && channel.state == "ready" && channel.healthy)
    }

    /// Waits a little for news of the newest message. Whoever waits for a code wants to know at
    /// once when there will be none.
    pub(super) async fn news(
        &self,
        sending: &Sending,
        kind: Kind,
        hint: String,
    ) -> Result<Sent, ServiceError> {
        let sent = sending
            .newest()
            .expect("a code was put there a moment ago and codes are only ever replaced");
        let mut tracking = sent.tracking.clone();
        // Calls that wait take up room among those that the daemon serves at once: whoever comes
        // when many wait already is answered without news, and finds them in the session later.
        if let Ok(_one_of_few) = self.waiting_for_news.try_acquire()
            && tracking.progress() == Progress::Waiting
        {
            let _ = tokio::time::timeout(WAIT_FOR_NEWS, tracking.changed()).await;
        }
        let delivery = match tracking.progress() {
            // It is tried as long as the code lives, and may arrive yet; but nobody should wait for
            // that who has another method.
            Progress::Waiting if !self.can_deliver(kind) => {
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
            expires: sent.expires,
            resend_at: sent.resend_at,
            digits: sent.digits.count(),
        })
    }
}
