//! Requests to approve on the phone, and what phones answer.

use super::Case;
use crate::command::Authority;
use crate::event::{
    ApprovalAnswer, ApprovalAnswered, ApprovalRequested, Credential, Fact, Failure,
};
use crate::kind::Accepted;
use crate::state::{Approval, ApprovalStatus, Expense, Method, NotNow};
use crate::{ApprovalId, Kind, MethodId, Purpose, Refusal};

impl Case<'_> {
    /// A request is in the log before it leaves.
    pub(super) fn request_approval(
        &self,
        approval: ApprovalId,
        method: Option<MethodId>,
        purpose: Purpose,
        replaces: Option<ApprovalId>,
    ) -> Result<Vec<Fact>, Refusal> {
        match method {
            None => {
                self.may_enroll(Kind::Push)?;
                self.may_spend(Expense::Change)?;
            }
            Some(method) => {
                let known = self.method(method)?;
                if known.kind() != Kind::Push {
                    return Err(Refusal::NothingToApprove(known.kind()));
                }
                self.may_verify(known, purpose)?;
            }
        }
        let rules = &self.state.policy().rules.push;
        let (now, from) = (self.context.now, self.from());
        self.user
            .approvals()
            .may_ask((purpose, from), replaces, rules, now)
            .map_err(|why| match why {
                NotNow::Wait(until) => Refusal::ApprovalOpen { until },
                NotNow::Paused(until) => Refusal::PushPaused { until },
                NotNow::Unanswered(until) => Refusal::PushUnanswered { until },
            })?;
        Ok(vec![
            ApprovalRequested {
                approval,
                method,
                purpose,
                from,
                expires: now.plus(rules.life),
            }
            .into(),
        ])
    }

    /// An answer counts once, while its request is open. The daemon alone takes answers, from phones whose
    /// signatures it has checked.
    pub(super) fn answer_approval(
        &self,
        approval: ApprovalId,
        answer: ApprovalAnswer,
    ) -> Result<Vec<Fact>, Refusal> {
        if self.context.authority != Authority::System {
            return Err(Refusal::AdministratorNeeded);
        }
        let open = self
            .lasting(approval)
            .filter(|open| open.status == ApprovalStatus::Open)
            .ok_or(Refusal::ApprovalGone)?;
        let now = self.context.now;
        let approvals = self.user.approvals();
        // The test of a phone that is being added may reach the phone of another, who pauses nothing by it.
        let pauses = answer == ApprovalAnswer::NotMe && open.method.is_some();
        let paused_until = pauses.then(|| approvals.next_pause(open.purpose, now));
        let answered = ApprovalAnswered {
            approval,
            answer,
            paused_until,
        };
        // A thief who has the phone and does not see the prompt guesses a number.
        let method = open.method.and_then(|method| self.user.method(method));
        let guessed = method.filter(|_| answer == ApprovalAnswer::WrongNumber);
        let failure = guessed
            .map(|method| self.failure(method, open.purpose, Failure::WrongCode, None))
            .unwrap_or_default();
        Ok(std::iter::once(answered.into()).chain(failure).collect())
    }

    /// What the code is accepted as that a phone shows after this request was accepted on it.
    pub(super) fn approved(
        &self,
        method: &Method,
        purpose: Purpose,
        approval: ApprovalId,
    ) -> Result<Accepted, Refusal> {
        self.is_approved(approval, Some(method.id()), purpose)
            .then_some(Accepted::Approval(approval))
            .ok_or(Refusal::ApprovalGone)
    }

    /// Whether the approval of this request proves what is being enrolled.
    pub(super) fn approves_enrollment(&self, credential: &Credential) -> Result<(), Refusal> {
        match credential.approved_by() {
            Some(approval) if !self.is_approved(approval, None, Purpose::SignIn) => {
                Err(Refusal::ApprovalGone)
            }
            _ => Ok(()),
        }
    }

    fn is_approved(
        &self,
        approval: ApprovalId,
        method: Option<MethodId>,
        purpose: Purpose,
    ) -> bool {
        self.lasting(approval).is_some_and(|known| {
            known.method == method
                && known.purpose == purpose
                && known.status == ApprovalStatus::Accepted
        })
    }

    fn lasting(&self, approval: ApprovalId) -> Option<&Approval> {
        let now = self.context.now;
        self.user
            .approvals()
            .get(approval)
            .filter(|known| known.requested <= now && now < known.expires)
    }
}
