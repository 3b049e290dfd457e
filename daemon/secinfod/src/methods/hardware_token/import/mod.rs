//! Importing hardware tokens from the files that vendors deliver: a CSV table, or PSKC (RFC 6030).
//!
//! A file is read as far as it makes sense. What is wrong with one token does not keep out the
//! others; the administrator is told of each, where it stands and what would be right.

mod csv;
pub mod pskc;

use crate::methods::one_time_password::Secret;
use secinfo_domain::{Counter, OtpParameters, UserName};
use secinfo_words::visible;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;

/// The largest file that is read, in bytes.
pub const LARGEST_FILE: usize = secinfo_wire::LARGEST_TOKEN_FILE;

/// Longest serial number, manufacturer and model, in characters.
const LONGEST_NAME: usize = 64;

/// The serial number of a hardware token, as it is printed on it: 1 to 64 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SerialNumber(String);

/// A text that is no serial number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a serial number is 1 to 64 visible ASCII characters, without spaces")]
pub struct InvalidSerialNumber;

impl SerialNumber {
    /// The serial number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SerialNumber {
    type Error = InvalidSerialNumber;

    fn try_from(text: String) -> Result<Self, InvalidSerialNumber> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if visible && (1..=LONGEST_NAME).contains(&text.len()) {
            Ok(Self(text))
        } else {
            Err(InvalidSerialNumber)
        }
    }
}

impl std::str::FromStr for SerialNumber {
    type Err = InvalidSerialNumber;

    fn from_str(text: &str) -> Result<Self, InvalidSerialNumber> {
        Self::try_from(text.trim().to_owned())
    }
}

impl From<SerialNumber> for String {
    fn from(serial: SerialNumber) -> Self {
        serial.0
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A token as the file describes it.
#[derive(Clone, PartialEq, Eq)]
pub struct ImportedToken {
    /// The serial number; no two tokens of a file have the same.
    pub serial: SerialNumber,
    /// Who made it; may be empty.
    pub manufacturer: String,
    /// What it is called; may be empty.
    pub model: String,
    /// How its codes are computed.
    pub parameters: OtpParameters,
    /// Its secret.
    pub secret: Secret,
    /// The next counter to expect; 0 for a token with a clock.
    pub counter: Counter,
    /// By how many steps its clock is known to be ahead of ours; 0 for a token with a button.
    pub drift: i32,
    /// The user for whom the file names it; no other may activate it.
    pub user: Option<UserName>,
}

/// Where in a file something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// A line of a table, the first being 1.
    Line(u64),
    /// A key of a PSKC file: which one, the first being 1, and its `Id`.
    Key(usize, String),
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Key(number, id) if id.is_empty() => write!(f, "key {number}"),
            Self::Key(number, id) => write!(f, "key {number} (Id {id:?})"),
        }
    }
}

/// What is wrong at a position, and what would be right. The token there is not imported. It never
/// holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{position}: {what}")]
pub struct TokenProblem {
    /// Where.
    pub position: Position,
    /// What is wrong and what would be right, for the administrator.
    pub what: String,
}

/// What a file holds.
#[derive(Default)]
pub struct Import {
    /// The tokens that can be used, in the order of the file.
    pub tokens: Vec<ImportedToken>,
    /// What was left out, in the order of the file.
    pub problems: Vec<TokenProblem>,
}

/// Why a file as a whole cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// It is larger than [`LARGEST_FILE`].
    #[error("the file is larger than 4 MiB: import it in parts")]
    TooLarge,
    /// It is neither in UTF-8 nor in UTF-16.
    #[error("the file is not in UTF-8: save it in that encoding")]
    NotUtf8,
    /// The table has no column of this name.
    #[error(
        "the table has no column {0:?}: its first line must name the columns serial number, secret key, time interval, \
         manufacturer and model, and may name algorithm, digits, counter and user; between the names stand commas, \
         semicolons or tabs"
    )]
    MissingColumn(&'static str),
    /// The table has a column twice.
    #[error("the table has the column {0:?} more than once: leave one")]
    ColumnTwice(&'static str),
    /// It is not XML as far as we read it.
    #[error("not readable as XML at byte {position}: {}", visible(what))]
    Xml {
        /// How many bytes into the file.
        position: u64,
        /// What is wrong.
        what: String,
    },
    /// It is XML, but not PSKC as far as we read it.
    #[error("not a PSKC file (RFC 6030) that can be read: {}", visible(.0))]
    Pskc(String),
    /// Its keys are encrypted, in a way that is not supported or with a key that is missing.
    #[error("the keys in the file are encrypted: {}", visible(.0))]
    Encrypted(String),
}

/// Reads a file of either format: PSKC when it begins with `<`, a CSV table otherwise.
///
/// `key` is for PSKC files whose keys are encrypted; `now`, in seconds since 1970, for
/// leaving out keys that have expired.
pub fn read(file: &[u8], key: Option<&pskc::FileKey>, now: u64) -> Result<Import, ImportError> {
    if file.len() > LARGEST_FILE {
        return Err(ImportError::TooLarge);
    }
    let text = secinfo_typed::decode(file).ok_or(ImportError::NotUtf8)?;
    if text.trim_start().starts_with('<') {
        pskc::read(&text, key, now)
    } else {
        csv::read(&text)
    }
}

/// Gathers what a file holds, and refuses a serial number that comes twice.
#[derive(Default)]
struct Gathered {
    import: Import,
    positions: HashMap<SerialNumber, Position>,
}

impl Gathered {
    fn is_empty(&self) -> bool {
        self.import.tokens.is_empty() && self.import.problems.is_empty()
    }

    fn add(&mut self, position: Position, token: Result<ImportedToken, String>) {
        let token = token.and_then(|token| match self.positions.get(&token.serial) {
            Some(first) => Err(format!(
                "the serial number {} stands at {first} already: each must stand once",
                token.serial
            )),
            None => Ok(token),
        });
        match token {
            Ok(token) => {
                self.positions.insert(token.serial.clone(), position);
                self.import.tokens.push(token);
            }
            Err(what) => self.import.problems.push(TokenProblem {
                position,
                what: visible(&what).into_owned(),
            }),
        }
    }
}

/// A manufacturer or model: trimmed, of bounded length, without control characters.
fn name(what: &str, text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.chars().count() > LONGEST_NAME || text.chars().any(char::is_control) {
        return Err(format!(
            "the {what} must be at most {LONGEST_NAME} characters, without control characters"
        ));
    }
    Ok(text.to_owned())
}

/// The hash, under the names that vendors give it: `SHA1`, `sha-256`, `HMAC-SHA512`. Empty is SHA-1.
fn algorithm(text: &str) -> Result<secinfo_domain::Algorithm, String> {
    use secinfo_domain::Algorithm;
    let text = text.trim();
    if text.is_empty() {
        return Ok(Algorithm::Sha1);
    }
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, '-' | '_' | ' '))
        .collect();
    let plain = plain.to_ascii_uppercase();
    plain
        .strip_prefix("HMAC")
        .unwrap_or(&plain)
        .parse()
        .map_err(|error| format!("the algorithm {:?} is not known: {error}", excerpt(text)))
}

/// As much of a text from the file as goes into a message.
fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests;
