//! A pass that an administrator issues, for a limited time.

use super::answer::{Accepted, Answer, Judgement};
use super::row::{CredentialRules, Enrollment, Row};
use crate::{Purpose, Seconds, Strength, Timestamp};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

pub(super) const ROW: Row = Row {
    purposes: &Purpose::ALL,
    fallback_rank: None,
    takes_over_default: false,
    strength: Strength::Strong,
    // As for recovery codes.
    protection: Strength::Possession,
    sent_to: None,
    can_be_guessed: false,
    enrollment: Enrollment::IssuedByAdministrator,
    most: None,
    replaces: true,
    needs_another: false,
    is_importable: false,
};

/// An access pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessPass {
    /// When it begins.
    pub begins: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// Whether it is good for one verification only.
    pub once: bool,
}

impl AccessPass {
    /// How long a pass may be valid.
    pub(crate) const VALIDITY: RangeInclusive<Seconds> = Seconds::new(600)..=Seconds::from_days(30);

    /// How long ago its beginning may be when a pass is issued: the clock of who names it may be behind.
    pub(crate) const LATE: Seconds = Seconds::new(60);

    /// How long before it begins a pass may be issued.
    pub(crate) const AHEAD: Seconds = Seconds::from_days(30);
}

impl CredentialRules for AccessPass {
    fn judge(&self, answer: Answer) -> Judgement {
        match answer {
            Answer::AccessPass => Judgement::Accepted(Accepted::AccessPass),
            _ => Judgement::DoesNotFit,
        }
    }

    fn void_until(&mut self, now: Timestamp, _drift: u8) {
        self.expires = self.expires.min(now);
    }

    fn is_usable(&self, now: Timestamp) -> bool {
        self.begins <= now && now < self.expires
    }

    fn begins(&self) -> Option<Timestamp> {
        Some(self.begins)
    }

    fn expires(&self) -> Option<Timestamp> {
        Some(self.expires)
    }

    fn is_for_one_use(&self) -> bool {
        self.once
    }
}
