//! Codes by email.

use super::proved::Proved;
use super::row::{CredentialRules, Enrollment, Row, SentTo};
use crate::{MessageId, Purpose, Strength};
use serde::{Deserialize, Serialize};

pub(super) const ROW: Row = Row {
    purposes: &[Purpose::PasswordReset],
    fallback_rank: None,
    takes_over_default: false,
    strength: Strength::Delivered,
    protection: Strength::Delivered,
    sent_to: Some(SentTo::Mailbox),
    can_be_guessed: true,
    enrollment: Enrollment::Claimed,
    most: Some(1),
    replaces: false,
    needs_another: false,
    is_importable: false,
};

/// An email address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Email {
    /// The message whose code proved it.
    pub proved_by: MessageId,
}

impl Email {
    /// An address that the user has proved by the code of this message.
    pub fn proved(proved_by: MessageId) -> Proved<Self> {
        Proved::new(Self { proved_by })
    }
}

impl CredentialRules for Email {
    fn proved_by(&self) -> Option<MessageId> {
        Some(self.proved_by)
    }
}
