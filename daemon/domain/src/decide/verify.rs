//! Verifying a user: accepting an answer is appending the event that uses it up.

use super::Case;
use crate::command::Context;
use crate::event::{
    DeletionReason, Fact, Familiarity, Locked, VerificationFailed, VerificationSucceeded,
};
use crate::kind::{
    Accepted, Answer, CounterRule, Failure, Judgement, MOST_WRONG_PINS, SshKeys, WRONG_PINS_COUNT,
};
use crate::state::{Expense, FailuresSince, Method, State};
use crate::{GuessTag, MethodId, Purpose, Refusal, UserId};

/// Whether an answer for this method would be heard now. Asked before the answer is looked at, so
/// that a refused attempt costs no hashing.
///
/// # Errors
///
/// The refusal that verifying would meet with any answer.
pub fn verification_outlook(
    state: &State,
    user: UserId,
    context: &Context,
    method: MethodId,
    purpose: Purpose,
) -> Result<(), Refusal> {
    let case = Case::new(state, user, context)?;
    case.may_verify(case.method(method)?, purpose)
}

impl Case<'_> {
    pub(super) fn verify(
        &self,
        method: MethodId,
        purpose: Purpose,
        answer: Answer,
        guess: Option<GuessTag>,
    ) -> Result<Vec<Fact>, Refusal> {
        let known = self.method(method)?;
        self.may_verify(known, purpose)?;
        let accepted = match known.credential().judge(answer) {
            Judgement::Accepted(accepted) => accepted,
            Judgement::Approval(approval) => self.approved(known, purpose, approval)?,
            Judgement::SentCode(message) => self.sent_code(known, purpose, message)?,
            Judgement::MayBeCopied(accepted) => {
                match self.state.policy().rules.security_key.sign_count {
                    CounterRule::Warn => accepted,
                    CounterRule::Refuse => {
                        let failure = Failure::CounterNotIncreased;
                        return Ok(self.failure(known, purpose, failure, None));
                    }
                }
            }
            Judgement::OverSsh => self.over_ssh(known, purpose)?,
            Judgement::Failed(failure) => {
                let guess = guess.filter(|_| failure == Failure::WrongCode);
                if guess.is_some_and(|guess| self.user.has_seen(guess, self.from())) {
                    return Err(Refusal::WrongAgain);
                }
                return Ok(self.failure(known, purpose, failure, guess));
            }
            Judgement::DoesNotFit => return Err(Refusal::AnswerDoesNotFit),
        };
        Ok(self.success(known, purpose, accepted))
    }

    /// What is accepted of a security key that has signed in to sshd. A copy of it would not be noticed there,
    /// so none counts that there may be a copy of.
    fn over_ssh(&self, method: &Method, purpose: Purpose) -> Result<Accepted, Refusal> {
        let rule = self.state.policy().rules.security_key.ssh;
        if rule == SshKeys::Off || purpose != Purpose::SignIn || method.may_be_copied() {
            return Err(Refusal::AnswerDoesNotFit);
        }
        Ok(Accepted::OverSsh)
    }

    pub(super) fn may_verify(&self, method: &Method, purpose: Purpose) -> Result<(), Refusal> {
        let kind = method.kind();
        if !kind.serves(purpose) {
            return Err(Refusal::NotForThisPurpose(kind, purpose));
        }
        if !self.policy.allows(kind, purpose) {
            return Err(Refusal::KindNotAllowed(kind));
        }
        self.may_unlock_by(method, purpose)?;
        if purpose == Purpose::PasswordReset {
            self.may_try_gate(kind)?;
        }
        if !self.policy.suffices_for(purpose, self.strength(method)) {
            return Err(Refusal::TooWeakHere(kind));
        }
        if let Some(begins) = method.credential().begins()
            && self.context.now < begins
        {
            return Err(Refusal::TooSoon { until: begins });
        }
        let expires = method.credential().expires();
        if expires.is_some_and(|expires| expires <= self.context.now) {
            return Err(Refusal::Expired);
        }
        if purpose != Purpose::PasswordReset {
            self.caller_may_attempt()?;
        }
        self.may_spend(Expense::Verification)?;
        let rules = &self.state.policy().rules.throttle;
        self.user
            .may_attempt(method, self.from(), rules, self.context.now)
    }

    fn success(&self, method: &Method, purpose: Purpose, accepted: Accepted) -> Vec<Fact> {
        let succeeded = VerificationSucceeded {
            method: method.id(),
            purpose,
            strength: self.strength(method),
            session: self.context.session,
            accepted,
            source: self.context.source,
            place: self.context.place.clone(),
        };
        let mut facts = vec![succeeded.into()];
        facts.extend(self.unlocked_by(method, purpose));
        if method.credential().is_for_one_use() {
            facts.extend(self.deleted(method, DeletionReason::UsedUp));
        }
        facts
    }

    /// From what kind of source the user is asked.
    pub(super) fn from(&self) -> Familiarity {
        self.user.familiarity(self.context.source, self.context.now)
    }

    pub(super) fn failure(
        &self,
        method: &Method,
        purpose: Purpose,
        failure: Failure,
        guess: Option<GuessTag>,
    ) -> Vec<Fact> {
        let failed = VerificationFailed {
            method: method.id(),
            purpose,
            failure,
            source: self.context.source,
            place: self.context.place.clone(),
            guess,
        };
        let lock_of_reset = match purpose {
            Purpose::SignIn => None,
            Purpose::PasswordReset => self.lock_of_reset(method.kind()),
        };
        let lock = match failure {
            Failure::WrongPin => self.lock_of_key(method),
            _ => self.lock(method),
        };
        std::iter::once(failed.into())
            .chain(lock)
            .chain(lock_of_reset)
            .collect()
    }

    /// The lock that one more wrong code leads to. The codes of all methods count together, so
    /// that going from method to method wins no further guesses, and so do those from all sources that
    /// are not the user's. What serves resets only is locked by the rules of these.
    fn lock(&self, method: &Method) -> Option<Fact> {
        let rules = &self.state.policy().rules.throttle;
        let from = self.from();
        let failures = self
            .user
            .failures_at(from, self.context.now, rules.forget_after)
            .saturating_add(1);
        if !method.kind().slows_sign_in() || failures < rules.lock_after {
            return None;
        }
        let lock = method.throttle(from).next_lock(rules);
        Some(
            Locked {
                method: method.id(),
                from,
                until: self.context.now.plus(lock),
            }
            .into(),
        )
    }

    /// The lock that one more wrong PIN of a security key leads to, for all sources: a person at the host who
    /// does not know the PIN must not spend the tries of the key.
    fn lock_of_key(&self, method: &Method) -> Option<Fact> {
        let now = self.context.now;
        let counted = FailuresSince::count(method.wrong_pins(), now, WRONG_PINS_COUNT);
        let locked = Locked {
            method: method.id(),
            from: self.from(),
            until: now.plus(WRONG_PINS_COUNT),
        };
        (counted.failures() >= MOST_WRONG_PINS).then(|| locked.into())
    }
}
