//! What a verification is for, and how strong a proof is.

use crate::UnknownWord;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

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
    /// What the user knows, and others may find out: answers to questions.
    Knowledge,
    /// A code that travelled through a network of others: email, text, call.
    Delivered,
    /// Something the user holds: authenticator app, hardware token, a security key whose
    /// credential can be copied.
    Possession,
    /// A security key that has verified its user; a code that is good once and was kept for recovery, or
    /// issued by an administrator.
    Strong,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 2] = [Self::SignIn, Self::PasswordReset];

    /// Its name in events, on the bus and in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::PasswordReset => "password-reset",
        }
    }
}

impl Strength {
    /// The weakest.
    pub const LEAST: Self = Self::Knowledge;

    /// Its name in events, on the bus and in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Knowledge => "knowledge",
            Self::Delivered => "delivered",
            Self::Possession => "possession",
            Self::Strong => "strong",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Purpose {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.as_str() == word)
            .ok_or(UnknownWord {
                what: "purpose",
                known: &["sign-in", "password-reset"],
            })
    }
}
