//! Enrollments: short-lived sessions that end in a method, after the user has proved that it works.

use super::deliveries::Deliveries;
use super::notices::Notices;
use super::proving::prove;
use super::sending::{CodeDelivery, CodeSender, Sending, Sent};
use super::session::{Session, SessionOwner, Sessions};
use super::tokens::{FoundToken, find_token_by_serial};
use crate::core::{Core, Person, Requester, ServiceError, no_randomness, random_id};
use crate::methods::authenticator_app::Presentation;
use crate::methods::delivery::destination::{self, Destination};
use crate::methods::one_time_password::Secret;
use crate::methods::payload::{MethodPayload, label_of};
use secinfo_channel::MessagePurpose;
use secinfo_domain::event::{DefaultReason, Fact};
use secinfo_domain::state::{Method, UserState};
use secinfo_domain::{
    Action, Digits, Event, Kind, Label, MethodId, Phone, Place, Recipient, Refusal, TotpParameters,
    enrollment_outlook,
};
use secinfo_ledger::NewKey;
use std::sync::Arc;

/// Enrolls methods.
pub struct Enrollments {
    core: Arc<Core>,
    notices: Arc<Notices>,
    deliveries: Arc<Deliveries>,
    codes: Arc<CodeSender>,
    sessions: Sessions<Enrollment>,
}

/// What an enrollment is about.
pub struct Enrollment {
    pub(super) person: Person,
    pub(super) by: Requester,
    pub(super) label: Label,
    pub(super) draft: Draft,
}

/// A method in the making. It lives in memory only, until it is proved.
pub enum Draft {
    /// An authenticator app.
    AuthenticatorApp {
        /// Its secret.
        secret: Secret,
        /// How its codes are made.
        parameters: TotpParameters,
    },
    /// A token of the inventory.
    HardwareToken(Box<FoundToken>),
    /// Text, call or email.
    Delivered(Box<DeliveredDraft>),
}

/// A method in the making whose codes are sent.
pub struct DeliveredDraft {
    /// Text, call or email.
    pub kind: Kind,
    /// Where its codes go to.
    pub destination: Destination,
    /// Whether the user gave an extension, which is not dialled.
    pub dropped_extension: bool,
    /// How many digits its codes have.
    pub digits: Digits,
    pub(super) language: String,
    pub(super) sending: Sending,
}

/// An enrollment that has begun.
pub struct Started {
    /// The session.
    pub session: Arc<Session<Enrollment>>,
    /// Whether the method will become the default.
    pub becomes_default: bool,
    /// What the user needs to set up an authenticator app.
    pub presentation: Option<Presentation>,
}

/// An enrollment that no session holds yet.
pub(super) struct Drafted {
    pub(super) enrollment: Enrollment,
    pub(super) becomes_default: bool,
    pub(super) presentation: Option<Presentation>,
}

/// A method that is in security info now.
pub struct Enrolled {
    /// The method.
    pub method: MethodId,
    /// Whether it became the default.
    pub became_default: bool,
    /// The default before it.
    pub former_default: Option<MethodId>,
}

/// What a user asks to enrol.
pub struct EnrollmentRequest {
    /// The kind.
    pub kind: Kind,
    /// What to call it; we find a name where it is none.
    pub label: Option<Label>,
    /// The serial number of a hardware token.
    pub serial: Option<String>,
    /// The phone number or address that codes go to, as the user wrote it.
    pub destination: Option<String>,
    /// Which of the user's phone numbers it is.
    pub place: Option<Place>,
    /// The language that the user speaks: a locale or a BCP 47 tag.
    pub language: String,
    /// The secret of an authenticator app that the user has set up for another system.
    pub secret: Option<Secret>,
}

impl DeliveredDraft {
    /// What it has sent.
    pub const fn sending(&self) -> &Sending {
        &self.sending
    }
}

impl Enrollment {
    /// The kind of method that is being enrolled.
    pub const fn kind(&self) -> Kind {
        match &self.draft {
            Draft::AuthenticatorApp { .. } => Kind::AuthenticatorApp,
            Draft::HardwareToken(_) => Kind::HardwareToken,
            Draft::Delivered(draft) => draft.kind,
        }
    }

    /// The method in the making, if its codes are sent.
    pub fn delivered(&self) -> Option<&DeliveredDraft> {
        match &self.draft {
            Draft::Delivered(draft) => Some(draft),
            Draft::AuthenticatorApp { .. } | Draft::HardwareToken(_) => None,
        }
    }

    /// The uid of the user whose method it will be.
    pub const fn uid(&self) -> u32 {
        self.person.uid()
    }

    /// The method in the making.
    pub const fn draft(&self) -> &Draft {
        &self.draft
    }
}

impl Enrollments {
    pub(super) fn new(
        core: Arc<Core>,
        notices: Arc<Notices>,
        deliveries: Arc<Deliveries>,
        codes: Arc<CodeSender>,
        sessions: Sessions<Enrollment>,
    ) -> Self {
        Self {
            core,
            notices,
            deliveries,
            codes,
            sessions,
        }
    }

    /// The open sessions.
    pub const fn sessions(&self) -> &Sessions<Enrollment> {
        &self.sessions
    }

    /// Begins to enrol a method, if the user may.
    pub fn start(
        &self,
        uid: u32,
        by: &Requester,
        owner: SessionOwner,
        request: &EnrollmentRequest,
    ) -> Result<Started, ServiceError> {
        let drafted = self.draft(self.core.person(uid)?, by, request)?;
        let rules = self.core.state().policy().rules.session;
        let session = self.sessions.open(
            drafted.enrollment,
            by.uid,
            owner,
            rules.enrollment,
            rules.attempts,
        )?;
        Ok(Started {
            session,
            becomes_default: drafted.becomes_default,
            presentation: drafted.presentation,
        })
    }

    /// Makes what is enrolled, if the user may.
    pub(super) fn draft(
        &self,
        person: Person,
        by: &Requester,
        request: &EnrollmentRequest,
    ) -> Result<Drafted, ServiceError> {
        let state = self.core.state();
        let context = self.core.context(&person, by)?;
        // Before a proof is asked for: it would be wasted on what cannot be added anyway.
        let delivered = if request.kind.is_delivered() {
            Some(self.draft_delivered(&person, request)?)
        } else {
            None
        };
        let phone = delivered
            .as_ref()
            .and_then(|draft| self.phone_of(state.user(person.id), &draft.destination));
        let outlook =
            enrollment_outlook(&state, person.id, &context, request.kind, phone.as_ref())?;
        let label = match request.label.clone() {
            Some(label) => label,
            None => free_label_like(&self.core, &person, default_label(request.kind))?,
        };
        let (draft, presentation) = match (delivered, request.kind) {
            (Some(draft), _) => (Draft::Delivered(Box::new(draft)), None),
            (None, Kind::AuthenticatorApp) => self.draft_app(&person, request.secret.as_ref())?,
            (None, Kind::HardwareToken) => {
                let serial = request.serial.clone().ok_or_else(|| {
                    ServiceError::InvalidArgument(
                        "a hardware token is named by its serial number: give it".to_owned(),
                    )
                })?;
                (
                    Draft::HardwareToken(Box::new(find_token_by_serial(&self.core, &serial)?)),
                    None,
                )
            }
            (None, kind) => return Err(secinfo_domain::Refusal::KindNotAllowed(kind).into()),
        };
        Ok(Drafted {
            enrollment: Enrollment {
                person,
                by: by.clone(),
                label,
                draft,
            },
            becomes_default: outlook.becomes_default,
            presentation,
        })
    }

    /// One secret is one method: with two, each of its codes would be good twice.
    fn is_new(&self, person: &Person, secret: &Secret) -> Result<(), ServiceError> {
        if has_secret(&self.core, person, secret)? {
            return Err(ServiceError::InvalidArgument(
                "you have this app already: nothing is to be added".to_owned(),
            ));
        }
        Ok(())
    }

    fn draft_app(
        &self,
        person: &Person,
        brought: Option<&Secret>,
    ) -> Result<(Draft, Option<Presentation>), ServiceError> {
        let rules = self.core.state().policy().rules.authenticator_app;
        let parameters = TotpParameters {
            algorithm: rules.algorithm,
            digits: rules.digits,
            period: secinfo_domain::Period::default(),
        };
        if let Some(secret) = brought {
            // An app that was set up elsewhere makes the codes that every app reads, and no others.
            if parameters != TotpParameters::default() {
                return Err(ServiceError::InvalidArgument(format!(
                    "policy asks for codes of {} digits by {}, which that app does not make: set up a new authenticator app",
                    parameters.digits, parameters.algorithm
                )));
            }
            self.is_new(person, secret)?;
            let secret = secret.clone();
            return Ok((Draft::AuthenticatorApp { secret, parameters }, None));
        }
        let secret = Secret::generate(rules.algorithm).map_err(no_randomness)?;
        let settings = self.core.settings();
        let account = format!("{}@{}", person.account.name, settings.host);
        let presentation = Presentation::new(&secret, parameters, &settings.organization, &account);
        Ok((
            Draft::AuthenticatorApp { secret, parameters },
            Some(presentation),
        ))
    }

    fn draft_delivered(
        &self,
        person: &Person,
        request: &EnrollmentRequest,
    ) -> Result<DeliveredDraft, ServiceError> {
        if !self.deliveries.has_channel_for(request.kind) {
            return Err(ServiceError::NoChannel(request.kind));
        }
        let text = request.destination.as_deref().ok_or_else(|| {
            ServiceError::InvalidDestination(
                "say where codes are to be sent: a phone number or an email address".to_owned(),
            )
        })?;
        let place = request.place.unwrap_or(Place::Mobile);
        let country = self.core.settings().default_country;
        let given = destination::parse(request.kind, text, place, country)?;
        tracing::debug!(user = %person.id, kind = %request.kind, "a destination is being enrolled");
        Ok(DeliveredDraft {
            kind: request.kind,
            destination: given.destination,
            dropped_extension: given.dropped_extension,
            digits: self.core.state().policy().rules.codes.digits,
            language: request.language.clone(),
            sending: Sending::default(),
        })
    }

    /// The phone number of a destination, with the user's methods that are on it already.
    fn phone_of(&self, user: Option<&UserState>, destination: &Destination) -> Option<Phone> {
        Some(Phone {
            place: destination.place()?,
            same_number: self.on_same_number(user, destination),
        })
    }

    /// The user's methods that are on this number.
    fn on_same_number(&self, user: Option<&UserState>, destination: &Destination) -> Vec<MethodId> {
        let Destination::Phone { number: wanted, .. } = destination else {
            return Vec::new();
        };
        let methods = user.map_or(&[][..], UserState::methods);
        let on_phones = methods
            .iter()
            .filter(|method| method.credential().place().is_some());
        on_phones
            .filter(|method| {
                matches!(MethodPayload::open(&self.core, method), Ok(MethodPayload::Phone { number, .. }) if number == *wanted)
            })
            .map(Method::id)
            .collect()
    }

    /// Finishes an enrollment with a code of the method in the making.
    pub async fn finish(
        &self,
        session: &Session<Enrollment>,
        code: &str,
    ) -> Result<Enrolled, ServiceError> {
        let _turn = session.turn().await;
        self.sessions
            .get(session.id())
            .ok_or(ServiceError::SessionExpired)?;
        match self.enroll(session.subject(), code).await? {
            Some(enrolled) => {
                self.sessions.close(session.id());
                Ok(enrolled)
            }
            None => Err(self.wrong_code(session).await?),
        }
    }

    /// Takes the method in, if the code proves it.
    pub(super) async fn enroll(
        &self,
        enrollment: &Enrollment,
        code: &str,
    ) -> Result<Option<Enrolled>, ServiceError> {
        let state = self.core.state();
        let user = state.user(enrollment.person.id);
        // Refused before the code is looked at: or else what is refused only after it would tell
        // that the code is right.
        let phone = enrollment
            .delivered()
            .and_then(|draft| self.phone_of(user, &draft.destination));
        let (person, by) = (&enrollment.person, &enrollment.by);
        let context = self.core.context(person, by)?;
        enrollment_outlook(
            &state,
            person.id,
            &context,
            enrollment.kind(),
            phone.as_ref(),
        )?;
        let Some((credential, payload, token)) = prove(&self.core, enrollment, code)? else {
            return Ok(None);
        };
        if let Draft::AuthenticatorApp { secret, .. } = &enrollment.draft {
            self.is_new(&enrollment.person, secret)?;
        }
        let method = MethodId::from_bytes(random_id()?);
        let key = NewKey::generate(method.into())?;
        let sealed = payload.seal(&key, &enrollment.label)?;
        let former = user.and_then(|user| user.default_method().map(Method::id));
        let same_number = phone.map_or_else(Vec::new, |phone| phone.same_number);
        let action = Action::Enroll {
            method,
            credential,
            sealed,
            token,
            same_number,
        };
        let events = self
            .notices
            .commit(
                &enrollment.person,
                &enrollment.by,
                action,
                vec![Arc::new(key)],
            )
            .await?;
        let became_default = events.iter().any(|event| becomes_default(event, method));
        Ok(Some(Enrolled {
            method,
            became_default,
            former_default: former,
        }))
    }

    async fn wrong_code(
        &self,
        session: &Session<Enrollment>,
    ) -> Result<ServiceError, ServiceError> {
        let over = session.count_wrong();
        if over {
            self.sessions.close(session.id());
        }
        self.count_guess(session.subject()).await?;
        Ok(if over {
            ServiceError::TooManyAttempts
        } else {
            ServiceError::WrongCode
        })
    }

    /// Counts a wrong code for a token of the inventory, a phone or a mailbox against the user: it
    /// is a guess at something that another may hold.
    pub(super) async fn count_guess(&self, enrollment: &Enrollment) -> Result<(), ServiceError> {
        if matches!(enrollment.draft, Draft::AuthenticatorApp { .. }) {
            return Ok(());
        }
        let (person, by) = (&enrollment.person, &enrollment.by);
        self.notices
            .commit(person, by, Action::FailActivation, Vec::new())
            .await
            .map(|_| ())
    }

    /// Sends a code to the destination that is being enrolled, in place of any before it.
    pub async fn send_code(&self, session: &Session<Enrollment>) -> Result<Sent, ServiceError> {
        let turn = session.turn().await;
        self.sessions
            .get(session.id())
            .ok_or(ServiceError::SessionExpired)?;
        let enrollment = session.subject();
        let (sending, hint) = self.send_code_of(enrollment).await?;
        drop(turn);
        self.codes
            .wait_for_news(sending, enrollment.kind(), hint)
            .await
    }

    /// Sends a code without waiting for news; what was sent, and its destination, masked.
    pub(super) async fn send_code_of<'e>(
        &self,
        enrollment: &'e Enrollment,
    ) -> Result<(&'e Sending, String), ServiceError> {
        let kind = enrollment.kind();
        let Some(draft) = enrollment.delivered() else {
            return Err(Refusal::NothingToSend(kind).into());
        };
        let state = self.core.state();
        let phone = self.phone_of(state.user(enrollment.person.id), &draft.destination);
        self.codes
            .send(CodeDelivery {
                person: &enrollment.person,
                by: &enrollment.by,
                sending: &draft.sending,
                kind,
                destination: &draft.destination,
                recipient: Recipient::New { kind, phone },
                purpose: MessagePurpose::Enrollment,
                origin: "",
                language: self.codes.language(&[&draft.language]),
            })
            .await?;
        Ok((&draft.sending, draft.destination.hint()))
    }
}

/// This label, with a number if the user has a method of that name.
pub(super) fn free_label_like(
    core: &Core,
    person: &Person,
    word: &str,
) -> Result<Label, ServiceError> {
    let state = core.state();
    let methods = state.user(person.id).map_or(&[][..], |user| user.methods());
    let taken: Vec<_> = methods
        .iter()
        .filter_map(|method| label_of(core, method).ok())
        .collect();
    let candidates =
        std::iter::once(word.to_owned()).chain((2..).map(|number| format!("{word} {number}")));
    for candidate in candidates {
        let label = Label::parse(&candidate)?;
        if !taken.contains(&label) {
            return Ok(label);
        }
    }
    unreachable!("the numbers do not run out")
}

/// Whether a method of the user has this very secret.
pub(super) fn has_secret(
    core: &Core,
    person: &Person,
    secret: &Secret,
) -> Result<bool, ServiceError> {
    let state = core.state();
    let methods = state.user(person.id).map_or(&[][..], |user| user.methods());
    let of_kind = |method: &&Method| method.kind().is_importable();
    for method in methods.iter().filter(of_kind) {
        let payload = match MethodPayload::open(core, method) {
            Ok(payload) => payload,
            Err(error @ ServiceError::StorageUnavailable(_)) => return Err(error),
            // What cannot be opened any more accepts no code.
            Err(_) => continue,
        };
        let (MethodPayload::AuthenticatorApp { secret: known, .. }
        | MethodPayload::HardwareToken { secret: known, .. }) = payload
        else {
            continue;
        };
        if known.open().is_some_and(|known| known == *secret) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a method is called whose user named none, apart from a number.
pub(super) const fn default_label(kind: Kind) -> &'static str {
    match kind {
        Kind::AuthenticatorApp => "Authenticator app",
        Kind::HardwareToken => "Hardware token",
        Kind::Text => "Text message",
        Kind::Call => "Phone call",
        Kind::Email => "Email",
        other => other.as_str(),
    }
}

fn becomes_default(event: &Event, method: MethodId) -> bool {
    matches!(&event.fact, Fact::DefaultChanged(fact)
        if fact.method == Some(method) && matches!(fact.reason, DefaultReason::First | DefaultReason::AppSetUp))
}
