//! Answers to a challenge, and what becomes of them.

use super::hardware_token::Resynchronized;
use crate::{Counter, MessageId, TimeStep};
use serde::{Deserialize, Serialize};

/// What the answer of a user was found to be, compared with the method's secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The code of this time step.
    TimeStep(TimeStep),
    /// The code of this counter.
    Counter(Counter),
    /// The recovery code with this number.
    RecoveryCode(u8),
    /// The access pass.
    AccessPass,
    /// The code that this message held.
    DeliveredCode(MessageId),
    /// The right answers to all questions that were asked.
    Answers,
    /// The second of two consecutive codes, which have found a token.
    Found(Resynchronized),
    /// None of the above.
    Wrong,
}

/// What was accepted and is used up by that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Accepted {
    /// The code of this time step (RFC 6238 section 5.2: each is accepted once).
    TimeStep(TimeStep),
    /// The code of this counter.
    Counter(Counter),
    /// The recovery code with this number.
    RecoveryCode(u8),
    /// The access pass.
    AccessPass,
    /// The code that this message held.
    DeliveredCode(MessageId),
    /// The answers to questions, which are not used up.
    Answers,
}

/// Why a verification failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The code is not one of this method.
    WrongCode,
    /// The code was right, and was used before.
    UsedCode,
}

impl Failure {
    /// Its name in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WrongCode => "wrong-code",
            Self::UsedCode => "used-code",
        }
    }
}

/// What a credential makes of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// It is right, and used up by being accepted.
    Accepted(Accepted),
    /// It is not accepted.
    Failed(Failure),
    /// It is the code of this message, accepted if that is still good and was sent for the method.
    SentCode(MessageId),
    /// It answers a challenge of another kind.
    DoesNotFit,
}

impl Judgement {
    /// Accepts what was not used before.
    pub(super) const fn once(is_unused: bool, accepted: Accepted) -> Self {
        if is_unused {
            Self::Accepted(accepted)
        } else {
            Self::Failed(Failure::UsedCode)
        }
    }
}
