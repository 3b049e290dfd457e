//! Which method is the default, and why.

use super::{Case, after};
use crate::Refusal;
use crate::event::{DefaultChanged, DefaultReason, Event, Fact};
use crate::state::{Expense, State};
use crate::{Kind, MethodId};

impl Case<'_> {
    pub(super) fn set_default(&self, method: MethodId) -> Result<Vec<Fact>, Refusal> {
        let kind = self.method(method)?.kind();
        if !kind.can_be_default() {
            return Err(Refusal::NeverTheDefault(kind));
        }
        if !self.policy.allowed.contains(kind) {
            return Err(Refusal::KindNotAllowed(kind));
        }
        self.require_fresh_proof()?;
        if self
            .user
            .default_method()
            .is_some_and(|default| default.id() == method)
        {
            return Ok(Vec::new());
        }
        self.may_spend(Expense::Change)?;
        Ok(vec![
            DefaultChanged {
                method: Some(method),
                reason: DefaultReason::Chosen,
            }
            .into(),
        ])
    }

    /// Whether the policy allows the default, where there is one.
    fn has_allowed_default(&self) -> bool {
        let default = self.user.default_method();
        default.is_none_or(|method| self.everywhere.allowed.contains(method.kind()))
    }

    /// What a newly enrolled method does to the default.
    pub(super) fn default_after_enrolling(&self, method: MethodId, kind: Kind) -> Option<Fact> {
        let reason = match self.user.default_method() {
            _ if !kind.can_be_default() => return None,
            None => DefaultReason::First,
            Some(_) if kind.row().takes_over_default => DefaultReason::AppSetUp,
            Some(_) => return None,
        };
        Some(
            DefaultChanged {
                method: Some(method),
                reason,
            }
            .into(),
        )
    }

    /// What a deletion does to the default.
    pub(super) fn default_after_deleting(&self, method: MethodId) -> Option<Fact> {
        self.user
            .default_method()
            .filter(|default| default.id() == method)?;
        let allowed = self
            .user
            .strongest_default(Some(&self.everywhere), Some(method));
        let fallback = allowed.or_else(|| self.user.strongest_default(None, Some(method)));
        Some(
            DefaultChanged {
                method: fallback,
                reason: DefaultReason::Fallback,
            }
            .into(),
        )
    }
}

/// Whether the user has the same default, or none, after this event as before it.
const fn leaves_default(event: &Event) -> bool {
    !matches!(
        event.fact,
        Fact::DefaultChanged(_) | Fact::MethodDeleted(_) | Fact::UserErased(_)
    )
}

/// The change of default that policy asks for after these events: a default of a kind that is no
/// longer allowed is replaced by the strongest that is. A refinement for one service does not change
/// the default, which belongs to the user and not to the service.
pub(super) fn change_by_policy(before: &State, events: &[Event], case: &Case<'_>) -> Option<Event> {
    if case.has_allowed_default() && events.iter().all(leaves_default) {
        return None;
    }
    let after = after(before, events);
    let user = after.user(case.id)?;
    let policy = after.policy().effective(case.context.groups(), None);
    let default = user.default_method()?;
    if policy.allowed.contains(default.kind()) {
        return None;
    }
    let method = user.strongest_default(Some(&policy), None)?;
    Some(
        case.event(
            DefaultChanged {
                method: Some(method),
                reason: DefaultReason::Policy,
            }
            .into(),
        ),
    )
}
