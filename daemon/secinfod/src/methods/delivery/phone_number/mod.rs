//! Phone numbers, as people write them: brought to E.164, and recognized by what line they are.

mod line;
mod reading;
#[cfg(test)]
mod tests;
mod written;

pub use line::Line;

use reading::{Read, Readings};
use secinfo_domain::{Country, PhoneNumber};

/// The most bytes that are looked at.
pub const LIMIT: usize = 1024;

/// A number that a user entered. It is personal data, so there is no `Debug`.
#[derive(Clone)]
pub struct Phone {
    /// The number in E.164.
    pub number: PhoneNumber,
    /// The country that it belongs to; `None` for those of no country, such as satellite phones.
    pub country: Option<Country>,
    /// Whether an extension stood behind it, to which no message can be sent.
    pub dropped_extension: bool,
    /// What answers there.
    pub line: Line,
}

/// A text that is no phone number to which a message can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPhone {
    /// Nothing was entered.
    #[error("enter a phone number, such as +49 30 901820")]
    Empty,
    /// More was entered than any number has.
    #[error("a phone number has at most 15 digits; enter one number and nothing else")]
    TooLong,
    /// It holds what no number holds, such as letters.
    #[error("a phone number is made of digits; enter it without letters, such as +49 30 901820")]
    Characters,
    /// It is a national number, and of which country is unknown.
    #[error("start the number with a plus sign and the country code, such as +49 30 901820")]
    NoCountry,
    /// No such number can be assigned.
    #[error("there is no such phone number; check it, and start it with + and the country code")]
    NoSuchNumber,
    /// It can be read as more than one number.
    #[error(
        "this can be read as more than one phone number; start it with + and the country code, leave out (0)"
    )]
    Ambiguous,
}

/// Parses a number as people write it: with spaces, dashes and brackets, with `+` or what is dialled
/// abroad before the country code or without one (then of `default_country`), as a `tel:` URI
/// (RFC 3966), with a trunk zero in brackets, with an extension, which is dropped.
pub fn parse(text: &str, default_country: Option<Country>) -> Result<Phone, InvalidPhone> {
    let written = written::read(text)?;
    let mut readings = Readings::default();
    for digits in written.spellings() {
        match default_country {
            _ if written.international => readings.add_abroad(digits),
            Some(country) => readings.add_at_home(country, digits),
            None => readings.add_behind_zeros(digits),
        }
    }
    let knows_country = written.international
        || default_country.is_some()
        || reading::behind_zeros(&written.digits).is_some();
    match readings.read() {
        Read::One(phone) => Ok(Phone {
            dropped_extension: written.extension,
            ..phone
        }),
        Read::Ambiguous => Err(InvalidPhone::Ambiguous),
        Read::None if knows_country => Err(InvalidPhone::NoSuchNumber),
        Read::None => Err(InvalidPhone::NoCountry),
    }
}

/// The number with all but its country code and its last two digits masked: `+49 ••• ••67`.
pub fn masked(number: &PhoneNumber) -> String {
    let digits = number.as_str().trim_start_matches('+');
    let (code, rest) = digits.split_at(calling_code_length(digits).min(digits.len()));
    // Of a number that is little more than its end, that end would be too much.
    let shown = if rest.len() >= 4 {
        &rest[rest.len() - 2..]
    } else {
        "••"
    };
    format!("+{code} ••• ••{shown}")
}

/// How many of the digits are the country code (ITU-T E.164, annex: no code begins another).
fn calling_code_length(digits: &str) -> usize {
    match digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', ..]
        | [b'3', b'0'..=b'4' | b'6' | b'9', ..]
        | [b'4', b'0' | b'1' | b'3'..=b'9', ..]
        | [b'5', b'1'..=b'8', ..]
        | [b'6', b'0'..=b'6', ..]
        | [b'8', b'1' | b'2' | b'4' | b'6', ..]
        | [b'9', b'0'..=b'5' | b'8', ..] => 2,
        _ => 3,
    }
}
