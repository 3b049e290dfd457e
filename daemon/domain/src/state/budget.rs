//! What a user may still have appended to the log.
//!
//! Changes and verifications take from one budget, which fills again as time goes by. Changes stop
//! where their share is spent; verifications and deletions have as much again as theirs beyond it. All
//! that is kept is when the budget is whole again.

use crate::event::{DefaultReason, DeletionReason, Event, Fact, Who};
use crate::policy::{BudgetRules, Limit};
use crate::{Seconds, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// What the events of an action take from the budget of their user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expense {
    /// Something is added to security info.
    Change,
    /// A verification, or what protects the user: deletions and their cancelling.
    Verification,
}

/// The budget of one user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Budget {
    whole_at: Timestamp,
}

impl Expense {
    /// What this event takes from the budget of its user. Nothing where another account caused it,
    /// other than for what only the user's own sign-ins lead to, for which root may ask.
    pub(super) fn of(user: UserId, event: &Event) -> Option<Self> {
        let own = event.actor.who == Who::User(user);
        match &event.fact {
            Fact::VerificationSucceeded(_)
            | Fact::ApprovalRequested(_)
            | Fact::RememberedSignIn(_)
            | Fact::SetUpPostponed(_)
            | Fact::PasswordResetRequested(_) => Some(Self::Verification),
            Fact::Unlocked(fact) if !fact.gates.is_empty() => Some(Self::Verification),
            Fact::MethodDeleted(fact) if own && fact.reason == DeletionReason::Requested => {
                Some(Self::Verification)
            }
            Fact::DeletionScheduled(_)
            | Fact::DeletionCancelled(_)
            | Fact::TokenResynchronized(_)
                if own =>
            {
                Some(Self::Verification)
            }
            Fact::DefaultChanged(fact) if own && fact.reason == DefaultReason::Chosen => {
                Some(Self::Change)
            }
            Fact::MethodEnrolled(_)
            | Fact::MethodRenamed(_)
            | Fact::RecoveryCodesIssued(_)
            | Fact::ActivityReported(_)
                if own =>
            {
                Some(Self::Change)
            }
            _ => None,
        }
    }

    /// In milliseconds of filling.
    fn cost(self, rules: &BudgetRules) -> u64 {
        let limit = match self {
            Self::Change => rules.changes,
            Self::Verification => rules.verifications,
        };
        (millis(limit.within) / u64::from(limit.most.max(1))).max(1)
    }

    /// How much may be spent at once, in milliseconds of filling.
    fn share(self, rules: &BudgetRules) -> u64 {
        match self {
            Self::Change => millis(rules.changes.within),
            Self::Verification => whole(rules),
        }
    }
}

impl Budget {
    /// When there is enough for this expense, if not at `now`.
    pub(crate) fn refuses(
        self,
        expense: Expense,
        rules: &BudgetRules,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let spent = self.spent(rules, now) + expense.cost(rules);
        let over = spent.checked_sub(expense.share(rules) + 1)? + 1;
        Some(Timestamp::from_millis(now.as_millis().saturating_add(over)))
    }

    /// Takes this expense out.
    pub(super) fn spend(&mut self, expense: Expense, rules: &BudgetRules, now: Timestamp) {
        let spent = (self.spent(rules, now) + expense.cost(rules)).min(whole(rules));
        self.whole_at = Timestamp::from_millis(now.as_millis().saturating_add(spent));
    }

    /// What is spent at `now`, in milliseconds of filling. More than all of it was spent by a clock
    /// that was wrong once, or under another policy, and must not stop the user for years.
    fn spent(self, rules: &BudgetRules, now: Timestamp) -> u64 {
        let spent = self.whole_at.as_millis().saturating_sub(now.as_millis());
        if spent > whole(rules) { 0 } else { spent }
    }
}

fn whole(rules: &BudgetRules) -> u64 {
    let limits: [Limit; 2] = [rules.changes, rules.verifications];
    limits.iter().map(|limit| millis(limit.within)).sum()
}

fn millis(length: Seconds) -> u64 {
    u64::from(length.get()) * 1000
}
