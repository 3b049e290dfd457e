//! Locking an account, for a user who fears that somebody else is in it, and unlocking it again.

use super::Case;
use crate::command::{Action, Authority};
use crate::event::{AccountLocked, AccountUnlocked, DeletionCancelled, Fact};
use crate::state::Method;
use crate::{Purpose, Refusal};

impl Case<'_> {
    /// No proof is asked of a user who locks their own account: one who is afraid must be able to. A lock
    /// takes nothing of the budget, because the next one takes an unlocking, which does. Deletions that
    /// wait are cancelled, or the method could be gone meanwhile that unlocks.
    pub(super) fn lock_account(&self) -> Result<Vec<Fact>, Refusal> {
        let may = match self.context.authority {
            Authority::Own => self.context.on_self,
            Authority::Administrator => true,
            Authority::System => false,
        };
        if !may {
            return Err(Refusal::AdministratorNeeded);
        }
        if self.user.account_locked().is_some() {
            return Ok(Vec::new());
        }
        let methods = self.user.methods().iter();
        let waiting = methods.filter(|method| method.deletion_due().is_some());
        let cancelled = waiting.map(|method| {
            let method = method.id();
            DeletionCancelled { method }.into()
        });
        Ok(std::iter::once(AccountLocked {}.into())
            .chain(cancelled)
            .collect())
    }

    /// Refuses what is done by the user's own right while the account is locked, but for the proof that
    /// unlocks it, and what only records how something ended that had begun.
    pub(super) fn expect_unlocked_for(&self, action: &Action) -> Result<(), Refusal> {
        if self.context.authority != Authority::Own || self.user.account_locked().is_none() {
            return Ok(());
        }
        match action {
            // Each of them asks whether the method may be verified.
            Action::Verify { .. }
            | Action::RequestCode { .. }
            | Action::RequestApproval { .. }
            | Action::RecordDelivery { .. }
            | Action::ReportActivity { .. }
            | Action::LockAccount => Ok(()),
            _ => Err(Refusal::AccountLocked),
        }
    }

    /// Whether the account lets this method be verified: where it is locked, at a sign-in only, and only what
    /// unlocks it.
    pub(super) fn may_unlock_by(&self, method: &Method, purpose: Purpose) -> Result<(), Refusal> {
        let wait = self.state.policy().rules.deletion_wait;
        let needed = self.user.unlocked_by(&self.policy, wait, self.context.now);
        match needed {
            Some(needed) if purpose != Purpose::SignIn || self.strength(method) < needed => {
                Err(Refusal::AccountLocked)
            }
            _ => Ok(()),
        }
    }

    /// That a proof by this method unlocks the account, where it is locked.
    pub(super) fn unlocked_by(&self, method: &Method, purpose: Purpose) -> Option<Fact> {
        let is_locked = self.user.account_locked().is_some();
        let method = method.id();
        (is_locked && purpose == Purpose::SignIn).then(|| AccountUnlocked { method }.into())
    }
}
