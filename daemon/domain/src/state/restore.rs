//! What holds after a log was restored from a backup.
//!
//! The host that was backed up may have gone on after the backup. What may have been used up or given
//! out meanwhile is void, as far as that can be known: for a code by time it follows from the time,
//! for a recovery code or a code by counter it does not.

use super::{Resets, State, UserState};
use crate::policy::Rules;
use crate::{MethodId, Timestamp, UserId};

impl State {
    /// Whether no user has a method and no token waits, so that a restored log may take the place of
    /// this one. Users may be known, such as those whom a copied break-glass directory names and the
    /// one who runs the restore by sudo.
    pub fn is_without_security_info(&self) -> bool {
        self.tokens.is_empty() && self.users.iter().all(|(_, user)| user.methods.is_empty())
    }

    /// The log was restored at `now`.
    ///
    /// Codes by time count as used up to now, with the steps that policy lets them be ahead. Access
    /// passes end, codes that were sent are void, no proof is fresh, no terminal remembered and no gate of
    /// a password reset passed, and no request to a phone can be approved.
    pub(super) fn restore(&mut self, now: Timestamp) {
        let rules = self.policy().rules.clone();
        self.codes.void_all();
        self.end_access_passes(now);
        let users: Vec<UserId> = self.users.iter().map(|(id, _)| id).collect();
        for id in users {
            if let Some(user) = self.users.get_mut(id) {
                user.restore(&rules, now);
            }
        }
    }

    /// Each ends now, and so is deleted as one that has expired: by an event, with its key.
    fn end_access_passes(&mut self, now: Timestamp) {
        let ends = |user: UserId, method: MethodId| {
            let pass = self.user(user).and_then(|user| user.method(method));
            pass.and_then(|pass| pass.credential.expires())
        };
        let schedule = self.schedule.iter().copied();
        let outstanding: Vec<_> = schedule
            .filter(|(due, user, method)| *due > now && ends(*user, *method) == Some(*due))
            .collect();
        for (due, user, method) in outstanding {
            self.schedule.remove_mut(&(due, user, method));
            self.schedule.insert_mut((now, user, method));
        }
    }
}

impl UserState {
    fn restore(&mut self, rules: &Rules, now: Timestamp) {
        self.proofs = Box::default();
        self.forget_terminals();
        self.change_resets(Resets::void_gates);
        self.change_rare(|rare| rare.approvals.void());
        for method in &mut *self.methods {
            let drift = rules.drift(method.kind());
            method.credential.void_until(now, drift);
        }
    }
}
