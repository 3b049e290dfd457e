//! Deleting methods: at once, or after a waiting time that gives the user time to notice.

use super::Case;
use crate::MethodId;
use crate::Refusal;
use crate::command::Authority;
use crate::event::{DeletionCancelled, DeletionReason, DeletionScheduled, Fact, MethodDeleted};
use crate::policy::EffectivePolicy;
use crate::state::Method;

impl Case<'_> {
    pub(super) fn delete(&self, method: MethodId) -> Result<Vec<Fact>, Refusal> {
        let known = self.method(method)?;
        let proof = self.require_fresh_proof()?;
        if self.is_required(known) && self.context.authority == Authority::Own {
            return Err(Refusal::LastMethod);
        }
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
        Ok(vec![DeletionCancelled { method }.into()])
    }

    /// What is due by now. A deletion that policy has come to forbid in the meantime is called off.
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

    /// The deletion itself, and where the default goes.
    pub(super) fn deleted(&self, method: &Method, reason: DeletionReason) -> Vec<Fact> {
        let deleted = MethodDeleted {
            method: method.id(),
            reason,
        }
        .into();
        std::iter::once(deleted)
            .chain(self.default_after_deleting(method.id()))
            .collect()
    }

    /// Whether policy would be short of a method without this one: everywhere, or at the service
    /// that is used. Both are asked, since a service that allows fewer kinds must not open a way to
    /// delete what counts elsewhere.
    fn is_required(&self, method: &Method) -> bool {
        let short = |policy: &EffectivePolicy, required: u8| {
            let counts = policy.counts(method.kind());
            let itself = usize::from(counts && method.deletion_due().is_none());
            let others = self.user.counting_methods(policy) - itself;
            counts && others < usize::from(required)
        };
        short(&self.everywhere, self.everywhere.required)
            || short(&self.policy, self.policy.required)
            || self.lets_in_with_a_method_only(short)
    }

    /// Whether a service that lets the user in with a method only would be short of one.
    fn lets_in_with_a_method_only(&self, short: impl Fn(&EffectivePolicy, u8) -> bool) -> bool {
        let policy = self.state.policy();
        let named = policy.services.iter().map(|(name, _)| Some(name));
        std::iter::once(None).chain(named).any(|service| {
            self.requires_one(&policy.sign_in(service))
                && short(&policy.effective(&self.context.groups, service), 1)
        })
    }
}
