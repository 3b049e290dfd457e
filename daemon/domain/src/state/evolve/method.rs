//! How a fact changes what holds of a method.

use super::super::user::Setbacks;
use super::super::{FailuresSince, Familiarity, Method, MethodThrottle};
use crate::event::{AccessPassIssued, Credential, Locked, RecoveryCodesIssued};
use crate::kind::{AccessPass, RecoveryCodes};
use crate::{Kind, MethodId, SealedMethod, Timestamp};

impl Method {
    pub(super) fn new(
        id: MethodId,
        credential: Credential,
        sealed: SealedMethod,
        created: Timestamp,
    ) -> Self {
        Self {
            id,
            credential,
            sealed,
            created,
            last_used: None,
            vouched: None,
            is_imported: false,
            setbacks: None,
        }
    }

    pub(super) fn from_recovery_codes(fact: &RecoveryCodesIssued, now: Timestamp) -> Self {
        let codes = RecoveryCodes::new(fact.count);
        Self {
            vouched: fact.vouched,
            ..Self::new(fact.method, codes.into(), fact.sealed.clone(), now)
        }
    }

    pub(super) fn from_access_pass(fact: &AccessPassIssued, now: Timestamp) -> Self {
        let pass = AccessPass {
            begins: fact.begins,
            expires: fact.expires,
            once: fact.once,
        };
        Self::new(fact.method, pass.into(), fact.sealed.clone(), now)
    }

    pub(super) fn set_throttle(&mut self, from: Familiarity, throttle: MethodThrottle) {
        let mut setbacks = *self.setbacks();
        *setbacks.throttle.of_mut(from) = throttle;
        self.set_setbacks(setbacks);
    }

    pub(super) fn unlock(&mut self) {
        let Setbacks {
            throttle,
            wrong_pins,
            ..
        } = Setbacks::NONE;
        self.set_setbacks(Setbacks {
            throttle,
            wrong_pins,
            ..*self.setbacks()
        });
    }

    pub(super) fn mark_as_perhaps_copied(&mut self) {
        self.set_setbacks(Setbacks {
            may_be_copied: true,
            ..*self.setbacks()
        });
    }

    pub(super) fn set_wrong_pins(&mut self, wrong_pins: Option<FailuresSince>) {
        self.set_setbacks(Setbacks {
            wrong_pins,
            ..*self.setbacks()
        });
    }

    pub(super) fn set_deletion_due(&mut self, deletion_due: Option<Timestamp>) {
        self.set_setbacks(Setbacks {
            deletion_due,
            ..*self.setbacks()
        });
    }

    /// None is stored of what is none, so that equal methods are equal.
    fn set_setbacks(&mut self, setbacks: Setbacks) {
        self.setbacks = (setbacks != Setbacks::NONE).then(|| Box::new(setbacks));
    }

    /// The lock of a security key holds for all sources.
    pub(super) fn lock(&mut self, fact: &Locked) {
        let all = [Familiarity::Known, Familiarity::Elsewhere];
        let is_key = self.kind() == Kind::SecurityKey;
        for from in all.into_iter().filter(|from| is_key || *from == fact.from) {
            let throttle = *self.throttle(from);
            let throttle = MethodThrottle {
                locks: throttle.locks.saturating_add(1),
                locked_until: fact.until,
                ..throttle
            };
            self.set_throttle(from, throttle);
        }
    }
}
