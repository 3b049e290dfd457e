//! Accounts that have another name than they had: `usermod -l` gave a user another one, or a uid that somebody
//! has left was given to somebody else. The log cannot tell the two apart, and an administrator can.

use super::Case;
use crate::command::Authority;
use crate::event::{AccountLocked, Event, UserErased, UserRenamed};
use crate::policy::RenamedAccounts;
use crate::state::UserState;
use crate::{Refusal, Sealed, UserId};

impl Case<'_> {
    /// Whether the account had another name, under which it would have been asked for a method or not been let
    /// in at all, and policy does not let the new name go without.
    pub(super) fn is_renamed(&self) -> bool {
        let refuses = self.state.policy().rules.renamed_accounts == RenamedAccounts::Refuse;
        refuses
            && self
                .former()
                .any(|former| former.has_sign_in_method(self.context.now))
    }

    /// Whether the account had another name, which was locked.
    pub(super) fn former_is_locked(&self) -> bool {
        let refuses = self.state.policy().rules.renamed_accounts == RenamedAccounts::Refuse;
        refuses
            && self
                .former()
                .any(|former| former.account_locked().is_some())
    }

    /// Refuses what would give an account methods of its own whose former name has some: who has the uid now
    /// may be another. An access pass is an administrator's word that they may.
    pub(super) fn expect_not_renamed(&self) -> Result<(), Refusal> {
        let is_own = self.context.authority == Authority::Own && self.fresh_proof().is_none();
        if is_own && (self.is_renamed() || self.former_is_locked()) {
            return Err(Refusal::RenamedAccount);
        }
        Ok(())
    }

    fn former(&self) -> impl Iterator<Item = &UserState> {
        let former = self.context.former.iter();
        former.filter_map(|id| self.state.user(*id))
    }

    /// Renames the user. Who goes by the new name so far gives way, unless there is something to lose.
    pub(super) fn rename_user(
        &self,
        sealed: &Sealed,
        replaces: Option<UserId>,
    ) -> Result<Vec<Event>, Refusal> {
        if self.context.authority != Authority::Administrator {
            return Err(Refusal::AdministratorNeeded);
        }
        let other = replaces.filter(|id| *id != self.id);
        let other = other.and_then(|id| Some((id, self.state.user(id)?)));
        if let Some((_, user)) = &other
            && !user.methods().is_empty()
        {
            return Err(Refusal::NameHasMethods);
        }
        let is_locked = |user: &UserState| user.account_locked().is_some();
        let locks = other.is_some_and(|(_, user)| is_locked(user)) && !is_locked(self.user);
        let erased = other.map(|(id, _)| Event {
            user: Some(id),
            ..self.event(UserErased {}.into())
        });
        let sealed = sealed.clone();
        let renamed = self.event(UserRenamed { sealed }.into());
        // A user who was afraid of an intruder under the new name still is.
        let locked = locks.then(|| self.event(AccountLocked {}.into()));
        Ok(erased.into_iter().chain([renamed]).chain(locked).collect())
    }
}
