//! Administrators are told of what concerns them about users: one of them has a new password, an account
//! was locked, or somebody else was in it.

use super::notices::Notices;
use crate::core::{Core, Person, ServiceError};
use crate::messages::NoticeItem;
use std::sync::Arc;

/// Tells the administrators of the host.
#[derive(Clone)]
pub(super) struct Administrators {
    core: Arc<Core>,
    notices: Arc<Notices>,
}

/// About whom administrators are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// Every user.
    Anybody,
    /// One of them; of another user they are told nothing.
    Administrator,
}

impl Administrators {
    pub(super) const fn new(core: Arc<Core>, notices: Arc<Notices>) -> Self {
        Self { core, notices }
    }

    /// Tells them this about a user, who is not told as one of them.
    pub(super) fn tell(&self, person: &Person, about: About, item: NoticeItem) {
        let (administrators, person) = (self.clone(), person.clone());
        // The system's user database may take its time.
        tokio::task::spawn_blocking(move || {
            if let Err(error) = administrators.tell_others(&person, about, &item) {
                tracing::warn!(%error, "administrators were not told what they should know");
            }
        });
    }

    fn tell_others(
        &self,
        person: &Person,
        about: About,
        item: &NoticeItem,
    ) -> Result<(), ServiceError> {
        let state = self.core.state();
        let (rules, accounts) = (&state.policy().rules.reset, self.core.accounts());
        if about == About::Administrator {
            let groups = accounts.groups(&person.account)?;
            if !rules.is_administrator(Some(&groups)) {
                return Ok(());
            }
        }
        let mut told = vec![person.account.clone()];
        for group in &rules.administrators {
            for account in accounts.members(group)? {
                if !told.contains(&account) {
                    let other = self.core.person(account.uid)?;
                    self.notices.tell(&other, item.clone());
                    told.push(account);
                }
            }
        }
        Ok(())
    }
}
