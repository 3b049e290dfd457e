//! Password resets: which gates a user has to pass, and what follows once they have.

use super::{Case, introduced};
use crate::command::{Authority, Context, PasswordOutcome};
use crate::event::{
    Fact, Gate, PasswordReset, PasswordResetFailed, PasswordResetLocked, PasswordResetRequested,
    Unlocked,
};
use crate::policy::{Gates, ResetRules};
use crate::state::{Expense, Method, PassedGate, Resets, State, distinct_gates};
use crate::{Kind, MethodId, Purpose, Refusal, Seconds, TicketId, UserId};

/// How long the helper may take for one ticket. Another is given out only after that, so that two
/// passwords are not set at once.
const TICKET_TIME: Seconds = Seconds::new(120);

/// The most tickets of one user of which it may be unknown whether the password was set.
const MOST_OPEN: usize = 4;

/// What a reset asks of its user now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetOutlook {
    /// How many gates are still to be passed; 0 when a new password can be set.
    pub missing: u8,
    /// The methods that can be the next gate, in the order in which they are offered. None when no
    /// gate is missing.
    pub methods: Vec<MethodId>,
    /// Whether the user's methods are locked by wrong codes, so that unlocking them may be all that is
    /// needed.
    pub is_locked: bool,
}

/// What the reset in this session asks of its user now.
///
/// Nothing of this may be told to those who have not passed a gate: see [`ResetRules`].
///
/// # Errors
///
/// Why the user cannot reset the password.
pub fn reset_outlook(
    state: &State,
    user: UserId,
    context: &Context,
) -> Result<ResetOutlook, Refusal> {
    let introduced = introduced(state, context);
    Case::new(&introduced, user, context)?.reset()
}

/// How many methods the user lacks for a reset, whatever is locked now; 0 where there is no reset. One method
/// may count for none, because nothing can be asked for it any more. None while the account is locked.
///
/// # Errors
///
/// [`Refusal::UnknownUser`] when the user is neither known nor introduced.
pub fn lacking_for_reset(
    state: &State,
    user: UserId,
    context: &Context,
    unaskable: Option<MethodId>,
) -> Result<u8, Refusal> {
    let introduced = introduced(state, context);
    let case = Case::new(&introduced, user, context)?;
    if !case.reset_rules().enabled || case.user.account_locked().is_some() {
        return Ok(0);
    }
    let mut methods = case.gate_methods();
    methods.retain(|method| Some(method.id()) != unaskable);
    let lacking = case
        .gates_needed(&[])
        .saturating_sub(case.distinct(&methods));
    Ok(lacking.max(u8::from(only_knowledge(&methods))))
}

impl Case<'_> {
    fn reset_rules(&self) -> &ResetRules {
        &self.state.policy().rules.reset
    }

    fn resets(&self) -> &Resets {
        self.user.resets()
    }

    pub(super) fn is_administrator(&self) -> bool {
        let groups = self.context.groups.as_deref();
        self.reset_rules().is_administrator(groups)
    }

    /// The gates that were passed in this session.
    fn passed(&self) -> Vec<PassedGate> {
        let life = self.reset_rules().life;
        self.resets()
            .passed(self.context.session, life, self.context.now)
    }

    /// How many gates a reset in which these were passed takes.
    fn gates_needed(&self, passed: &[PassedGate]) -> u8 {
        let by_knowledge = passed.iter().any(|gate| gate.gate.kind.is_knowledge());
        if by_knowledge || self.is_administrator() {
            Gates::Two.count()
        } else {
            self.everywhere.reset_gates.count()
        }
    }

    /// The methods that are gates for this user.
    fn gate_methods(&self) -> Vec<&Method> {
        let wait = self.state.policy().rules.deletion_wait;
        let purpose = Purpose::PasswordReset;
        let mut methods = self
            .user
            .candidates(purpose, &self.policy, wait, self.context.now);
        // The conversation of a reset has prompts, and nothing else.
        methods.retain(|method| self.is_gate(method.kind()) && method.kind().is_typed());
        methods
    }

    /// Whether a method of this kind is a gate for this user, so far as it depends on who they are.
    fn is_gate(&self, kind: Kind) -> bool {
        !(kind.is_knowledge() && self.is_administrator())
    }

    fn as_gate(&self, method: &Method) -> PassedGate {
        PassedGate::of(method, self.context.session, self.context.now)
    }

    /// How many gates these methods are, each destination once.
    fn distinct(&self, methods: &[&Method]) -> u8 {
        let gates = methods.iter().map(|method| self.as_gate(method));
        count(&distinct_gates(gates))
    }

    fn reset(&self) -> Result<ResetOutlook, Refusal> {
        let (rules, now) = (self.reset_rules(), self.context.now);
        if !rules.enabled {
            return Err(Refusal::ResetOff);
        }
        if let Some(until) = self.resets().full_until(rules.of_user, now) {
            return Err(Refusal::TooOften { until });
        }
        // As for a user without methods: the caller learns nothing.
        if self.user.account_locked().is_some() {
            return Err(Refusal::TooFewMethods);
        }
        let passed = self.passed();
        let missing = self.gates_needed(&passed).saturating_sub(count(&passed));
        let is_locked = self
            .user
            .methods()
            .iter()
            .any(|method| method.locked_at(now).is_some());
        let mut methods = Vec::new();
        if missing > 0 {
            if let Some(until) = self.resets().locked_at(now) {
                return Err(Refusal::ResetLocked { until });
            }
            methods = self.gate_methods();
            methods.retain(|method| {
                let kind = method.kind();
                method.locked_at(now).is_none()
                    && self.resets().kind_locked_at(kind, now).is_none()
                    && !passed
                        .iter()
                        .any(|gate| gate.is_same_as(&self.as_gate(method)))
            });
            let too_weak = passed.is_empty() && only_knowledge(&methods);
            if too_weak || self.distinct(&methods) < missing {
                return Err(Refusal::TooFewMethods);
            }
        }
        Ok(ResetOutlook {
            missing,
            methods: methods.into_iter().map(Method::id).collect(),
            is_locked,
        })
    }

    /// Whether an answer at a gate of this kind is looked at.
    pub(super) fn may_try_gate(&self, kind: Kind) -> Result<(), Refusal> {
        if !self.is_gate(kind) {
            return Err(Refusal::NotForAdministrators(kind));
        }
        let (resets, now) = (self.resets(), self.context.now);
        let locked = resets.locked_at(now).max(resets.kind_locked_at(kind, now));
        locked.map_or(Ok(()), |until| Err(Refusal::ResetLocked { until }))
    }

    /// The lock of resets that one more wrong answer at a gate leads to.
    pub(super) fn lock_of_reset(&self, kind: Kind) -> Option<Fact> {
        let (rules, now) = (self.reset_rules(), self.context.now);
        let until = now.plus(rules.lock);
        let lock = |kind| PasswordResetLocked { kind, until }.into();
        if self.resets().fills(rules.failures, None, now) {
            Some(lock(None))
        } else if self.resets().fills(rules.failures_of_kind, Some(kind), now) {
            Some(lock(Some(kind)))
        } else {
            None
        }
    }

    /// The gates of this session, if they are as many as it takes.
    fn all_gates(&self) -> Result<Vec<Gate>, Refusal> {
        if self.reset()?.missing > 0 {
            return Err(Refusal::GatesMissing);
        }
        Ok(self.passed().iter().map(|passed| passed.gate).collect())
    }

    pub(super) fn request_password(&self, ticket: TicketId) -> Result<Vec<Fact>, Refusal> {
        let gates = self.all_gates()?;
        let now = self.context.now;
        let open = self.state.open_tickets().map(|(_, open)| open);
        let open: Vec<_> = open.filter(|open| open.user == self.id).collect();
        let under_way = open
            .iter()
            .any(|open| now.is_within(TICKET_TIME, open.time));
        if open.len() >= MOST_OPEN || under_way {
            return Err(Refusal::ResetUnderWay);
        }
        self.may_spend(Expense::Verification)?;
        Ok(vec![
            PasswordResetRequested {
                ticket,
                session: self.context.session,
                gates,
            }
            .into(),
        ])
    }

    /// Records once what became of a ticket.
    pub(super) fn record_password(
        &self,
        ticket: TicketId,
        outcome: PasswordOutcome,
    ) -> Result<Vec<Fact>, Refusal> {
        if self.context.authority != Authority::System {
            return Err(Refusal::AdministratorNeeded);
        }
        let open = self.state.open_ticket(ticket);
        let open = open.filter(|open| open.user == self.id);
        let open = open.ok_or(Refusal::UnknownTicket)?;
        Ok(vec![match outcome {
            PasswordOutcome::Set => PasswordReset {
                ticket,
                gates: open.gates.clone(),
            }
            .into(),
            PasswordOutcome::Failed(reason) => PasswordResetFailed { ticket, reason }.into(),
        }])
    }

    pub(super) fn unlock_by_reset(&self) -> Result<Vec<Fact>, Refusal> {
        let gates = self.all_gates()?;
        self.may_spend(Expense::Verification)?;
        Ok(vec![Unlocked { gates }.into()])
    }
}

/// Whether these methods are none that is enough without another.
fn only_knowledge(methods: &[&Method]) -> bool {
    methods.iter().all(|method| method.kind().is_knowledge())
}

fn count<T>(gates: &[T]) -> u8 {
    u8::try_from(gates.len()).unwrap_or(u8::MAX)
}
