//! Codes by text message.

use super::proved::Proved;
use super::row::{CredentialRules, Enrollment, Row, SentTo};
use crate::{MessageId, Place, Purpose, Strength};
use serde::{Deserialize, Serialize};

pub(super) const ROW: Row = Row {
    purposes: &Purpose::ALL,
    fallback_rank: Some(2),
    takes_over_default: false,
    strength: Strength::Delivered,
    protection: Strength::Delivered,
    sent_to: Some(SentTo::Phone),
    can_be_guessed: true,
    enrollment: Enrollment::Claimed,
    // One for each place.
    most: Some(3),
    needs_another: false,
    is_importable: false,
};

/// A phone number that gets texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Which of the user's phone numbers it is.
    pub place: Place,
    /// The message whose code proved it.
    pub proved_by: MessageId,
}

impl Text {
    /// A number that the user has proved by the code of this message.
    pub fn proved(place: Place, proved_by: MessageId) -> Proved<Self> {
        Proved::new(Self { place, proved_by })
    }
}

impl CredentialRules for Text {
    fn place(&self) -> Option<Place> {
        Some(self.place)
    }

    fn proved_by(&self) -> Option<MessageId> {
        Some(self.proved_by)
    }
}
