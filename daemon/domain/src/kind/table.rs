//! The table of kinds: a line for each, with its name and its file.

use super::answer::{Accepted, Answer, Failure, Judgement};
use super::proved::Proved;
use super::row::{CredentialRules, Enrollment, Row, SentTo};
use super::used::UsedSteps;
use super::{
    AccessPass, AuthenticatorApp, Call, Email, HardwareToken, Push, RecoveryCodes, SecurityKey,
    SecurityQuestions, Text, access_pass, authenticator_app, call, email, hardware_token, push,
    recovery_codes, security_key, security_questions, text,
};
use crate::{
    ApprovalId, CredentialTag, MessageId, Place, Purpose, Strength, Timestamp, UnknownWord,
};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $name:literal $file:ident,)*) => {
        /// How a method verifies a user.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Kind {
            $($(#[$doc])* #[serde(rename = $name)] $kind,)*
        }

        impl Kind {
            /// Every kind, in the order in which clients list them.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$kind),*];
            const NAMES: &[&str] = &[$($name),*];

            /// Its name in events, on the bus and in the configuration.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            pub(crate) const fn row(self) -> &'static Row {
                match self { $(Self::$kind => &$file::ROW,)* }
            }
        }

        /// What a method needs to verify its user, as far as it is neither secret nor personal.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Credential {
            $($(#[$doc])* #[serde(rename = $name)] $kind($kind),)*
        }

        impl Credential {
            /// The kind of method that it makes.
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind,)* }
            }

            fn rules(&self) -> &dyn CredentialRules {
                match self { $(Self::$kind(credential) => credential,)* }
            }

            fn rules_mut(&mut self) -> &mut dyn CredentialRules {
                match self { $(Self::$kind(credential) => credential,)* }
            }
        }

        $(
            impl From<$kind> for Credential {
                fn from(credential: $kind) -> Self {
                    Self::$kind(credential)
                }
            }

            impl From<Proved<$kind>> for Proved<Credential> {
                fn from(proved: Proved<$kind>) -> Self {
                    proved.widen()
                }
            }
        )*
    };
}

kinds! {
    /// TOTP codes from an app (RFC 6238).
    AuthenticatorApp "authenticator-app" authenticator_app,
    /// Codes from an OATH token, TOTP or HOTP (RFC 4226).
    HardwareToken "hardware-token" hardware_token,
    /// Approval on the phone.
    Push "push" push,
    /// A code by text message.
    Text "text" text,
    /// A code by phone call.
    Call "call" call,
    /// A FIDO2 key that is plugged in, given its PIN and touched.
    SecurityKey "security-key" security_key,
    /// A code by email.
    Email "email" email,
    /// Answers to questions.
    SecurityQuestions "security-questions" security_questions,
    /// Codes to keep on paper, each good once.
    RecoveryCodes "recovery-codes" recovery_codes,
    /// A pass that an administrator issued, for a limited time.
    AccessPass "access-pass" access_pass,
}

impl Kind {
    /// Whether a method of this kind serves that purpose.
    pub fn serves(self, purpose: Purpose) -> bool {
        self.row().purposes.contains(&purpose)
    }

    /// Whether it can be the default method, and counts for the methods that policy requires.
    pub const fn can_be_default(self) -> bool {
        self.fallback_rank().is_some()
    }

    /// Whether it is only added beside a method that can be the default.
    pub const fn needs_another(self) -> bool {
        self.row().needs_another
    }

    /// The place in the order in which the default falls, the strongest first; none for a kind
    /// that is never the default.
    pub const fn fallback_rank(self) -> Option<u8> {
        self.row().fallback_rank
    }

    /// How strong a proof by this kind is.
    pub const fn strength(self) -> Strength {
        self.row().strength
    }

    /// Whether it proves only what its user knows, and others may find out. Such a gate of a password
    /// reset is never enough alone, and administrators have none.
    pub fn is_knowledge(self) -> bool {
        self.strength() == Strength::Knowledge
    }

    /// Whether what it asks is answered by typing. A device that signs cannot answer a prompt.
    pub const fn is_typed(self) -> bool {
        !matches!(self, Self::SecurityKey)
    }

    /// Whether its codes are sent to the user, by a channel.
    pub const fn is_delivered(self) -> bool {
        self.sent_to().is_some()
    }

    /// Where its codes are sent to; none for codes that are not sent.
    pub const fn sent_to(self) -> Option<SentTo> {
        self.row().sent_to
    }

    /// Whether its codes are short enough to be guessed, so that wrong ones lock the method. A
    /// kind that cannot be guessed is never locked by other persons from afar: it is the way back for a user whose other
    /// methods are locked by another person's guesses.
    pub const fn can_be_guessed(self) -> bool {
        self.row().can_be_guessed
    }

    /// Whether wrong codes of it count together with those of other kinds, slow sign-in down and lock
    /// the method. Those of a kind that serves password reset only do not: it is easier to guess at,
    /// and must not become a way to shut its user out.
    pub(crate) fn slows_sign_in(self) -> bool {
        self.can_be_guessed() && self.serves(Purpose::SignIn)
    }

    /// Whether what is enrolled may be another person's, so that a wrong code is a guess that
    /// counts against the user.
    pub const fn is_claimed(self) -> bool {
        matches!(self.row().enrollment, Enrollment::Claimed)
    }

    /// Whether it can be imported from another system.
    pub const fn is_importable(self) -> bool {
        self.row().is_importable
    }
}

impl fmt::Display for Kind {
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
                known: Self::NAMES,
            })
    }
}

impl Credential {
    /// Which of the user's phone numbers it is on; none for what is on no phone number.
    pub fn place(&self) -> Option<Place> {
        self.rules().place()
    }

    /// The message whose code proved it, where a code that was sent did.
    pub fn proved_by(&self) -> Option<MessageId> {
        self.rules().proved_by()
    }

    /// The request whose approval proved it, where one did.
    pub fn approved_by(&self) -> Option<ApprovalId> {
        self.rules().approved_by()
    }

    /// How strong a proof by it is.
    pub fn strength(&self) -> Strength {
        self.rules().weakened(self.kind().strength())
    }

    /// How strong a proof must be to delete it at once.
    pub(crate) fn protection(&self) -> Strength {
        self.rules().weakened(self.kind().row().protection)
    }

    /// What the credential of a security key is known again by; none for any other.
    pub fn credential_tag(&self) -> Option<CredentialTag> {
        self.rules().credential_tag()
    }

    /// When it begins, if it does not verify from the first.
    pub fn begins(&self) -> Option<Timestamp> {
        self.rules().begins()
    }

    /// When it ends, if it does.
    pub fn expires(&self) -> Option<Timestamp> {
        self.rules().expires()
    }

    pub(crate) fn judge(&self, answer: Answer) -> Judgement {
        match answer {
            Answer::Wrong => Judgement::Failed(Failure::WrongCode),
            Answer::DeliveredCode(message) => Judgement::SentCode(message),
            answer => self.rules().judge(answer),
        }
    }

    pub(crate) fn is_usable(&self, now: Timestamp) -> bool {
        self.rules().is_usable(now)
    }

    pub(crate) fn is_for_one_use(&self) -> bool {
        self.rules().is_for_one_use()
    }

    pub(crate) fn remaining(&self) -> u32 {
        self.rules().remaining()
    }

    pub(crate) fn use_up(&mut self, accepted: Accepted) {
        self.rules_mut().use_up(accepted);
    }

    pub(crate) fn used_steps(&self) -> Option<UsedSteps> {
        self.rules().used_steps()
    }

    pub(crate) fn void_until(&mut self, now: Timestamp, drift: u8) {
        self.rules_mut().void_until(now, drift);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_kind_is_stored_and_parsed_by_its_name() {
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        let unknown = "pull".parse::<Kind>().unwrap_err().to_string();
        assert!(
            unknown.ends_with("security-questions, recovery-codes, access-pass"),
            "{unknown}"
        );
    }

    #[test]
    fn no_two_kinds_are_as_good_a_fallback_and_a_default_serves_sign_in() {
        let mut ranks = BTreeSet::new();
        for kind in Kind::ALL {
            if let Some(rank) = kind.fallback_rank() {
                assert!(ranks.insert(rank), "{kind}");
                assert!(kind.serves(Purpose::SignIn), "{kind}");
            }
        }
    }
}
