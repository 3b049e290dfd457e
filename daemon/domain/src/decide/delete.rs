//! Deleting methods: at once, or after a waiting time that gives the user time to notice.

use super::Case;
use crate::MethodId;
use crate::Refusal;
use crate::command::Authority;
use crate::event::{DeletionCancelled, DeletionReason, DeletionScheduled, Fact, MethodDeleted};
use crate::policy::EffectivePolicy;
use crate::state::{Expense, Method};

impl Case<'_> {
    pub(super) fn delete(&self, method: MethodId) -> Result<Vec<Fact>, Refusal> {
        let known = self.method(method)?;
        let proof = self.require_fresh_proof_for(known.kind())?;
        if self.is_required(known) && self.context.authority == Authority::Own {
            return Err(Refusal::LastMethod);
        }
        self.may_spend(Expense::Verification)?;
        match (self.context.authority, proof) {
            (Authority::Administrator | Authority::System, _) => {
                Ok(self.deleted(known, DeletionReason::Administrator))
            }
            (Authority::Own, Some(strength)) if strength < self.protection(known) => {
                if known.deletion_due().is_some() {
                    return Ok(Vec::new());
                }
                let due = self
                    .context
                    .now
                    .plus(self.state.policy().rules.deletion_wait);
                Ok(vec![DeletionScheduled { method, due }.into()])
            }
            (Authority::Own, _) => Ok(self.deleted(known, DeletionReason::Requested)),
        }
    }

    pub(super) fn cancel_deletion(&self, method: MethodId) -> Result<Vec<Fact>, Refusal> {
        self.method(method)?
            .deletion_due()
            .ok_or(Refusal::NothingScheduled)?;
        self.may_spend(Expense::Verification)?;
        Ok(vec![DeletionCancelled { method }.into()])
    }

    /// Carries out what is due by now. A deletion that policy forbids by now is cancelled.
    pub(super) fn carry_out_due(&self) -> Vec<Fact> {
        let now = self.context.now;
        let due =
            self.user
                .methods()
                .iter()
                .find_map(|method| match method.credential().expires() {
                    Some(expires) if expires <= now => Some((method, DeletionReason::Expired)),
                    _ if method.deletion_due().is_some_and(|due| due <= now) => {
                        Some((method, DeletionReason::WaitingOver))
                    }
                    _ => None,
                });
        match due {
            Some((method, DeletionReason::WaitingOver)) if self.is_required(method) => {
                vec![
                    DeletionCancelled {
                        method: method.id(),
                    }
                    .into(),
                ]
            }
            Some((method, reason)) => self.deleted(method, reason),
            None => Vec::new(),
        }
    }

    /// The deletion and the change of the default that follows from it.
    pub(super) fn deleted(&self, method: &Method, reason: DeletionReason) -> Vec<Fact> {
        std::iter::once(self.deletion(method.id(), reason))
            .chain(self.default_after_deleting(method.id()))
            .collect()
    }

    pub(super) fn deletion(&self, method: MethodId, reason: DeletionReason) -> Fact {
        let own = self.context.authority == Authority::Own;
        MethodDeleted {
            method,
            reason,
            session: own.then_some(self.context.session),
        }
        .into()
    }

    /// Whether the user would have too few methods without this one: by the policy for all services,
    /// or by that of the service in use. Both are checked, since a service that allows fewer kinds must
    /// not open a way to delete what counts elsewhere.
    fn is_required(&self, method: &Method) -> bool {
        let short = |policy: &EffectivePolicy, required: u8| {
            let counts = method.counts(policy);
            let itself = usize::from(counts && method.deletion_due().is_none());
            let others = self.user.counting_methods(policy) - itself;
            counts && others < usize::from(required)
        };
        short(&self.everywhere, self.everywhere.required)
            || short(&self.policy, self.policy.required)
            || self.is_required_by_a_service(short)
    }

    /// Whether there would be no method for a service that lets the user in only with one.
    fn is_required_by_a_service(&self, short: impl Fn(&EffectivePolicy, u8) -> bool) -> bool {
        let policy = self.state.policy();
        let named = policy.services.iter().map(|(name, _)| Some(name));
        std::iter::once(None).chain(named).any(|service| {
            self.requires_one(&policy.sign_in(service))
                && short(&policy.effective(self.context.groups(), service), 1)
        })
    }
}
