//! `org.secinfo.Password`: what the daemon asks of the root helper that sets passwords.
//! `schemas/varlink/org.secinfo.Password.varlink` is the contract.

use crate::varlink::{errors, words};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use zeroize::Zeroizing;

/// The socket.
pub const SOCKET: &str = "/run/secinfo/password";

/// The name of the interface.
pub const INTERFACE: &str = "org.secinfo.Password";

/// The interface, in Varlink's own language.
pub const DESCRIPTION: &str = include_str!("../../varlink/org.secinfo.Password.varlink");

/// The longest message, in bytes, with the NUL behind it.
pub const LONGEST_MESSAGE: usize = 64 * 1024;

/// How long a ticket can be used, in seconds.
pub const TICKET_LIFE: i64 = 60;

/// How long the outcome of a ticket is kept, in seconds.
pub const OUTCOME_LIFE: i64 = 24 * 60 * 60;

/// The longest password, in bytes: what PAM takes, less the NUL at its end.
pub const LONGEST_PASSWORD: usize = 511;

/// The methods, by their whole names.
pub mod method {
    /// [`Check`](super::Check) to a [`Checked`](super::Checked).
    pub const CHECK: &str = "org.secinfo.Password.Check";
    /// [`SetPassword`](super::SetPassword) to an [`Attempt`](super::Attempt).
    pub const SET_PASSWORD: &str = "org.secinfo.Password.SetPassword";
    /// [`Outcome`](super::Outcome) to a [`Became`](super::Became).
    pub const OUTCOME: &str = "org.secinfo.Password.Outcome";
}

/// A ticket's number: 128 random bits, written as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketId([u8; 16]);

impl TicketId {
    /// The number of these random bytes.
    pub const fn new(random: [u8; 16]) -> Self {
        Self(random)
    }

    /// Reads 32 digits in lower case, the one form of each number.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        let mut bytes = [0; 16];
        if digits.len() != 2 * bytes.len() {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(bytes))
    }
}

/// The value of a hexadecimal digit in lower case.
fn digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl std::fmt::Display for TicketId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl Serialize for TicketId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TicketId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("not 32 hexadecimal digits"))
    }
}

/// Allows one password to be set, once, for this user, within a minute.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ticket {
    /// Its number.
    pub id: TicketId,
    /// The user's name.
    pub name: String,
    /// The user's uid.
    pub uid: u32,
    /// When it was issued, in Unix seconds.
    pub issued_at: i64,
}

/// A new password: 1 to 511 bytes without control characters. It is overwritten after use, and not printed.
#[derive(Clone)]
pub struct NewPassword(Zeroizing<String>);

/// What was typed cannot be a password on this host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a password has 1 to {LONGEST_PASSWORD} bytes and no control characters")]
pub struct UnfitPassword;

impl NewPassword {
    /// Takes what was typed. PAM and commands end it at the first NUL or line feed, so it has none.
    ///
    /// # Errors
    /// [`UnfitPassword`] if it is empty, too long, or has a control character.
    pub fn parse(text: &str) -> Result<Self, UnfitPassword> {
        if text.is_empty() || text.len() > LONGEST_PASSWORD || text.contains(char::is_control) {
            return Err(UnfitPassword);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The password.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Serialize for NewPassword {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for NewPassword {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Typed;
        impl de::Visitor<'_> for Typed {
            type Value = NewPassword;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("a password")
            }

            // Its error repeats nothing of the text.
            fn visit_str<E: de::Error>(self, text: &str) -> Result<NewPassword, E> {
                NewPassword::parse(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Typed)
    }
}

/// The parameters of `Check`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The user's name.
    pub name: String,
    /// The user's uid.
    pub uid: u32,
}

/// What `Check` returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub struct Checked {
    /// Whether a password can be set for the user.
    pub account: Account,
}

/// The parameters of `SetPassword`.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SetPassword {
    /// What allows it, and for whom.
    pub ticket: Ticket,
    /// The new password.
    pub password: NewPassword,
    /// The user's locale or language tag: messages are in its language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// What `SetPassword` returns.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Attempt {
    /// What came of it.
    pub outcome: AttemptOutcome,
    /// What the host's password modules say to the user.
    pub messages: Vec<String>,
}

/// The parameters of `Outcome`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The ticket asked about.
    pub ticket: Ticket,
}

/// What `Outcome` returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub struct Became {
    /// What became of the ticket.
    pub outcome: TicketOutcome,
}

words! {
    /// Whether a password can be set for a user.
    Account {
        /// It is kept on this host, or a command sets it.
        Settable,
        /// Another service keeps it, and no command is configured.
        Elsewhere,
        /// It is not set here, for a reason that the journal of the helper has.
        Barred,
    }
}

words! {
    /// What came of an attempt to set a password.
    AttemptOutcome {
        /// The new password holds.
        Set,
        /// The host's rules for passwords refuse it; the old one holds.
        Refused,
        /// [`Account::Elsewhere`]; nothing was changed.
        Elsewhere,
        /// [`Account::Barred`]; nothing was changed.
        Barred,
        /// Something is wrong on the host; the old one holds.
        Failed,
        /// The command did not end in time: one of them holds.
        Unknown,
    }
}

words! {
    /// What became of a ticket.
    TicketOutcome {
        /// Its password was set.
        Set,
        /// Its password was not set, and will not be.
        NotSet,
        /// The command was cut short, or the ticket is too old.
        Unknown,
    }
}

errors! {
    /// The errors of the interface. After each, nothing was changed.
    PasswordError in "org.secinfo.Password" {
        /// The caller is neither root nor the daemon.
        NotAuthorized,
        /// The ticket was taken before.
        TicketUsed,
        /// The ticket is older than a minute, or from the future.
        TicketExpired,
        /// Too many tickets were taken, or another process sets a password for too long.
        LimitsExceeded,
        /// The record of tickets cannot be read or written.
        StorageUnavailable,
        /// The helper has a fault.
        Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::varlink;

    fn ticket() -> Ticket {
        Ticket {
            id: TicketId::new([0xab; 16]),
            name: "alice".to_owned(),
            uid: 1000,
            issued_at: 1_700_000_000,
        }
    }

    fn word(value: impl Serialize) -> String {
        let word = serde_json::to_value(value).unwrap();
        word.as_str().unwrap().to_owned()
    }

    #[test]
    fn a_ticket_has_one_number_in_one_form() {
        let text = serde_json::to_string(&ticket()).unwrap();
        assert!(
            text.contains(r#""id":"abababababababababababababababab""#),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<Ticket>(&text).unwrap(), ticket());
        let digits = "0123456789abcdef0123456789abcdef";
        assert_eq!(TicketId::parse(digits).unwrap().to_string(), digits);
        for other in [
            "",
            "0123456789abcdef0123456789abcde",
            "0123456789abcdef0123456789abcdef0",
            "0123456789ABCDEF0123456789abcdef",
            "../../../../../../../etc/passwd0",
            "0123456789abcdef0123456789abcdeé",
        ] {
            assert_eq!(TicketId::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_password_is_what_pam_and_a_command_take_whole() {
        for text in ["x", "ein Satz mit Leerzeichen", "ß\"\\", &"x".repeat(511)] {
            assert_eq!(NewPassword::parse(text).unwrap().expose(), text);
        }
        for text in ["", "a\0b", "a\nb", "a\u{7f}", "\u{85}", &"x".repeat(512)] {
            assert!(NewPassword::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_refused_password_is_not_in_the_error() {
        let call = r#"{"ticket":{"id":"abababababababababababababababab","name":"alice","uid":1,
            "issued_at":1},"password":"secret\u0000"}"#;
        let error = serde_json::from_str::<SetPassword>(call).err().unwrap();
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn the_longest_password_fits_into_a_message() {
        let call = SetPassword {
            ticket: Ticket {
                name: "\u{1}".repeat(256),
                ..ticket()
            },
            // Each byte is escaped, the longest way to write it.
            password: NewPassword::parse(&"\"".repeat(LONGEST_PASSWORD)).unwrap(),
            language: Some("de_DE.UTF-8".to_owned()),
        };
        let message = varlink::call(method::SET_PASSWORD, &call, LONGEST_MESSAGE);
        assert!(message.len() < LONGEST_MESSAGE);
    }

    #[test]
    fn a_misspelt_parameter_is_not_ignored() {
        assert!(serde_json::from_str::<Check>(r#"{"name":"a","uid":1,"force":true}"#).is_err());
        assert!(serde_json::from_str::<Check>(r#"{"name":"a","uid":-1}"#).is_err());
        assert!(serde_json::from_str::<Check>(r#"{"name":"a","uid":1,"uid":0}"#).is_err());
    }

    #[test]
    fn the_contract_names_each_word_and_each_error() {
        for error in PasswordError::ALL {
            let name = error.name();
            assert_eq!(PasswordError::from_name(name), Some(*error));
            let short = name.strip_prefix("org.secinfo.Password.").unwrap();
            assert!(DESCRIPTION.contains(&format!("error {short} ()")), "{name}");
        }
        let lists = [
            Account::ALL.iter().map(word).collect::<Vec<_>>(),
            AttemptOutcome::ALL.iter().map(word).collect(),
            TicketOutcome::ALL.iter().map(word).collect(),
        ];
        for list in lists {
            let list = format!("({})", list.join(", "));
            assert!(DESCRIPTION.contains(&list), "{list}");
        }
        for method in [method::CHECK, method::SET_PASSWORD, method::OUTCOME] {
            let short = method.strip_prefix("org.secinfo.Password.").unwrap();
            assert!(
                DESCRIPTION.contains(&format!("method {short}(")),
                "{method}"
            );
        }
    }
}
