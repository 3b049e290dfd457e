//! Enrollments: short-lived sessions that end in a method, after the user has proved that it works.

use super::approvals::{Approvals, Question};
use super::deliveries::Deliveries;
use super::notices::Notices;
use super::sending::{CodeDelivery, CodeSender, Sending, Sent};
use super::session::{Session, SessionOwner, Sessions};
use crate::core::{Core, Person, Requester, ServiceError, random_id};
use crate::methods::delivery::destination::Destination;
use crate::methods::kind::{Details, Draft, PhoneEnrollment, Verifier};
use crate::methods::payload::{MethodPayload, label_of};
use crate::methods::{self, EnrollmentRequest};
use secinfo_channel::MessagePurpose;
use secinfo_domain::event::{DefaultReason, Fact};
use secinfo_domain::state::Method;
use secinfo_domain::{
    Action, EnrollmentOutlook, Event, Kind, Label, MethodId, Phone, Purpose, Recipient, Refusal,
    enrollment_outlook,
};
use secinfo_ledger::NewKey;
use secinfo_wire::{Challenge, Response, WrongForm};
use std::sync::Arc;

/// Enrolls methods.
pub struct Enrollments {
    core: Arc<Core>,
    notices: Arc<Notices>,
    senders: Senders,
    sessions: Sessions<Enrollment>,
}

/// What sends codes, and requests to phones.
pub(super) struct Senders {
    pub(super) deliveries: Arc<Deliveries>,
    pub(super) codes: Arc<CodeSender>,
    pub(super) approvals: Arc<Approvals>,
}

/// What an enrollment is about.
pub struct Enrollment {
    pub(super) person: Person,
    pub(super) by: Requester,
    pub(super) kind: Kind,
    pub(super) label: Label,
    pub(super) draft: Box<dyn Draft>,
    pub(super) language: String,
    pub(super) sending: Sending,
}

/// An enrollment that has begun.
pub struct Started {
    /// The session.
    pub session: Arc<Session<Enrollment>>,
    /// Whether the method will become the default.
    pub becomes_default: bool,
    /// What proves the method.
    pub challenge: Challenge,
    /// What a client shows of it.
    pub details: Details,
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

/// What an answer in an enrollment comes to.
pub enum Answered {
    /// This is asked next.
    Next(Challenge),
    /// The method is enrolled.
    Enrolled(Enrolled),
}

impl Enrollment {
    /// The kind of method that is being enrolled.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The uid of the user whose method it will be.
    pub const fn uid(&self) -> u32 {
        self.person.uid()
    }

    /// What it has sent.
    pub const fn sending(&self) -> &Sending {
        &self.sending
    }

    fn verifier(&self, core: &Core) -> Box<dyn Verifier> {
        let rules = &core.state().policy().rules.clone();
        self.draft.verifier(rules, self.sending.code_for(None))
    }
}

impl Enrollments {
    pub(super) fn new(
        core: Arc<Core>,
        notices: Arc<Notices>,
        senders: Senders,
        sessions: Sessions<Enrollment>,
    ) -> Self {
        Self {
            core,
            notices,
            senders,
            sessions,
        }
    }

    /// The open sessions.
    pub const fn sessions(&self) -> &Sessions<Enrollment> {
        &self.sessions
    }

    /// Begins to enrol a method, if the user may. The serial number of no token is a guess at what may
    /// be another person's.
    pub async fn start(
        &self,
        uid: u32,
        by: &Requester,
        owner: SessionOwner,
        request: &EnrollmentRequest,
    ) -> Result<Started, ServiceError> {
        let person = self.core.person(uid)?;
        let draft = self.draft(person.clone(), by, request);
        if let Err(ServiceError::Refused(Refusal::UnknownToken)) = draft {
            let guess = Action::FailActivation;
            self.notices.commit(&person, by, guess, Vec::new()).await?;
        }
        let (enrollment, outlook) = draft?;
        if let Some(phone) = enrollment.draft.phone() {
            self.senders.approvals.expect(phone)?;
        }
        let rules = self.core.state().policy().rules.session;
        let session =
            self.sessions
                .open(enrollment, by.uid, owner, rules.enrollment, rules.attempts)?;
        let enrollment = session.subject();
        Ok(Started {
            becomes_default: outlook.becomes_default,
            challenge: enrollment.verifier(&self.core).challenge(),
            details: enrollment.draft.details(),
            session,
        })
    }

    /// Makes what is enrolled, if the user may.
    pub(super) fn draft(
        &self,
        person: Person,
        by: &Requester,
        request: &EnrollmentRequest,
    ) -> Result<(Enrollment, EnrollmentOutlook), ServiceError> {
        let kind = methods::of(request.kind);
        if !request.forms.contains(kind.form()) {
            return Err(WrongForm(kind.form()).into());
        }
        if !self.senders.deliveries.has_channel_for(request.kind) {
            return Err(ServiceError::NoChannel(request.kind));
        }
        // Before a proof is asked for: it would be wasted on what cannot be added anyway.
        if request.kind == Kind::Push {
            self.senders.approvals.expect_ready()?;
        }
        let given = kind.destination(request, &self.core)?;
        let phone = self.phone_of(&person, given.as_ref().map(|given| &given.destination));
        let outlook = self.outlook(&person, by, request.kind, phone.as_ref())?;
        let label = match request.label.clone() {
            Some(label) => label,
            None => free_label(&self.core, &person, kind.default_label())?,
        };
        let draft = kind.begin(request, given, &person, &self.core)?;
        let enrollment = Enrollment {
            person,
            by: by.clone(),
            kind: request.kind,
            label,
            draft,
            language: request.language.clone(),
            sending: Sending::default(),
        };
        Ok((enrollment, outlook))
    }

    fn outlook(
        &self,
        person: &Person,
        by: &Requester,
        kind: Kind,
        phone: Option<&Phone>,
    ) -> Result<EnrollmentOutlook, ServiceError> {
        let context = if kind.is_knowledge() {
            self.core.context_for_reset(person, by)?
        } else {
            self.core.context(person, by)?
        };
        let state = self.core.state();
        Ok(enrollment_outlook(
            &state, person.id, &context, kind, phone,
        )?)
    }

    /// The phone number of a destination, with the user's methods that are on it already.
    fn phone_of(&self, person: &Person, destination: Option<&Destination>) -> Option<Phone> {
        let destination = destination?;
        Some(Phone {
            place: destination.place()?,
            same_number: self.on_same_number(person, destination),
        })
    }

    /// The user's methods that are on this number.
    fn on_same_number(&self, person: &Person, destination: &Destination) -> Vec<MethodId> {
        let Destination::Phone { number: wanted, .. } = destination else {
            return Vec::new();
        };
        let state = self.core.state();
        let methods = state.user(person.id).map_or(&[][..], |user| user.methods());
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

    /// Answers what an enrollment asks. The last answer proves the method.
    pub async fn answer(
        &self,
        session: &Session<Enrollment>,
        response: &Response,
    ) -> Result<Answered, ServiceError> {
        let _turn = session.turn().await;
        self.sessions
            .get(session.id())
            .ok_or(ServiceError::SessionExpired)?;
        if matches!(response, Response::Wait)
            && let Some(phone) = session.subject().draft.phone()
        {
            return self.wait_for_phone(session.subject(), phone).await;
        }
        let answered = self.advance_or_enroll(session, response).await;
        if matches!(answered, Ok(Answered::Enrolled(_))) || session.subject().draft.is_over() {
            self.sessions.close(session.id());
        }
        answered
    }

    /// Waits a little for the phone that is being enrolled, and tries it out once it has registered.
    async fn wait_for_phone(
        &self,
        enrollment: &Enrollment,
        phone: &PhoneEnrollment,
    ) -> Result<Answered, ServiceError> {
        let question = Question {
            person: &enrollment.person,
            by: &enrollment.by,
            purpose: Purpose::SignIn,
            origin: "",
            number: false,
            language: self.senders.codes.language(&[&enrollment.language]),
        };
        let next = self.senders.approvals.enroll(phone, question).await?;
        Ok(Answered::Next(Challenge::Approval(next)))
    }

    async fn advance_or_enroll(
        &self,
        session: &Session<Enrollment>,
        response: &Response,
    ) -> Result<Answered, ServiceError> {
        let enrollment = session.subject();
        if let Some(next) = enrollment.draft.advance(response, &self.core)? {
            return Ok(Answered::Next(next));
        }
        match self.enroll(enrollment, response).await {
            Ok(Some(enrolled)) => Ok(Answered::Enrolled(enrolled)),
            Ok(None) => Err(self.wrong_code(session).await?),
            Err(used @ ServiceError::Refused(Refusal::TokenCodeUsed)) => {
                match self.wrong_code(session).await? {
                    ServiceError::WrongCode => Err(used),
                    over => Err(over),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Enrolls the method, if the response proves it.
    pub(super) async fn enroll(
        &self,
        enrollment: &Enrollment,
        response: &Response,
    ) -> Result<Option<Enrolled>, ServiceError> {
        loop {
            match self.compare_and_enroll(enrollment, response).await {
                // Each time another method was added, of which there is an end.
                Err(ServiceError::Refused(Refusal::NotCompared)) => {}
                done => return done,
            }
        }
    }

    async fn compare_and_enroll(
        &self,
        enrollment: &Enrollment,
        response: &Response,
    ) -> Result<Option<Enrolled>, ServiceError> {
        let (person, by, draft) = (&enrollment.person, &enrollment.by, &enrollment.draft);
        let compared = method_ids(&self.core, person);
        // Refused before the response is looked at: or else what is refused only after it would tell
        // that it is right.
        let phone = self.phone_of(person, draft.destination());
        self.outlook(person, by, enrollment.kind, phone.as_ref())?;
        let verifier = enrollment.verifier(&self.core);
        let now = self.core.now();
        let turn = methods::kind::turn(person, by);
        let answer = methods::kind::check(&self.core, turn, verifier, response, now).await?;
        let state = self.core.state();
        let rules = &state.policy().rules;
        let Some(credential) = draft.prove(answer, rules, now) else {
            return Ok(None);
        };
        draft.expect_new(&self.core, person)?;
        let payload = draft.payload();
        let state = self.core.state();
        let user = state.user(person.id);
        let method = MethodId::from_bytes(random_id()?);
        let key = NewKey::generate(method.into())?;
        let sealed = payload.seal(&key, &enrollment.label)?;
        let former = user.and_then(|user| user.default_method().map(Method::id));
        let same_number = phone.map_or_else(Vec::new, |phone| phone.same_number);
        let action = Action::Enroll {
            method,
            credential,
            sealed,
            token: draft.token(),
            same_number,
            compared,
        };
        let events = self
            .notices
            .commit(person, by, action, vec![Arc::new(key)])
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

    /// Counts a wrong code for what may be another person's, such as a token of the inventory or a
    /// phone, against the user: it is a guess.
    pub(super) async fn count_guess(&self, enrollment: &Enrollment) -> Result<(), ServiceError> {
        if !enrollment.kind.is_claimed() {
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
        let hint = self.send_code_of(enrollment).await?;
        drop(turn);
        self.senders
            .codes
            .wait_for_news(&enrollment.sending, enrollment.kind, hint)
            .await
    }

    /// Sends a code without waiting for news; the destination, masked.
    pub(super) async fn send_code_of(
        &self,
        enrollment: &Enrollment,
    ) -> Result<String, ServiceError> {
        let kind = enrollment.kind;
        let destination = enrollment.draft.destination();
        let destination = destination.ok_or(Refusal::NothingToSend(kind))?;
        let phone = self.phone_of(&enrollment.person, Some(destination));
        self.senders
            .codes
            .send(CodeDelivery {
                person: &enrollment.person,
                by: &enrollment.by,
                sending: &enrollment.sending,
                kind,
                destination,
                recipient: Recipient::New { kind, phone },
                purpose: MessagePurpose::Enrollment,
                origin: "",
                language: self.senders.codes.language(&[&enrollment.language]),
            })
            .await?;
        Ok(destination.hint())
    }
}

/// The methods that a user has, before a new one is compared with them.
pub(super) fn method_ids(core: &Core, person: &Person) -> Vec<MethodId> {
    let state = core.state();
    let methods = state.user(person.id).map_or(&[][..], |user| user.methods());
    methods.iter().map(Method::id).collect()
}

/// This label, with a number if the user has a method of that name.
pub(super) fn free_label(core: &Core, person: &Person, word: &str) -> Result<Label, ServiceError> {
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

fn becomes_default(event: &Event, method: MethodId) -> bool {
    matches!(&event.fact, Fact::DefaultChanged(fact)
        if fact.method == Some(method) && matches!(fact.reason, DefaultReason::First | DefaultReason::AppSetUp))
}
