//! How many users there are, and what they have: kept up to date with each commit, because counting
//! them anew takes a tenth of a second where there are a million.

use secinfo_domain::state::UserState;
use secinfo_domain::{Kind, State, Timestamp, UserId};
use std::collections::HashSet;

/// The users there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Population {
    users: u64,
    with_methods: u64,
    methods: [u64; Kind::ALL.len()],
    accounts_locked: u64,
    with_reports: u64,
    /// Users who had a locked method; the lock may be over.
    locked: HashSet<UserId>,
}

impl Population {
    /// The users of this state.
    pub(super) fn of(state: &State) -> Self {
        let mut population = Self::default();
        for (id, user) in state.users() {
            population.add(user);
            if is_locked(user, state.latest()) {
                population.locked.insert(id);
            }
        }
        population
    }

    /// How many users there are.
    pub const fn users(&self) -> u64 {
        self.users
    }

    /// How many of them have a method.
    pub const fn with_methods(&self) -> u64 {
        self.with_methods
    }

    /// How many have a method that is locked.
    pub fn locked(&self) -> u64 {
        self.locked.len() as u64
    }

    /// How many have locked their account.
    pub const fn accounts_locked(&self) -> u64 {
        self.accounts_locked
    }

    /// How many have reported that something in their account was not them.
    pub const fn with_reports(&self) -> u64 {
        self.with_reports
    }

    /// How many methods there are of this kind.
    pub const fn methods(&self, kind: Kind) -> u64 {
        self.methods[kind as usize]
    }

    /// A user was changed by a commit.
    pub(super) fn change(&mut self, id: UserId, before: &State, after: &State) {
        if let Some(user) = before.user(id) {
            self.remove(user);
        }
        let Some(user) = after.user(id) else {
            self.locked.remove(&id);
            return;
        };
        self.add(user);
        if is_locked(user, after.latest()) {
            self.locked.insert(id);
        } else {
            self.locked.remove(&id);
        }
    }

    /// Forgets those whose locks are over.
    pub(super) fn forget_unlocked(&mut self, state: &State, now: Timestamp) {
        self.locked
            .retain(|id| state.user(*id).is_some_and(|user| is_locked(user, now)));
    }

    fn add(&mut self, user: &UserState) {
        self.users += 1;
        self.with_methods += u64::from(!user.methods().is_empty());
        self.accounts_locked += u64::from(user.account_locked().is_some());
        self.with_reports += u64::from(user.has_reports());
        for method in user.methods() {
            self.methods[method.kind() as usize] += 1;
        }
    }

    fn remove(&mut self, user: &UserState) {
        self.users -= 1;
        self.with_methods -= u64::from(!user.methods().is_empty());
        self.accounts_locked -= u64::from(user.account_locked().is_some());
        self.with_reports -= u64::from(user.has_reports());
        for method in user.methods() {
            self.methods[method.kind() as usize] -= 1;
        }
    }
}

fn is_locked(user: &UserState, now: Timestamp) -> bool {
    let mut methods = user.methods().iter();
    methods.any(|method| method.locked_at(now).is_some())
}
