//! Answers to a challenge, and what becomes of them.

use super::hardware_token::Resynchronized;
use super::security_key::Backup;
use crate::{ApprovalId, Counter, MessageId, TimeStep};
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
    /// The code that the phone shows on which this request was approved, or the approval itself where the
    /// user chose the right number on the phone.
    Approval(ApprovalId),
    /// The right answers to all questions that were asked.
    Answers,
    /// An assertion by the credential of the method, for which the key has verified its user.
    Assertion {
        /// The counter of the key's signatures.
        sign_count: u32,
        /// Whether the credential can leave the key, or has.
        backup: Backup,
    },
    /// An assertion for which the key has not verified its user.
    UnverifiedAssertion,
    /// An assertion that answers another challenge, or is by another credential.
    WrongAssertion,
    /// A signature by the credential of the method that sshd has accepted, as one of OpenSSH's own security
    /// keys. Its counter is not known.
    OverSsh,
    /// No assertion: the key was told a wrong PIN.
    WrongPin,
    /// The second of two consecutive codes, which have found a token.
    Found(Resynchronized),
    /// None of the above.
    Wrong,
}

/// What was accepted and is used up by that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
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
    /// The approval of this request.
    Approval(ApprovalId),
    /// The answers to questions, which are not used up.
    Answers,
    /// An assertion of a security key.
    Assertion {
        /// The counter of the key's signatures, which has to grow from here.
        sign_count: u32,
        /// Whether the credential can leave the key, or has.
        backup: Backup,
        /// Whether the counter has not grown, which policy lets pass.
        may_be_copied: bool,
    },
    /// A signature of a security key that sshd has accepted, which belongs to its connection and is not used
    /// up here.
    OverSsh,
}

/// Why a verification failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The code is not one of this method.
    WrongCode,
    /// The code was right, and was used before.
    UsedCode,
    /// The assertion answers another challenge, or is by another credential.
    WrongAssertion,
    /// The security key has not verified its user.
    UserVerificationMissing,
    /// The security key was told a wrong PIN.
    WrongPin,
    /// The counter of the security key has not grown: there may be a copy of it.
    CounterNotIncreased,
}

impl Failure {
    /// Its name in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WrongCode => "wrong-code",
            Self::UsedCode => "used-code",
            Self::WrongAssertion => "wrong-assertion",
            Self::UserVerificationMissing => "user-verification-missing",
            Self::WrongPin => "wrong-pin",
            Self::CounterNotIncreased => "counter-not-increased",
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
    /// It is right, but there may be a copy of the security key: policy decides.
    MayBeCopied(Accepted),
    /// sshd has accepted a signature of the security key: policy decides.
    OverSsh,
    /// It is the approval of this request, accepted if that is still good and was asked of the method.
    Approval(ApprovalId),
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
