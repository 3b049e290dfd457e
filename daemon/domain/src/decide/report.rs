//! What a user says of their activity: that it was not them.

use super::Case;
use crate::Refusal;
use crate::event::{ActivityReported, DefaultReason, DeletionReason, Event, Fact, Who};
use crate::state::Expense;

impl Case<'_> {
    /// Each line is reported once. It takes no proof, because what it ends is what sign-ins have left, and the
    /// budget of changes.
    pub(super) fn report_activity(&self, seq: u64, event: &Event) -> Result<Vec<Fact>, Refusal> {
        if !self.context.on_self {
            return Err(Refusal::AdministratorNeeded);
        }
        let is_theirs = event.user == Some(self.id) && seq < self.state.events();
        if !is_theirs || !self.could_be_another(event) {
            return Err(Refusal::NotToBeReported);
        }
        if self.user.has_reported(seq) {
            return Ok(Vec::new());
        }
        self.may_spend(Expense::Change)?;
        Ok(vec![ActivityReported { reported: seq }.into()])
    }

    /// Whether it is something that a person did as this user.
    fn could_be_another(&self, event: &Event) -> bool {
        let as_the_user = match event.actor.who {
            Who::Root => true,
            Who::User(who) => who == self.id,
            Who::System => matches!(event.fact, Fact::BreakGlassUsed(_)),
        };
        as_the_user
            && match &event.fact {
                Fact::VerificationSucceeded(_)
                | Fact::RememberedSignIn(_)
                | Fact::BreakGlassUsed(_)
                | Fact::MethodEnrolled(_)
                | Fact::MethodRenamed(_)
                | Fact::DeletionScheduled(_)
                | Fact::DeletionCancelled(_)
                | Fact::RecoveryCodesIssued(_)
                | Fact::TokenResynchronized(_)
                | Fact::CodeRequested(_)
                | Fact::PasswordReset(_)
                | Fact::AccountLocked(_)
                | Fact::AccountUnlocked(_) => true,
                Fact::MethodDeleted(fact) => fact.reason == DeletionReason::Requested,
                Fact::DefaultChanged(fact) => fact.reason == DefaultReason::Chosen,
                Fact::Unlocked(fact) => !fact.gates.is_empty(),
                _ => false,
            }
    }
}
