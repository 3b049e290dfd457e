//! Kinds of method, what they serve, and how strong a proof of each is.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// How a method verifies a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// TOTP codes from an app (RFC 6238).
    AuthenticatorApp,
    /// An OATH token of its own, TOTP or HOTP (RFC 4226).
    HardwareToken,
    /// Approval of a notification.
    Push,
    /// A code by text message.
    Text,
    /// A code by phone call.
    Call,
    /// A FIDO2 security key with PIN.
    SecurityKey,
    /// A code by email.
    Email,
    /// Answers to questions.
    SecurityQuestions,
    /// Codes to keep on paper, each good once.
    RecoveryCodes,
    /// A pass that an administrator issued, for a limited time.
    AccessPass,
}

/// What a verification is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// The second step of signing in.
    SignIn,
    /// Setting a new password without the old one.
    PasswordReset,
}

/// How strong a proof is. The order is the order of strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// Something remembered: security questions.
    Knowledge,
    /// A code that travelled through somebody else's network: email, text, call.
    Delivered,
    /// Something the user holds: authenticator app, hardware token, push.
    Possession,
    /// A key that cannot be phished, or a code that is good once and was kept for recovery.
    Strong,
}

/// A text that names no such thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what}: write one of {known}")]
pub struct UnknownWord {
    what: &'static str,
    known: &'static str,
}

impl UnknownWord {
    pub(crate) const fn new(what: &'static str, known: &'static str) -> Self {
        Self { what, known }
    }
}

impl Kind {
    /// Every kind, in the order in which clients list them.
    pub const ALL: [Self; 10] = [
        Self::AuthenticatorApp,
        Self::HardwareToken,
        Self::Push,
        Self::Text,
        Self::Call,
        Self::SecurityKey,
        Self::Email,
        Self::SecurityQuestions,
        Self::RecoveryCodes,
        Self::AccessPass,
    ];

    /// The word for it, as in events, on the bus and in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthenticatorApp => "authenticator-app",
            Self::HardwareToken => "hardware-token",
            Self::Push => "push",
            Self::Text => "text",
            Self::Call => "call",
            Self::SecurityKey => "security-key",
            Self::Email => "email",
            Self::SecurityQuestions => "security-questions",
            Self::RecoveryCodes => "recovery-codes",
            Self::AccessPass => "access-pass",
        }
    }

    /// Whether a method of this kind serves that purpose.
    pub const fn serves(self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::PasswordReset => true,
            Purpose::SignIn => !matches!(self, Self::Email | Self::SecurityQuestions),
        }
    }

    /// Whether it can be the default method, and counts for the methods that policy requires.
    pub const fn can_be_default(self) -> bool {
        self.fallback_rank().is_some()
    }

    /// The place in the order in which the default falls, the strongest first; none for a kind
    /// that is never the default.
    pub const fn fallback_rank(self) -> Option<u8> {
        match self {
            Self::SecurityKey => Some(0),
            Self::Push => Some(1),
            Self::AuthenticatorApp => Some(2),
            Self::HardwareToken => Some(3),
            Self::Text => Some(4),
            Self::Call => Some(5),
            Self::Email | Self::SecurityQuestions | Self::RecoveryCodes | Self::AccessPass => None,
        }
    }

    /// Whether setting it up makes it the default in place of another.
    pub const fn takes_over_default(self) -> bool {
        matches!(self, Self::AuthenticatorApp | Self::Push)
    }

    /// How strong a proof by this kind is.
    pub const fn strength(self) -> Strength {
        match self {
            Self::SecurityQuestions => Strength::Knowledge,
            Self::Email | Self::Text | Self::Call => Strength::Delivered,
            Self::AuthenticatorApp | Self::HardwareToken | Self::Push => Strength::Possession,
            Self::SecurityKey | Self::RecoveryCodes | Self::AccessPass => Strength::Strong,
        }
    }

    /// How strong a proof must be to delete a method of this kind at once. Recovery codes and
    /// access passes prove strongly, but they are issued and replaced on a proof by possession, so
    /// no more than that is asked to delete them.
    pub const fn protection(self) -> Strength {
        match self {
            Self::RecoveryCodes | Self::AccessPass => Strength::Possession,
            other => other.strength(),
        }
    }

    /// Whether its codes are sent to the user, by a channel.
    pub const fn is_delivered(self) -> bool {
        matches!(self, Self::Text | Self::Call | Self::Email)
    }

    /// Whether its codes are short enough to be guessed, so that wrong ones lock the method. A
    /// kind that cannot be guessed is never locked: it is the way back for a user whom somebody
    /// else locks out.
    pub const fn can_be_guessed(self) -> bool {
        !matches!(
            self,
            Self::Push | Self::SecurityKey | Self::RecoveryCodes | Self::AccessPass
        )
    }
}

impl Purpose {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::PasswordReset => "password-reset",
        }
    }
}

impl Strength {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Knowledge => "knowledge",
            Self::Delivered => "delivered",
            Self::Possession => "possession",
            Self::Strong => "strong",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = UnknownWord;
    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or(UnknownWord {
                what: "kind",
                known: "authenticator-app, hardware-token, push, text, call, security-key, email, \
                    security-questions, recovery-codes, access-pass",
            })
    }
}

impl FromStr for Purpose {
    type Err = UnknownWord;
    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        [Self::SignIn, Self::PasswordReset]
            .into_iter()
            .find(|purpose| purpose.as_str() == word)
            .ok_or(UnknownWord {
                what: "purpose",
                known: "sign-in, password-reset",
            })
    }
}

/// A set of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KindSet(u16);

impl KindSet {
    /// Every kind.
    pub const EVERY: Self = Self((1 << Kind::ALL.len()) - 1);

    /// Whether the kind is in it.
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The kinds in it, in the order of [`Kind::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL
            .into_iter()
            .filter(move |kind| self.contains(*kind))
    }
}

impl FromIterator<Kind> for KindSet {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        Self(
            kinds
                .into_iter()
                .fold(0, |set, kind| set | 1 << kind as u16),
        )
    }
}

impl Serialize for KindSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().collect::<Vec<_>>())
    }
}

impl<'de> Deserialize<'de> for KindSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<Kind>::deserialize(deserializer).map(|kinds| kinds.into_iter().collect())
    }
}
