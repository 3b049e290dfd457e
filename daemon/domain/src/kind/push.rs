//! Approval on the phone.

use super::answer::{Answer, Judgement};
use super::proved::Proved;
use super::row::{CredentialRules, Enrollment, Row, Section};
use crate::{ApprovalId, Purpose, Seconds, ServiceName, Strength};
use serde::{Deserialize, Serialize};

pub(super) const ROW: Row = Row {
    purposes: &Purpose::ALL,
    fallback_rank: Some(1),
    takes_over_default: true,
    strength: Strength::Possession,
    protection: Strength::Possession,
    sent_to: None,
    can_be_guessed: true,
    enrollment: Enrollment::OwnSecret,
    most: None,
    replaces: false,
    needs_another: false,
    is_importable: false,
};

/// A phone whose app shows requests to approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// The request whose approval proved it.
    pub proved_by: ApprovalId,
}

impl Push {
    /// A phone on which the user has approved this request, and whose code they have typed.
    pub fn proved(proved_by: ApprovalId) -> Proved<Self> {
        Proved::new(Self { proved_by })
    }
}

impl CredentialRules for Push {
    fn judge(&self, answer: Answer) -> Judgement {
        match answer {
            Answer::Approval(approval) => Judgement::Approval(approval),
            _ => Judgement::DoesNotFit,
        }
    }

    fn approved_by(&self) -> Option<ApprovalId> {
        Some(self.proved_by)
    }
}

/// How requests to approve are sent to phones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushRules {
    /// How many phones one user may have.
    pub most: u8,
    /// How long a request can be approved, and the code be typed that the phone then shows.
    pub life: Seconds,
    /// How long a user waits after one request for the next.
    pub ask_after: Seconds,
    /// Requests within [`Self::unanswered_within`] whose code was not typed, after which the next waits a
    /// while, longer each time, or until another method is proved.
    pub unanswered: u8,
    /// The time over which they are counted.
    pub unanswered_within: Seconds,
    /// Whether a phone has to be unlocked before a request can be answered on it. It holds for phones that
    /// are added from now on.
    pub pin: bool,
    /// The services at which a number is chosen on the phone, and no code is typed that it shows.
    pub number: Vec<ServiceName>,
}

impl Default for PushRules {
    fn default() -> Self {
        Self {
            most: 5,
            life: Seconds::new(120),
            ask_after: Seconds::new(30),
            unanswered: 3,
            unanswered_within: Seconds::new(600),
            pin: true,
            number: Vec::new(),
        }
    }
}

impl Section for PushRules {
    fn most(&self) -> u8 {
        self.most
    }
}
