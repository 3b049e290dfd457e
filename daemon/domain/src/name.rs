//! Names that come from outside, parsed once at the border.

use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;

/// A text that cannot be such a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Nothing is left after trimming.
    #[error("it is empty: write at least one visible character")]
    Empty,
    /// It is longer than its limit.
    #[error("it is too long: at most {0} characters fit")]
    TooLong(usize),
    /// It holds a character that is not allowed there.
    #[error(
        "it holds a control character, a line break or another character that is not allowed there"
    )]
    Character,
}

fn parse(
    text: &str,
    limit: usize,
    allowed: impl Fn(char) -> bool,
) -> Result<Box<str>, InvalidName> {
    if text.is_empty() {
        return Err(InvalidName::Empty);
    }
    if text.chars().count() > limit {
        return Err(InvalidName::TooLong(limit));
    }
    // White space around a name is not dropped, or else two accounts could have one name here.
    if !text.chars().all(allowed) || text.trim() != text {
        return Err(InvalidName::Character);
    }
    Ok(text.into())
}

/// Characters that draw nothing or turn the direction of writing: they could make one label look
/// like another.
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// Whether a name of NSS can have this character. Not what makes two fields of a file or two lines of a
/// log of it, and no control character, be it of a terminal or of the direction of writing.
fn can_be_in_account(c: char) -> bool {
    !(c.is_control() || matches!(c, ':' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $limit:expr, $tidied:expr, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// The most characters that fit.
            pub const LIMIT: usize = $limit;

            /// Parses it.
            pub fn parse(text: &str) -> Result<Self, InvalidName> {
                let tidied: fn(&str) -> &str = $tidied;
                parse(tidied(text), Self::LIMIT, $allowed).map(Self)
            }

            /// The name as it is stored. It was trimmed before: one event has one spelling.
            pub(crate) fn stored(text: &str) -> Result<Self, InvalidName> {
                let name = Self::parse(text)?;
                if name.as_str() == text { Ok(name) } else { Err(InvalidName::Character) }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Stored;
                impl de::Visitor<'_> for Stored {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a name")
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        $name::stored(text).map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Stored)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;
            fn try_from(text: String) -> Result<Self, InvalidName> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// What a user calls a method: 1 to 64 visible characters.
    Label, 64, str::trim, |c| !is_deceptive(c)
);
name!(
    /// The name of a Unix account as NSS gives it: directories have blanks, `@`, `\`, `$` and letters of
    /// every script in theirs.
    UserName, 256, |text| text, can_be_in_account
);
name!(
    /// The name of a Unix group, as NSS gives it.
    GroupName, 256, |text| text, can_be_in_account
);
name!(
    /// The PAM service, or the program, for which a user is verified: `sshd`, `sudo`, `secinfo`. PAM finds
    /// it by a file of that name.
    ServiceName, 64, |text| text, |c| can_be_in_account(c) && c != '/'
);
name!(
    /// What the administrator calls a channel: `text-main`.
    ChannelName, 32, |text| text, |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
);
name!(
    /// The id of a security question, which users' answers are kept with: `first-pet`.
    QuestionId, 40, |text| text, |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_around_a_name_that_is_typed_is_dropped() {
        assert_eq!(Label::parse("  my phone\n").unwrap().as_str(), "my phone");
    }

    #[test]
    fn white_space_around_a_name_that_is_stored_is_refused() {
        assert!(serde_json::from_str::<ServiceName>("\"sshd\"").is_ok());
        assert!(serde_json::from_str::<ServiceName>("\" sshd\"").is_err());
    }

    #[test]
    fn a_name_is_neither_empty_nor_too_long() {
        assert_eq!(Label::parse(" \t "), Err(InvalidName::Empty));
        // Characters count, not bytes.
        assert!(Label::parse(&"ö".repeat(64)).is_ok());
        assert_eq!(Label::parse(&"o".repeat(65)), Err(InvalidName::TooLong(64)));
    }

    #[test]
    fn a_label_has_nothing_that_hides_or_turns_what_is_read() {
        assert!(Label::parse("Büro: 2. Schlüssel / blau").is_ok());
        for deceptive in [
            "a\0b",
            "a\nb",
            "a\u{1b}[2Jb",
            "a\u{202e}b",
            "a\u{200b}b",
            "a\u{2066}b",
        ] {
            assert_eq!(
                Label::parse(deceptive),
                Err(InvalidName::Character),
                "{deceptive:?}"
            );
        }
    }

    #[test]
    fn names_of_directories_are_names() {
        for name in [
            "alice@example.org",
            "Max Muster",
            "CORP\\max.muster",
            "CORP+max",
            "CORP/max",
            "svc-backup$",
            "Jürgen Groß",
            "Иван",
            "山田 太郎",
            "علی\u{200c}رضا",
            "al\u{a0}ice",
            "_apt",
            "1000",
        ] {
            assert_eq!(
                UserName::parse(name).as_ref().map(UserName::as_str),
                Ok(name)
            );
            assert_eq!(
                GroupName::parse(name).as_ref().map(GroupName::as_str),
                Ok(name)
            );
        }
    }

    #[test]
    fn a_user_name_that_would_read_as_two_fields_or_lines_is_refused() {
        for name in [
            "alice:0",
            "alice\nroot",
            "alice\troot",
            "alice\u{1b}[2J",
            "alice\u{85}root",
            "alice\u{2028}root",
            "alice\u{202e}toor",
            " alice",
            "alice ",
            "alice\u{a0}",
            "alice\n",
        ] {
            assert_eq!(
                UserName::parse(name),
                Err(InvalidName::Character),
                "{name:?}"
            );
            assert_eq!(
                GroupName::parse(name),
                Err(InvalidName::Character),
                "{name:?}"
            );
        }
    }

    #[test]
    fn a_service_is_named_as_its_file_is() {
        for name in ["polkit-1", "systemd-user@1.service", "Büro VPN", "app$1"] {
            assert!(ServiceName::parse(name).is_ok(), "{name}");
        }
        for name in ["../sshd", "/etc/pam.d/sshd", "sshd:1", "sshd\n", " sshd"] {
            assert_eq!(
                ServiceName::parse(name),
                Err(InvalidName::Character),
                "{name:?}"
            );
        }
    }
}
