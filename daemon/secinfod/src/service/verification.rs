//! Verifications: short-lived sessions in which a user proves a method.

use super::sending::{Sending, SentCode};
use super::session::Session;
use super::{Person, Requester, Service, ServiceError, now};
use crate::bus::SessionOwner;
use secinfo_domain::event::{Fact, Failure};
use secinfo_domain::state::Method;
use secinfo_domain::{
    Action, Answer, Event, Kind, MethodId, Purpose, Refusal, Strength, Timestamp,
    verification_outlook,
};
use std::sync::{Arc, Mutex};

/// The longest answer that is looked at, in bytes.
const LONGEST_CODE: usize = 128;

/// What a verification is about.
pub struct Verification {
    pub(super) person: Person,
    pub(super) by: Requester,
    pub(super) purpose: Purpose,
    pub(super) asked: Mutex<MethodId>,
    pub(super) sending: Sending,
    pub(super) origin: String,
    pub(super) language: String,
}

/// What a caller says of a verification beyond whom and what for.
#[derive(Default)]
pub struct Circumstances {
    /// The method to ask first.
    pub first: Option<MethodId>,
    /// From where the user asks, such as the address of a client, as messages say it.
    pub origin: String,
    /// The language that the user speaks: a locale or a BCP 47 tag.
    pub language: String,
}

/// What the user is asked for.
pub struct Challenge {
    /// The method.
    pub method: MethodId,
    /// Its kind.
    pub kind: Kind,
    /// What the user calls it.
    pub label: String,
    /// What it can be told from others by.
    pub hint: String,
    /// How many digits its codes have; 0 where they have none.
    pub digits: u8,
    /// Whether its code has to be sent first.
    pub delivered: bool,
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
}

impl Service {
    /// Begins to verify a user: by `first`, or by the method that is asked first.
    pub fn start_verification(
        &self,
        uid: u32,
        by: &Requester,
        owner: SessionOwner,
        purpose: Purpose,
        circumstances: Circumstances,
    ) -> Result<(Arc<Session<Verification>>, Challenge), ServiceError> {
        let person = self.person(uid)?;
        let candidates = self.candidates(&person, by, purpose)?;
        let asked = match circumstances.first {
            Some(id) => candidates
                .iter()
                .find(|method| method.id() == id)
                .ok_or(Refusal::UnknownMethod)?,
            None => candidates.first().ok_or(ServiceError::NoMethod)?,
        };
        let challenge = self.challenge(asked)?;
        let rules = self.state().policy().rules.session;
        let subject = Verification {
            person,
            by: by.clone(),
            purpose,
            asked: Mutex::new(asked.id()),
            sending: Sending::default(),
            origin: circumstances.origin,
            language: circumstances.language,
        };
        let session = self.verifications.open(
            subject,
            by.uid,
            owner,
            now(),
            rules.verification,
            rules.attempts,
        )?;
        Ok((session, challenge))
    }

    /// The methods that can answer a verification, the one asked now first.
    pub fn methods_to_verify(
        &self,
        verification: &Verification,
    ) -> Result<Vec<Challenge>, ServiceError> {
        let mut candidates =
            self.candidates(&verification.person, &verification.by, verification.purpose)?;
        let asked = verification.asked();
        candidates.sort_by_key(|method| method.id() != asked);
        candidates
            .iter()
            .map(|method| self.challenge(method))
            .collect()
    }

    /// Changes to another method.
    pub fn change_method(
        &self,
        verification: &Verification,
        to: MethodId,
    ) -> Result<Challenge, ServiceError> {
        let candidates =
            self.candidates(&verification.person, &verification.by, verification.purpose)?;
        let method = candidates
            .iter()
            .find(|method| method.id() == to)
            .ok_or(Refusal::UnknownMethod)?;
        let challenge = self.challenge(method)?;
        verification.ask(to);
        Ok(challenge)
    }

    /// Answers a verification. When this returns a proof, the code is used up on disk.
    pub async fn finish_verification(
        &self,
        session: &Session<Verification>,
        code: &str,
    ) -> Result<Proven, ServiceError> {
        let _turn = session.turn().await;
        self.verifications
            .get(session.id(), now())
            .ok_or(ServiceError::SessionExpired)?;
        let proven = self.answer_verification(session.subject(), code).await;
        match proven {
            Ok(_) => self.verifications.close(session.id()),
            Err(ServiceError::WrongCode | ServiceError::CodeAlreadyUsed)
                if session.count_wrong() =>
            {
                self.verifications.close(session.id());
                return Err(ServiceError::TooManyAttempts);
            }
            Err(_) => {}
        }
        proven
    }

    /// Verifies the user by the method that is asked now.
    pub(super) async fn answer_verification(
        &self,
        verification: &Verification,
        code: &str,
    ) -> Result<Proven, ServiceError> {
        self.verify_person(
            &verification.person,
            &verification.by,
            verification.purpose,
            verification.asked(),
            code,
            verification.sending.newest().as_deref(),
        )
        .await
    }

    /// Verifies a user in one step, without a session: by `method`, or by the method that is
    /// asked first.
    pub async fn verify(
        &self,
        uid: u32,
        by: &Requester,
        purpose: Purpose,
        method: Option<MethodId>,
        code: &str,
    ) -> Result<Proven, ServiceError> {
        let person = self.person(uid)?;
        let method = match method {
            Some(id) => id,
            None => self
                .candidates(&person, by, purpose)?
                .first()
                .ok_or(ServiceError::NoMethod)?
                .id(),
        };
        self.verify_person(&person, by, purpose, method, code, None)
            .await
    }

    async fn verify_person(
        &self,
        person: &Person,
        by: &Requester,
        purpose: Purpose,
        id: MethodId,
        code: &str,
        sent: Option<&SentCode>,
    ) -> Result<Proven, ServiceError> {
        let state = self.state();
        let user = Self::user_state(&state, person).ok_or(ServiceError::NoMethod)?;
        let method = user.method(id).ok_or(Refusal::UnknownMethod)?;
        let probe = self.command(
            person,
            by,
            Action::Verify {
                method: id,
                purpose,
                answer: Answer::Wrong,
            },
        )?;
        verification_outlook(&state, &probe.0, id, purpose)?;
        let answer = if code.len() > LONGEST_CODE {
            Answer::Wrong
        } else {
            self.answer(method, code, sent).await?
        };
        let events = self
            .commit(
                person,
                by,
                Action::Verify {
                    method: id,
                    purpose,
                    answer,
                },
                Vec::new(),
            )
            .await?;
        self.outcome(person, method, &events)
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
                    let state = self.state();
                    let after =
                        Self::user_state(&state, person).and_then(|user| user.method(fact.method));
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
                    failure = Some(ServiceError::CodeAlreadyUsed);
                }
                Fact::VerificationFailed(_) => failure = Some(ServiceError::WrongCode),
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
    ) -> Result<Vec<Method>, ServiceError> {
        let state = self.state();
        let Some(user) = Self::user_state(&state, person) else {
            return Ok(Vec::new());
        };
        let policy = self.effective_policy(person, by.service.as_ref())?;
        let wait = state.policy().rules.deletion_wait;
        Ok(user
            .candidates(purpose, &policy, wait, now())
            .into_iter()
            .cloned()
            .collect())
    }

    pub(super) fn challenge(&self, method: &Method) -> Result<Challenge, ServiceError> {
        let view = self.view(method, None)?;
        Ok(Challenge {
            method: view.id,
            kind: view.kind,
            label: view.label,
            hint: view.hint,
            digits: view.digits,
            delivered: view.kind.is_delivered(),
        })
    }
}
