//! Names that come from outside, parsed once at the border.

use serde::{Deserialize, Serialize};
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
    let text = text.trim();
    if text.is_empty() {
        return Err(InvalidName::Empty);
    }
    if text.chars().count() > limit {
        return Err(InvalidName::TooLong(limit));
    }
    if !text.chars().all(allowed) {
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

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $limit:expr, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// The most characters that fit.
            pub const LIMIT: usize = $limit;

            /// Parses it; white space around it is dropped.
            pub fn parse(text: &str) -> Result<Self, InvalidName> {
                parse(text, Self::LIMIT, $allowed).map(Self)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
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
    Label, 64, |c| !is_deceptive(c)
);
name!(
    /// The name of a Unix account as NSS gives it. No control character, colon or white space: such
    /// a name could be read as two fields of a file or as two lines of a log.
    UserName, 256, |c| !is_deceptive(c) && !c.is_whitespace() && c != ':' && c != '/'
);
name!(
    /// The name of a Unix group.
    GroupName, 256, |c| !is_deceptive(c) && !c.is_whitespace() && c != ':' && c != '/'
);
name!(
    /// The PAM service, or the program, for which a user is verified: `sshd`, `sudo`, `secinfo`.
    ServiceName, 64, |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@')
);
