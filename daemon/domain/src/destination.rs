//! Where messages go: phone numbers and email addresses, parsed once at the border.

use crate::UnknownWord;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;
use std::str::FromStr;
use zeroize::Zeroizing;

/// A text that is no such destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDestination {
    /// It is no number in E.164.
    #[error("a phone number is written as a plus sign and 2 to 15 digits, country code first")]
    PhoneNumber,
    /// It is no address that a message can be sent to.
    #[error("an email address is written as name@domain, such as alice@example.org")]
    EmailAddress,
    /// It is no country.
    #[error("a country is written as two capital letters, such as DE or US")]
    Country,
}

macro_rules! destination {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Serialize)]
        #[serde(transparent)]
        pub struct $name(Zeroizing<String>);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Zeroizing::<String>::deserialize(deserializer)?;
                Self::parse(&text).map_err(de::Error::custom)
            }
        }
    };
}

destination!(
    /// A phone number in E.164: a plus sign, the country code, the number. Personal: it has no
    /// `Debug`.
    PhoneNumber
);
destination!(
    /// An email address (RFC 5321 section 4.1.2), as its owner wrote it. Personal: it has no
    /// `Debug`.
    EmailAddress
);

impl PhoneNumber {
    /// Parses a number in E.164. What people write is brought to this form elsewhere.
    pub fn parse(text: &str) -> Result<Self, InvalidDestination> {
        let digits = text.strip_prefix('+').unwrap_or_default();
        let right = (2..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if right {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(InvalidDestination::PhoneNumber)
        }
    }
}

impl EmailAddress {
    /// The most bytes that an address may have (RFC 5321 section 4.5.3.1.3, less the brackets).
    pub const LIMIT: usize = 254;

    /// Parses an address. Only what stands in everyday addresses is taken: no comments, no quoted
    /// local parts, no addresses of bare hosts or numbers. Those are where parsers disagree on who
    /// the recipient is.
    pub fn parse(text: &str) -> Result<Self, InvalidDestination> {
        let (local, domain) = text
            .rsplit_once('@')
            .ok_or(InvalidDestination::EmailAddress)?;
        let dotted = |part: &str, allowed: fn(char) -> bool| {
            part.split('.')
                .all(|atom| !atom.is_empty() && atom.chars().all(allowed))
        };
        let right = text.len() <= Self::LIMIT
            && local.len() <= 64
            && dotted(local, is_local)
            && domain.contains('.')
            && dotted(domain, |c| c.is_ascii_alphanumeric() || c == '-')
            && domain
                .split('.')
                .all(|label| label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-'))
            && !domain
                .rsplit('.')
                .next()
                .is_some_and(|top| top.bytes().all(|byte| byte.is_ascii_digit()));
        if right {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(InvalidDestination::EmailAddress)
        }
    }

    /// What stands before the `@`, and behind it.
    pub fn parts(&self) -> (&str, &str) {
        self.0
            .rsplit_once('@')
            .expect("an address that was parsed has an @")
    }
}

/// An `atext` of RFC 5322 section 3.2.3.
fn is_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

/// A country, by its two letters of ISO 3166-1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

impl Country {
    /// The two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("capital letters are UTF-8")
    }
}

impl FromStr for Country {
    type Err = InvalidDestination;

    fn from_str(text: &str) -> Result<Self, InvalidDestination> {
        match text.as_bytes() {
            [a @ b'A'..=b'Z', b @ b'A'..=b'Z'] => Ok(Self([*a, *b])),
            _ => Err(InvalidDestination::Country),
        }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Country({self})")
    }
}

impl Serialize for Country {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// Which of a user's phone numbers a method is on. There is at most one number in each place; it
/// may serve a text and a call method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The phone that the user carries.
    Mobile,
    /// Another one.
    Alternate,
    /// The one at work.
    Office,
}

impl Place {
    /// Every place, in the order in which clients list them.
    pub const ALL: [Self; 3] = [Self::Mobile, Self::Alternate, Self::Office];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::Alternate => "alternate",
            Self::Office => "office",
        }
    }
}

impl FromStr for Place {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|place| place.as_str() == word)
            .ok_or(UnknownWord {
                what: "place",
                known: &["mobile", "alternate", "office"],
            })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_e164_and_nothing_else() {
        for right in ["+4930123456", "+12025550123", "+49", "+123456789012345"] {
            assert!(PhoneNumber::parse(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "+",
            "4930123456",
            "+0301234",
            "+1",
            "+1234567890123456",
            "+49 30 123456",
            "+49３0123456",
            "+4930123456;ext=1",
            "+4930\n123456",
        ] {
            assert!(PhoneNumber::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_email_address_has_one_recipient_for_every_reader() {
        let long = format!("{}@example.org", "a".repeat(65));
        for right in [
            "alice@example.org",
            "alice+info@mail.example.org",
            "o'neil@example.co",
        ] {
            assert!(EmailAddress::parse(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "alice",
            "@example.org",
            "alice@",
            "alice@localhost",
            "alice@192.168.1.1",
            "alice@[127.0.0.1]",
            "alice@example.org,bob@example.org",
            "alice@example.org\nBcc: bob@example.org",
            "\"alice bob\"@example.org",
            "alice bob@example.org",
            "<alice@example.org>",
            "alice@evil@example.org",
            "alice@-example.org",
            "alice..b@example.org",
            "älice@example.org",
            &long,
        ] {
            assert!(EmailAddress::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_stored_is_parsed_again() {
        assert!(serde_json::from_str::<PhoneNumber>("\"+4930123456\"").is_ok());
        assert!(serde_json::from_str::<PhoneNumber>("\"030123456\"").is_err());
        assert!(serde_json::from_str::<EmailAddress>("\"alice\"").is_err());
        assert!(serde_json::from_str::<Country>("\"de\"").is_err());
    }
}
