//! Verifying a user: accepting an answer is appending the event that uses it up.

use super::Case;
use crate::Refusal;
use crate::command::{Answer, UserCommand};
use crate::event::{
    Accepted, Credential, DeletionReason, Fact, Failure, Locked, VerificationFailed,
    VerificationSucceeded,
};
use crate::state::{Method, State};
use crate::{MethodId, Purpose};

/// Whether an answer for this method would be heard now. Asked before the answer is looked at, so
/// that a refused attempt costs no hashing.
///
/// # Errors
///
/// The refusal that verifying would meet whatever the answer is.
pub fn verification_outlook(
    state: &State,
    command: &UserCommand,
    method: MethodId,
    purpose: Purpose,
) -> Result<(), Refusal> {
    let case = Case::new(state, command)?;
    case.may_verify(case.method(method)?, purpose)
}

impl Case<'_> {
    pub(super) fn verify(
        &self,
        method: MethodId,
        purpose: Purpose,
        answer: Answer,
    ) -> Result<Vec<Fact>, Refusal> {
        let known = self.method(method)?;
        self.may_verify(known, purpose)?;
        let judged = match answer {
            Answer::DeliveredCode(message) => Ok(self.delivered_code(known, message)?),
            answer => judge(known, answer)?,
        };
        match judged {
            Ok(accepted) => Ok(self.success(known, purpose, accepted)),
            Err(failure) => Ok(self.failure(known, purpose, failure)),
        }
    }

    pub(super) fn may_verify(&self, method: &Method, purpose: Purpose) -> Result<(), Refusal> {
        let kind = method.kind();
        if !kind.serves(purpose) {
            return Err(Refusal::NotForThisPurpose(kind, purpose));
        }
        if !self.policy.allowed.contains(kind) {
            return Err(Refusal::KindNotAllowed(kind));
        }
        if !self.policy.suffices_for(purpose, self.strength(method)) {
            return Err(Refusal::TooWeakHere(kind));
        }
        if let Credential::AccessPass { expires, .. } = *method.credential()
            && expires <= self.context.now
        {
            return Err(Refusal::Expired);
        }
        self.caller_may_attempt()?;
        let rules = &self.state.policy().rules.throttle;
        self.user.may_attempt(method, rules, self.context.now)
    }

    fn success(&self, method: &Method, purpose: Purpose, accepted: Accepted) -> Vec<Fact> {
        let succeeded = VerificationSucceeded {
            method: method.id(),
            purpose,
            strength: self.strength(method),
            session: self.context.session,
            accepted,
        };
        let mut facts = vec![succeeded.into()];
        if matches!(
            method.credential(),
            Credential::AccessPass { once: true, .. }
        ) {
            facts.extend(self.deleted(method, DeletionReason::UsedUp));
        }
        facts
    }

    fn failure(&self, method: &Method, purpose: Purpose, failure: Failure) -> Vec<Fact> {
        let failed = VerificationFailed {
            method: method.id(),
            purpose,
            failure,
        };
        std::iter::once(failed.into())
            .chain(self.lock(method))
            .collect()
    }

    /// The lock that one more wrong code leads to. The codes of all methods count together, so
    /// that going from method to method wins no further guesses.
    fn lock(&self, method: &Method) -> Option<Fact> {
        let rules = &self.state.policy().rules.throttle;
        let failures = self
            .user
            .failures_at(self.context.now, rules.forget_after)
            .saturating_add(1);
        if !method.kind().can_be_guessed() || failures < rules.lock_after {
            return None;
        }
        let until = self.context.now.plus(method.throttle().next_lock(rules));
        Some(
            Locked {
                method: method.id(),
                until,
            }
            .into(),
        )
    }
}

/// Whether an answer is accepted by what the method still accepts.
fn judge(method: &Method, answer: Answer) -> Result<Result<Accepted, Failure>, Refusal> {
    let once = |unused: bool, accepted| {
        if unused {
            Ok(accepted)
        } else {
            Err(Failure::UsedCode)
        }
    };
    Ok(match (method.credential(), answer) {
        (_, Answer::Wrong) => Err(Failure::WrongCode),
        (
            Credential::AuthenticatorApp { last_step, .. }
            | Credential::TimeToken { last_step, .. },
            Answer::TimeStep(step),
        ) => once(step > *last_step, Accepted::TimeStep(step)),
        (Credential::CounterToken { next, .. }, Answer::Counter(counter)) => {
            // The very last counter has none after it that could mark it as used.
            once(
                counter >= *next && counter.next().is_some(),
                Accepted::Counter(counter),
            )
        }
        (Credential::RecoveryCodes { unused }, Answer::RecoveryCode(number)) => {
            let bit = 1_u16.checked_shl(u32::from(number)).unwrap_or(0);
            once(unused & bit != 0, Accepted::RecoveryCode(number))
        }
        (Credential::AccessPass { .. }, Answer::AccessPass) => Ok(Accepted::AccessPass),
        _ => return Err(Refusal::AnswerDoesNotFit),
    })
}
