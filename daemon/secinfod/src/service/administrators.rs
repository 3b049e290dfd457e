//! Administrators are told of what concerns them about users: one of them has a new password, an account
//! was locked, or somebody else was in it.

use super::notices::Notices;
use crate::core::{Account, Core, Person, ServiceError};
use crate::messages::NoticeItem;
use secinfo_domain::policy::Limit;
use secinfo_domain::{GroupName, Timestamp, UserId};
use std::collections::VecDeque;
use std::mem::{Discriminant, discriminant};
use std::sync::{Arc, Mutex, PoisonError};

/// How often administrators are told the same of one user, who may lock and report again and again.
const OF_ONE_USER: Limit = Limit::new(3, 3600);

/// Tells the administrators of the host.
#[derive(Clone)]
pub(super) struct Administrators {
    core: Arc<Core>,
    notices: Arc<Notices>,
    told: Arc<Mutex<Told>>,
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
    pub(super) fn new(core: Arc<Core>, notices: Arc<Notices>) -> Self {
        Self {
            core,
            notices,
            told: Arc::default(),
        }
    }

    /// Tells them this about a user, who is not told as one of them. The same about one user a few times an
    /// hour: it takes nothing of what administrators are sent about themselves.
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
        let now = self.core.now();
        // It is changed as a whole.
        let mut before = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if !before.takes(person.id, item, now) {
            tracing::warn!(user = %person.id, "administrators were told the same of a user often enough");
            return Ok(());
        }
        drop(before);
        let mut told = vec![person.account.clone()];
        for group in &rules.administrators {
            for account in self.members(group) {
                if told.contains(&account) {
                    continue;
                }
                match self.core.person(account.uid) {
                    Ok(other) => self.notices.tell_of_another(&other, item.clone()),
                    // It keeps nothing from the others.
                    Err(error) => tracing::warn!(%error, "an administrator was not told"),
                }
                told.push(account);
            }
        }
        Ok(())
    }

    /// The members of a group; none where it cannot be read.
    fn members(&self, group: &GroupName) -> Vec<Account> {
        let members = self.core.accounts().members(group);
        members.unwrap_or_else(|error| {
            tracing::warn!(%error, group = group.as_str(), "the members of a group were not told");
            Vec::new()
        })
    }
}

/// What administrators were told lately, and of whom.
#[derive(Default)]
struct Told(VecDeque<(Timestamp, UserId, Discriminant<NoticeItem>)>);

impl Told {
    /// Whether they may be told this of a user now; if so, it is counted.
    fn takes(&mut self, user: UserId, item: &NoticeItem, now: Timestamp) -> bool {
        let within = OF_ONE_USER.within;
        self.0.retain(|(time, ..)| now.is_within(within, *time));
        let same = |(_, of, what): &&(_, UserId, _)| *of == user && *what == discriminant(item);
        let takes = self.0.iter().filter(same).count() < usize::from(OF_ONE_USER.most);
        if takes {
            self.0.push_back((now, user, discriminant(item)));
        }
        takes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_of_one_user_is_told_a_few_times_an_hour_and_hides_nothing_else() {
        let (alice, bob) = (UserId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
        let (lock, report) = (
            NoticeItem::AdministratorAccountLocked,
            NoticeItem::AdministratorReported,
        );
        let mut told = Told::default();
        let at = Timestamp::from_seconds;
        for second in 0..3 {
            assert!(told.takes(alice, &lock, at(second)));
        }
        for second in 3..10_000 {
            assert!(!told.takes(alice, &lock, at(3 + second / 10)));
        }
        assert!(
            told.takes(alice, &report, at(2000)),
            "something else of her"
        );
        assert!(told.takes(bob, &lock, at(2000)), "the same of another");
        assert!(told.takes(alice, &lock, at(3601)), "an hour later");
    }
}
