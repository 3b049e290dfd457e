//! A FIDO2 key that is plugged in, given its PIN and touched.

use super::answer::{Accepted, Answer, Failure, Judgement};
use super::proved::Proved;
use super::row::{CredentialRules, Enrollment, Row, Section};
use crate::{CredentialTag, Purpose, Seconds, Strength};
use serde::{Deserialize, Serialize};

pub(super) const ROW: Row = Row {
    purposes: &Purpose::ALL,
    fallback_rank: Some(0),
    takes_over_default: false,
    strength: Strength::Strong,
    protection: Strength::Strong,
    sent_to: None,
    can_be_guessed: false,
    enrollment: Enrollment::OwnSecret,
    most: None,
    replaces: false,
    needs_another: true,
    is_importable: true,
};

/// So many wrong PINs within this time lock a key for as long. It has few tries, and is of no use to its user
/// once they are spent.
pub(crate) const MOST_WRONG_PINS: u16 = 3;
pub(crate) const WRONG_PINS_COUNT: Seconds = Seconds::new(10 * 60);

/// A security key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityKey {
    /// What its credential is known again by.
    pub credential: CredentialTag,
    /// The counter of its newest signature; none as long as that is not known, as of one that was
    /// imported.
    #[serde(deserialize_with = "crate::event::present")]
    pub sign_count: Option<u32>,
    /// Whether the credential can leave the key, or has.
    pub backup: Backup,
}

/// Whether a credential can be copied from its key to other devices, as the key says (WebAuthn Level 3
/// section 6.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Backup {
    /// It never leaves the key.
    NotEligible,
    /// It can be copied.
    Eligible,
    /// It was copied.
    BackedUp,
}

impl Backup {
    /// Whether the credential can be copied. That never changes.
    pub const fn is_eligible(self) -> bool {
        !matches!(self, Self::NotEligible)
    }
}

impl SecurityKey {
    /// A key with the counter and backup that it was registered with, which has then proved to work by
    /// an assertion that was found to be this answer; none where it proves nothing.
    pub fn proved(
        credential: CredentialTag,
        sign_count: u32,
        backup: Backup,
        answer: Answer,
    ) -> Option<Proved<Self>> {
        let mut key = Self {
            credential,
            sign_count: Some(sign_count),
            backup,
        };
        let Judgement::Accepted(accepted) = key.judge(answer) else {
            return None;
        };
        key.use_up(accepted);
        Some(Proved::new(key))
    }

    /// Whether a signature with this counter is newer than all before it. A key that does not count says
    /// zero always.
    const fn is_newer(&self, sign_count: u32) -> bool {
        match self.sign_count {
            None => true,
            Some(last) => sign_count > last || (sign_count == 0 && last == 0),
        }
    }
}

impl CredentialRules for SecurityKey {
    fn judge(&self, answer: Answer) -> Judgement {
        match answer {
            Answer::Assertion { sign_count, backup } => {
                if backup.is_eligible() != self.backup.is_eligible() {
                    return Judgement::Failed(Failure::WrongAssertion);
                }
                let is_newer = self.is_newer(sign_count);
                let accepted = Accepted::Assertion {
                    sign_count,
                    backup,
                    may_be_copied: !is_newer,
                };
                if is_newer {
                    Judgement::Accepted(accepted)
                } else {
                    Judgement::MayBeCopied(accepted)
                }
            }
            Answer::UnverifiedAssertion => Judgement::Failed(Failure::UserVerificationMissing),
            Answer::WrongAssertion => Judgement::Failed(Failure::WrongAssertion),
            Answer::OverSsh => Judgement::OverSsh,
            Answer::WrongPin => Judgement::Failed(Failure::WrongPin),
            _ => Judgement::DoesNotFit,
        }
    }

    fn use_up(&mut self, accepted: Accepted) {
        if let Accepted::Assertion {
            sign_count, backup, ..
        } = accepted
        {
            self.sign_count = Some(sign_count);
            self.backup = backup;
        }
    }

    /// A credential that can be copied is no more than something that its user holds.
    fn weakened(&self, of_kind: Strength) -> Strength {
        if self.backup.is_eligible() {
            of_kind.min(Strength::Possession)
        } else {
            of_kind
        }
    }

    fn credential_tag(&self) -> Option<CredentialTag> {
        Some(self.credential)
    }
}

/// How security keys are taken in and checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityKeyRules {
    /// How many one user may have.
    pub most: u8,
    /// How long a proof stays fresh for adding and deleting keys, where that is shorter than for all kinds.
    pub fresh_proof: Seconds,
    /// What becomes of keys whose credential can be copied.
    pub synced: SyncedKeys,
    /// What becomes of assertions whose counter has not grown.
    pub sign_count: CounterRule,
    /// Whether keys count that have signed in to sshd, as OpenSSH's own security keys.
    pub ssh: SshKeys,
}

/// What becomes of keys whose credential can be copied to other devices, when they are added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SyncedKeys {
    /// They are refused.
    Refuse,
    /// They are taken in, and prove no more than something that their user holds.
    Allow,
}

/// What becomes of an assertion whose counter has not grown. Either way the user is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CounterRule {
    /// It is refused.
    Refuse,
    /// It is accepted, for keys that count wrongly.
    Warn,
}

/// Whether security keys count at sign-ins that have signed in to sshd, as OpenSSH's own security keys.
/// sshd says which key has signed, and not whether it had verified its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SshKeys {
    /// They do not.
    Off,
    /// They do: sshd takes no signature for which a key has not verified its user (`PubkeyAuthOptions
    /// verify-required`).
    VerifyRequired,
}

impl Default for SecurityKeyRules {
    fn default() -> Self {
        Self {
            most: 10,
            fresh_proof: Seconds::new(300),
            synced: SyncedKeys::Refuse,
            sign_count: CounterRule::Refuse,
            ssh: SshKeys::Off,
        }
    }
}

impl Section for SecurityKeyRules {
    fn most(&self) -> u8 {
        self.most
    }
}
