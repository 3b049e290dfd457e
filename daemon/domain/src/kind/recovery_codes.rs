//! Codes to keep on paper, each good once.

use super::answer::{Accepted, Answer, Judgement};
use super::row::{CredentialRules, Enrollment, Row};
use crate::{Purpose, Strength, Timestamp};
use serde::{Deserialize, Serialize};

pub(super) const ROW: Row = Row {
    purposes: &Purpose::ALL,
    fallback_rank: None,
    takes_over_default: false,
    strength: Strength::Strong,
    // They are issued and replaced on a proof by possession: no more is asked to delete them.
    protection: Strength::Possession,
    sent_to: None,
    can_be_guessed: false,
    enrollment: Enrollment::Issued,
    most: None,
    replaces: true,
    needs_another: true,
    is_importable: false,
};

/// Recovery codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryCodes {
    /// Bit n is set while code n is unused.
    pub unused: u16,
}

impl RecoveryCodes {
    /// So many codes, all unused.
    pub(crate) fn new(count: u8) -> Self {
        let unused = bit(count).map_or(u16::MAX, |next| next - 1);
        Self { unused }
    }
}

fn bit(number: u8) -> Option<u16> {
    1_u16.checked_shl(number.into())
}

impl CredentialRules for RecoveryCodes {
    fn judge(&self, answer: Answer) -> Judgement {
        match answer {
            Answer::RecoveryCode(number) => {
                let is_unused = self.unused & bit(number).unwrap_or(0) != 0;
                Judgement::once(is_unused, Accepted::RecoveryCode(number))
            }
            _ => Judgement::DoesNotFit,
        }
    }

    fn use_up(&mut self, accepted: Accepted) {
        if let Accepted::RecoveryCode(number) = accepted {
            self.unused &= !bit(number).unwrap_or(0);
        }
    }

    fn is_usable(&self, _now: Timestamp) -> bool {
        self.unused != 0
    }

    fn remaining(&self) -> u32 {
        self.unused.count_ones()
    }
}

/// How recovery codes are issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryCodeRules {
    /// How many are issued at once.
    pub count: u8,
}

impl Default for RecoveryCodeRules {
    fn default() -> Self {
        Self { count: 10 }
    }
}
