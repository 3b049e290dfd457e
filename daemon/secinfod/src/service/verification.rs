//! Verifications: short-lived sessions in which a user proves a method.

use super::approvals::{Approvals, Requests};
use super::notices::Notices;
use super::sending::{CodeDelivery, CodeSender, Sending, Sent};
use super::session::{Session, SessionOwner, Sessions};
use super::ssh_sign_in::{CountedKeys, SshSignIn};
use crate::core::{
    Core, HashingFor, Person, RequestSource, Requester, ServiceError, Turn, Waiter, place_of,
};
use crate::methods;
use crate::methods::delivery::destination::Destination;
use crate::methods::kind::{OpenMethod, Posed, Verifier, digits};
use crate::methods::payload::MethodPayload;
use crate::methods::security_key::{KeyChallenge, answering, open_ssh_key};
use secinfo_channel::MessagePurpose;
use secinfo_domain::event::{Fact, Failure};
use secinfo_domain::kind::SshKeys;
use secinfo_domain::state::Method;
use secinfo_domain::{
    Action, Answer, Event, Kind, MethodId, Purpose, Recipient, Refusal, Strength, Timestamp,
    verification_outlook,
};
use secinfo_wire::{Challenge, Form, Forms, Hint, Response};
use std::sync::{Arc, Mutex};

/// Verifies users.
pub struct Verifications {
    pub(super) core: Arc<Core>,
    notices: Arc<Notices>,
    pub(super) codes: Arc<CodeSender>,
    pub(super) approvals: Arc<Approvals>,
    sessions: Sessions<Verification>,
    counted_over_ssh: CountedKeys,
}

/// What a verification is about.
pub struct Verification {
    pub(super) person: Person,
    pub(super) by: Requester,
    pub(super) purpose: Purpose,
    pub(super) forms: Forms,
    pub(super) asked: Mutex<MethodId>,
    /// The turn in which security questions are asked. It stays until they are answered, whatever other callers
    /// answer for the user meanwhile.
    pub(super) turn: Mutex<Turn>,
    pub(super) sending: Sending,
    pub(super) requests: Requests,
    pub(super) key_challenge: KeyChallenge,
    pub(super) origin: String,
    pub(super) language: String,
    /// Whose turns an answer takes in a reset, where it is hashed.
    pub(super) waiter: Waiter,
}

/// What a caller says of a verification beside the user and the purpose.
#[derive(Default)]
pub struct Circumstances {
    /// The method to ask first.
    pub first: Option<MethodId>,
    /// The forms of challenges that the client can present.
    pub forms: Forms,
    /// From where the user asks, such as the address of a client, as messages say it.
    pub origin: String,
    /// The language that the user speaks: a locale or a BCP 47 tag.
    pub language: String,
}

/// A method that can answer a verification.
pub struct Candidate {
    /// The method.
    pub method: MethodId,
    /// Its kind.
    pub kind: Kind,
    /// What the user calls it.
    pub label: String,
    /// What it can be told from others by.
    pub hint: Hint,
    /// How many digits its codes have; none where they are not written in digits.
    pub digits: Option<u32>,
}

/// What a verification asks now.
pub struct Asked {
    /// The method.
    pub method: Candidate,
    /// What it asks.
    pub challenge: Challenge,
}

/// The proof that a finished verification leaves.
pub struct Proven {
    /// The method.
    pub method: MethodId,
    /// Its kind.
    pub kind: Kind,
    /// How strong the proof is.
    pub strength: Strength,
    /// When.
    pub time: Timestamp,
    /// How many recovery codes are left, when one was used.
    pub remaining: Option<u32>,
}

impl Verification {
    /// What it is for.
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Who asked for it, and for which service.
    pub const fn by(&self) -> &Requester {
        &self.by
    }

    /// The uid of the user who is verified.
    pub const fn uid(&self) -> u32 {
        self.person.uid()
    }

    /// The method that is asked now.
    pub fn asked(&self) -> MethodId {
        *self
            .asked
            .lock()
            .expect("nothing panics while it holds the method")
    }

    /// What it has sent.
    pub const fn sending(&self) -> &Sending {
        &self.sending
    }

    pub(super) fn ask(&self, method: MethodId) {
        *self
            .asked
            .lock()
            .expect("nothing panics while it holds the method") = method;
    }

    fn turn(&self) -> Turn {
        *self
            .turn
            .lock()
            .expect("nothing panics while it holds the turn")
    }

    /// Asks security questions in this turn from now on.
    pub(super) fn pose(&self, turn: Turn) {
        *self
            .turn
            .lock()
            .expect("nothing panics while it holds the turn") = turn;
    }
}

impl Verifications {
    pub(super) fn new(
        core: Arc<Core>,
        notices: Arc<Notices>,
        codes: Arc<CodeSender>,
        approvals: Arc<Approvals>,
        sessions: Sessions<Verification>,
    ) -> Self {
        Self {
            core,
            notices,
            codes,
            approvals,
            sessions,
            counted_over_ssh: CountedKeys::default(),
        }
    }

    /// The open sessions.
    pub const fn sessions(&self) -> &Sessions<Verification> {
        &self.sessions
    }

    /// Begins to verify a user: by `first`, or by the method that is asked first. A phone is sent a request.
    pub async fn start(
        &self,
        uid: u32,
        by: &Requester,
        owner: SessionOwner,
        purpose: Purpose,
        circumstances: Circumstances,
    ) -> Result<(Arc<Session<Verification>>, Asked), ServiceError> {
        let person = self.core.person(uid)?;
        let candidates = self.candidates(&person, by, purpose, circumstances.forms)?;
        let is_named = circumstances.first.is_some();
        let first = match circumstances.first {
            Some(id) => candidate_of(&candidates, id)?.id(),
            None => {
                readable(&self.core, &candidates)
                    .next()
                    .ok_or(ServiceError::NoMethod)??
                    .method
            }
        };
        let rules = self.core.state().policy().rules.session;
        let mut by = by.clone();
        if by.uid == 0 {
            let user = (person.account.name.as_str(), uid);
            by.source = RequestSource::named(user, &circumstances.origin, "", "");
            by.place = place_of(&circumstances.origin, "");
        }
        let by = self.core.requester_for(&person, &by)?;
        let turn = self.core.turn(person.account.name.as_str());
        let caller = by.uid;
        let subject = Verification {
            person,
            by,
            purpose,
            forms: circumstances.forms,
            asked: Mutex::new(first),
            turn: Mutex::new(turn),
            sending: Sending::default(),
            requests: Requests::default(),
            key_challenge: KeyChallenge::of_clients(),
            origin: circumstances.origin,
            language: circumstances.language,
            waiter: Waiter::account(caller),
        };
        let asked = self.asked(&subject, &candidates, first)?;
        let session =
            self.sessions
                .open(subject, caller, owner, rules.verification, rules.attempts)?;
        if asked.method.kind != Kind::Push {
            return Ok((session, asked));
        }
        let asked = self.ask_phone_first(&session, asked, is_named).await;
        if asked.is_err() {
            self.sessions.close(session.id());
        }
        Ok((session, asked?))
    }

    /// The methods that can answer a verification, the one asked now first.
    pub fn methods(&self, verification: &Verification) -> Result<Vec<Candidate>, ServiceError> {
        let mut candidates = self.candidates_of(verification)?;
        let asked = verification.asked();
        candidates.sort_by_key(|method| method.id() != asked);
        readable(&self.core, &candidates).collect()
    }

    /// Changes to another method. A phone is sent a request, unless one is open.
    pub async fn change_and_ask(
        &self,
        verification: &Verification,
        to: MethodId,
    ) -> Result<Asked, ServiceError> {
        let candidates = self.candidates_of(verification)?;
        let method = candidate_of(&candidates, to)?;
        if method.kind() == Kind::Push && !verification.waits_for(to, self.core.now()) {
            self.ask_phone(verification, method, false).await?;
        }
        self.change_method(verification, to)
    }

    /// Changes to another method, without a request to a phone.
    pub(super) fn change_method(
        &self,
        verification: &Verification,
        to: MethodId,
    ) -> Result<Asked, ServiceError> {
        let candidates = self.candidates_of(verification)?;
        let asked = self.asked(verification, &candidates, to)?;
        verification.ask(to);
        Ok(asked)
    }

    /// What one of these candidates asks, each time anew.
    pub(super) fn asked(
        &self,
        verification: &Verification,
        candidates: &[Method],
        id: MethodId,
    ) -> Result<Asked, ServiceError> {
        let method = candidate_of(candidates, id)?;
        Ok(Asked {
            method: candidate(&self.core, method)?,
            challenge: self.challenge(verification, method, candidates)?,
        })
    }

    /// What a method of the user asks now. Security keys are asked all at once, that one first: `candidates`
    /// are those that may answer.
    pub(super) fn challenge(
        &self,
        verification: &Verification,
        method: &Method,
        candidates: &[Method],
    ) -> Result<Challenge, ServiceError> {
        let core = &self.core;
        let kind = methods::of(method.kind());
        let posed = Posed::of(core, verification.turn(), &verification.language);
        let mut open = OpenMethod::open(core, method, posed)?;
        if kind.form() == Form::Assertion {
            let others = candidates.iter().filter(|other| other.id() != method.id());
            let keys = std::iter::once(method).chain(others);
            let challenge = &verification.key_challenge;
            open.asking = Some(challenge.ask(core, &verification.person, keys)?);
        }
        open.request = verification.requests.to(method.id());
        let state = core.state();
        let verifier = kind.verifier(open, &state.policy().rules, None)?;
        Ok(verifier.challenge())
    }

    /// Answers a verification. When this returns a proof, the code is used up on disk.
    pub async fn finish(
        &self,
        session: &Session<Verification>,
        response: &Response,
    ) -> Result<Proven, ServiceError> {
        let _turn = session.turn().await;
        self.sessions
            .get(session.id())
            .ok_or(ServiceError::SessionExpired)?;
        if matches!(response, Response::Wait) {
            self.wait_for_phone(session.subject()).await;
        }
        let proven = self.answer(session.subject(), response).await;
        if proven.as_ref().is_err_and(ServiceError::is_refused_code) {
            self.end_turn(session.subject());
        }
        match proven {
            Ok(_) => self.sessions.close(session.id()),
            Err(ref error) if error.is_refused_code() && session.count_wrong() => {
                self.sessions.close(session.id());
                return Err(ServiceError::TooManyAttempts);
            }
            Err(_) => {}
        }
        proven
    }

    /// Asks other security questions after a wrong answer.
    fn end_turn(&self, verification: &Verification) {
        let person = &verification.person;
        let kind = self.core.state().kind_of(person.id, verification.asked());
        if kind.is_some_and(|kind| methods::of(kind).form() == Form::Answers) {
            let name = person.account.name.as_str();
            self.core.end_turn(name);
            verification.pose(self.core.turn(name));
        }
    }

    /// Verifies the user by the method that is asked now.
    pub(super) async fn answer(
        &self,
        verification: &Verification,
        response: &Response,
    ) -> Result<Proven, ServiceError> {
        self.verify_person(
            &verification.person,
            &verification.by,
            verification.purpose,
            verification.asked(),
            response,
            Some(verification),
        )
        .await
    }

    /// Verifies a user in one step, without a session: by `method`, or by the first method that the
    /// response can answer.
    pub async fn verify(
        &self,
        uid: u32,
        by: &Requester,
        purpose: Purpose,
        method: Option<MethodId>,
        response: &Response,
    ) -> Result<Proven, ServiceError> {
        let person = self.core.person(uid)?;
        let by = &self.core.requester_for(&person, by)?;
        let method = match method {
            Some(id) => id,
            None => self
                .candidates(&person, by, purpose, Forms::from_iter([response.form()]))?
                .first()
                .ok_or(ServiceError::NoMethod)?
                .id(),
        };
        self.verify_person(&person, by, purpose, method, response, None)
            .await
    }

    /// Verifies a user. What `by` asks from has been looked up.
    async fn verify_person(
        &self,
        person: &Person,
        by: &Requester,
        purpose: Purpose,
        id: MethodId,
        response: &Response,
        session: Option<&Verification>,
    ) -> Result<Proven, ServiceError> {
        let state = self.core.state();
        let user = state.user(person.id).ok_or(ServiceError::NoMethod)?;
        let mut method = user.method(id).ok_or(Refusal::UnknownMethod)?;
        if methods::of(method.kind()).form() == Form::Assertion {
            let answering = answering(&self.core, user.methods(), response)?;
            method = answering.and_then(|id| user.method(id)).unwrap_or(method);
        }
        let id = method.id();
        let context = match purpose {
            Purpose::SignIn => self.core.context(person, by)?,
            Purpose::PasswordReset => self.core.context_for_reset(person, by)?,
        };
        verification_outlook(&state, person.id, &context, id, purpose)?;
        let verifier = self.verifier(person, method, session)?;
        let now = self.core.now();
        let compared_with = verifier.compared_with(now);
        let turn = match purpose {
            Purpose::SignIn => methods::kind::turn(person, by),
            // Strangers answer here too, and must not take the turns of the user, nor of those elsewhere.
            Purpose::PasswordReset => {
                let waiter = session.map_or(Waiter::account(by.uid), |session| session.waiter);
                (waiter, HashingFor::Reset)
            }
        };
        let answer = methods::kind::check(&self.core, turn, verifier, response, now).await?;
        let guess = match compared_with {
            Some(with) if answer == Answer::Wrong => {
                methods::kind::guess(&self.core, id, response, &with)?
            }
            _ => None,
        };
        let action = Action::Verify {
            method: id,
            purpose,
            answer,
            guess,
        };
        let events = self.notices.commit(person, by, action, Vec::new()).await?;
        self.outcome(person, method, &events)
    }

    /// Verifies a user by their security key that sshd has accepted at this sign-in; none where it has accepted
    /// no key of theirs, or the key has counted on that connection before.
    pub(super) async fn verify_over_ssh(
        &self,
        person: &Person,
        by: &Requester,
        SshSignIn { info, connection }: &SshSignIn,
    ) -> Result<Option<Proven>, ServiceError> {
        if self.core.state().policy().rules.security_key.ssh == SshKeys::Off {
            return Ok(None);
        }
        let forms = Forms::from_iter([Form::Assertion]);
        let keys = self.candidates(person, by, Purpose::SignIn, forms)?;
        let has_signed = |method: &&Method| {
            let key = open_ssh_key(&self.core, method);
            key.is_some_and(|key| info.has(&key))
        };
        let fingerprints = info.fingerprints();
        let (mut refused, mut has_counted) = (None, false);
        for method in keys.iter().filter(has_signed) {
            let id = method.id();
            // Before it is decided: it has signed once.
            if !self.counted_over_ssh.is_first(*connection, id) {
                tracing::info!(method = %id, ?fingerprints, "a key that has signed in to sshd has counted already");
                has_counted = true;
                continue;
            }
            let action = Action::Verify {
                method: id,
                purpose: Purpose::SignIn,
                answer: Answer::OverSsh,
                guess: None,
            };
            match self.notices.commit(person, by, action, Vec::new()).await {
                Err(ServiceError::Refused(refusal)) => {
                    tracing::info!(method = %id, ?fingerprints, %refusal, "a key that has signed in to sshd does not count");
                    refused = Some(refusal);
                }
                events => {
                    let proven = self.outcome(person, method, &events?)?;
                    tracing::info!(method = %id, ?fingerprints, "a key that has signed in to sshd counts");
                    return Ok(Some(proven));
                }
            }
        }
        if let Some(refusal) = refused {
            return Err(refusal.into());
        }
        if !fingerprints.is_empty() && !has_counted {
            tracing::info!(
                ?fingerprints,
                "no key that has signed in to sshd is enrolled, or may be used here"
            );
        }
        Ok(None)
    }

    /// Whether what the method that is asked answers would be heard now, before a key is told a PIN for it.
    pub(super) fn would_hear(&self, verification: &Verification) -> Result<(), ServiceError> {
        let Verification { person, by, .. } = verification;
        let (asked, purpose) = (verification.asked(), verification.purpose);
        let context = self.core.context(person, by)?;
        verification_outlook(&self.core.state(), person.id, &context, asked, purpose)?;
        Ok(())
    }

    /// Counts that the key which is asked was told a wrong PIN; until when it is locked by that, if it is.
    pub(super) async fn count_wrong_pin(
        &self,
        verification: &Verification,
    ) -> Result<Option<Timestamp>, ServiceError> {
        let action = Action::Verify {
            method: verification.asked(),
            purpose: verification.purpose,
            answer: Answer::WrongPin,
            guess: None,
        };
        let Verification { person, by, .. } = verification;
        let events = self.notices.commit(person, by, action, Vec::new()).await?;
        Ok(events.iter().find_map(|event| match &event.fact {
            Fact::Locked(fact) => Some(fact.until),
            _ => None,
        }))
    }

    /// Whether a response is right for a method, as far as that is found without hashing it. Nothing is
    /// counted, and nothing used up.
    pub(super) fn fits(
        &self,
        verification: &Verification,
        id: MethodId,
        response: &Response,
    ) -> Result<bool, ServiceError> {
        let state = self.core.state();
        let user = state.user(verification.person.id);
        let method = user.and_then(|user| user.method(id));
        let method = method.ok_or(Refusal::UnknownMethod)?;
        let verifier = self.verifier(&verification.person, method, Some(verification))?;
        Ok(!verifier.takes_hashing(response)?
            && verifier.check(response, self.core.now())? != Answer::Wrong)
    }

    /// What checks the response that a method is given in a session, or without one.
    fn verifier(
        &self,
        person: &Person,
        method: &Method,
        session: Option<&Verification>,
    ) -> Result<Box<dyn Verifier>, ServiceError> {
        let core = &self.core;
        let kind = methods::of(method.kind());
        let turn = session.map_or_else(
            || core.turn(person.account.name.as_str()),
            Verification::turn,
        );
        // The language does not matter to what is right.
        let mut open = OpenMethod::open(core, method, Posed::of(core, turn, ""))?;
        if kind.form() == Form::Assertion {
            let challenge = session.map(|session| &session.key_challenge);
            let challenge = challenge.ok_or(ServiceError::WrongAssertion)?;
            open.asking = Some(challenge.take(core, person)?);
        }
        let sent = session.and_then(|session| session.sending.code_for(Some(method.id())));
        open.request = session.and_then(|session| session.requests.to(method.id()));
        let state = core.state();
        kind.verifier(open, &state.policy().rules, sent)
    }

    fn outcome(
        &self,
        person: &Person,
        method: &Method,
        events: &[Event],
    ) -> Result<Proven, ServiceError> {
        let mut failure = None;
        for event in events {
            match &event.fact {
                Fact::VerificationSucceeded(fact) => {
                    let state = self.core.state();
                    let after = state
                        .user(person.id)
                        .and_then(|user| user.method(fact.method));
                    return Ok(Proven {
                        method: fact.method,
                        kind: method.kind(),
                        strength: fact.strength,
                        time: event.time,
                        remaining: (method.kind() == Kind::RecoveryCodes)
                            .then(|| after.map_or(0, Method::remaining)),
                    });
                }
                Fact::VerificationFailed(fact) if fact.failure == Failure::UsedCode => {
                    let state = self.core.state();
                    let used = method.used(&state.policy().rules, event.time);
                    failure = Some(used.into());
                }
                Fact::VerificationFailed(fact) => failure = Some(refused(fact.failure)),
                Fact::Locked(fact) => failure = Some(ServiceError::NowLocked { until: fact.until }),
                _ => {}
            }
        }
        // Anything but the event of a success is no success.
        Err(failure.unwrap_or(ServiceError::WrongCode))
    }

    /// The methods that can answer, in the order in which they are asked.
    pub(super) fn candidates(
        &self,
        person: &Person,
        by: &Requester,
        purpose: Purpose,
        forms: Forms,
    ) -> Result<Vec<Method>, ServiceError> {
        let state = self.core.state();
        let Some(user) = state.user(person.id) else {
            return Ok(Vec::new());
        };
        let policy = self.core.effective_policy(person, by.service.as_ref())?;
        let wait = state.policy().rules.deletion_wait;
        Ok(user
            .candidates(purpose, &policy, wait, self.core.now())
            .into_iter()
            .filter(|method| forms.contains(methods::of(method.kind()).form()))
            .cloned()
            .collect())
    }

    pub(super) fn candidates_of(
        &self,
        verification: &Verification,
    ) -> Result<Vec<Method>, ServiceError> {
        self.candidates(
            &verification.person,
            &verification.by,
            verification.purpose,
            verification.forms,
        )
    }

    /// Sends a code of the method that is asked now, in place of any before it.
    pub async fn send_code(&self, session: &Session<Verification>) -> Result<Sent, ServiceError> {
        let turn = session.turn().await;
        self.sessions
            .get(session.id())
            .ok_or(ServiceError::SessionExpired)?;
        let verification = session.subject();
        let (kind, hint) = self.send_code_of(verification).await?;
        drop(turn);
        self.codes
            .wait_for_news(&verification.sending, kind, hint)
            .await
    }

    /// Sends a code without waiting for news; the kind of the method, and the destination, masked.
    pub(super) async fn send_code_of(
        &self,
        verification: &Verification,
    ) -> Result<(Kind, String), ServiceError> {
        let state = self.core.state();
        let asked = verification.asked();
        let method = state
            .user(verification.person.id)
            .and_then(|user| user.method(asked))
            .ok_or(Refusal::UnknownMethod)?;
        let kind = method.kind();
        let payload = MethodPayload::open(&self.core, method)?;
        let (destination, language) =
            Destination::of(method.credential(), payload).ok_or(Refusal::NothingToSend(kind))?;
        let purpose = verification.purpose();
        self.codes
            .send(CodeDelivery {
                person: &verification.person,
                by: &verification.by,
                sending: &verification.sending,
                kind,
                destination: &destination,
                recipient: Recipient::Method {
                    method: asked,
                    purpose,
                },
                purpose: match purpose {
                    Purpose::SignIn => MessagePurpose::SignIn,
                    Purpose::PasswordReset => MessagePurpose::PasswordReset,
                },
                origin: &verification.origin,
                language: self.codes.language(&[&verification.language, &language]),
            })
            .await?;
        Ok((kind, destination.hint()))
    }
}

/// One of these methods.
fn candidate_of(candidates: &[Method], id: MethodId) -> Result<&Method, Refusal> {
    let mut candidates = candidates.iter();
    candidates
        .find(|method| method.id() == id)
        .ok_or(Refusal::UnknownMethod)
}

/// These methods as they are listed. One that does not open is left out: its user has the others.
fn readable(
    core: &Core,
    methods: &[Method],
) -> impl Iterator<Item = Result<Candidate, ServiceError>> {
    let opened = methods
        .iter()
        .map(move |method| (method.id(), candidate(core, method)));
    opened.filter_map(|(method, candidate)| match candidate {
        Err(ServiceError::Internal(error)) => {
            tracing::error!(%method, %error, "a method cannot be asked, because it does not open");
            None
        }
        candidate => Some(candidate),
    })
}

/// A method as it is listed.
fn candidate(core: &Core, method: &Method) -> Result<Candidate, ServiceError> {
    // Nothing is asked yet.
    let posed = Posed::of(core, Turn::default(), "");
    let (label, open) = OpenMethod::open_with_label(core, method, posed)?;
    let state = core.state();
    Ok(Candidate {
        method: method.id(),
        kind: method.kind(),
        label: label.as_str().to_owned(),
        hint: methods::of(method.kind()).hint(&open),
        digits: digits(open, &state.policy().rules)?,
    })
}

/// What a caller is told of an answer that was not accepted.
const fn refused(failure: Failure) -> ServiceError {
    match failure {
        Failure::WrongCode | Failure::UsedCode => ServiceError::WrongCode,
        Failure::WrongAssertion => ServiceError::WrongAssertion,
        // That a PIN was wrong is told where it was typed.
        Failure::UserVerificationMissing | Failure::WrongPin => {
            ServiceError::UserVerificationMissing
        }
        Failure::CounterNotIncreased => ServiceError::CounterNotIncreased,
    }
}
