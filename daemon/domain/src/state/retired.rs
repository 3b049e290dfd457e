//! What tokens had used up when their users deleted them or were erased.
//!
//! A token goes back into the drawer and to the next user, and an administrator imports its file again,
//! with the counter that it had when it was new. Without this, every code that it had shown would be good
//! again. What is kept says nothing of a user: how far a secret was used, under a tag that only the vault
//! can make, and only of the secret itself.

use super::State;
use crate::event::{Credential, TokenImported};
use crate::kind::HardwareToken;
use crate::otp::{Counter, TimeStep};
use crate::{MethodId, SeedTag, UserId};
use serde::{Deserialize, Serialize};

/// How far the codes of a token are used up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// The last time step of which a code was accepted.
    pub step: TimeStep,
    /// The lowest counter of which a code is accepted.
    pub next: Counter,
}

impl Reached {
    fn by(credential: &Credential) -> Self {
        match credential {
            Credential::HardwareToken(HardwareToken::Time { last_step, .. }) => Self {
                step: *last_step,
                next: Counter(0),
            },
            Credential::HardwareToken(HardwareToken::Counter { next, .. }) => Self {
                step: TimeStep(0),
                next: *next,
            },
            _ => Self::default(),
        }
    }

    /// Whether the code that proved this credential is used up.
    pub(crate) fn includes(&self, proved: &Credential) -> bool {
        let by = Self::by(proved);
        by.step <= self.step && by.next <= self.next
    }

    fn furthest(self, other: Self) -> Self {
        Self {
            step: self.step.max(other.step),
            next: self.next.max(other.next),
        }
    }
}

impl State {
    /// How far the codes of a token are used up that is imported.
    pub(super) fn reached(&self, imported: &TokenImported) -> Reached {
        let before = self.retired.get(&imported.seed).copied();
        let file = Reached {
            step: TimeStep(0),
            next: imported.next,
        };
        before.unwrap_or_default().furthest(file)
    }

    /// A method was made of a token with this secret.
    pub(super) fn activate(&mut self, method: MethodId, seed: SeedTag) {
        self.activated.insert_mut(method, seed);
    }

    /// A method of a user goes: where it was made of a token, it is kept how far that was used.
    pub(super) fn retire(&mut self, user: UserId, method: MethodId) {
        let Some(seed) = self.activated.get(&method).copied() else {
            return;
        };
        self.activated.remove_mut(&method);
        let credential = self.user(user).and_then(|user| user.method(method));
        let reached = credential.map(|method| Reached::by(method.credential()));
        let before = self.retired.get(&seed).copied().unwrap_or_default();
        let reached = before.furthest(reached.unwrap_or_default());
        self.retired.insert_mut(seed, reached);
    }
}
