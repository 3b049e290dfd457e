//! Administrators are told when one of them has a new password.

use super::Parts;
use crate::core::{Person, ServiceError};
use crate::messages::NoticeItem;
use std::sync::Arc;

impl Parts {
    /// Tells the other administrators of the host that this user has a new password, if they are one.
    pub(super) fn tell_administrators(self: &Arc<Self>, person: &Person) {
        let (parts, person) = (Arc::clone(self), person.clone());
        // The system's user database may take its time.
        tokio::task::spawn_blocking(move || {
            if let Err(error) = parts.tell_other_administrators(&person) {
                tracing::warn!(%error, "administrators were not told of the password reset of one of them");
            }
        });
    }

    fn tell_other_administrators(&self, person: &Person) -> Result<(), ServiceError> {
        let state = self.core.state();
        let (rules, accounts) = (&state.policy().rules.reset, self.core.accounts());
        let groups = accounts.groups(&person.account)?;
        if !rules.is_administrator(Some(&groups)) {
            return Ok(());
        }
        let mut told = vec![person.account.clone()];
        for group in &rules.administrators {
            for account in accounts.members(group)? {
                if !told.contains(&account) {
                    let other = self.core.person(account.uid)?;
                    self.notices.tell(&other, NoticeItem::AdministratorReset);
                    told.push(account);
                }
            }
        }
        Ok(())
    }
}
