//! Phone numbers, as people write them: brought to E.164, and recognized by what line they are.

mod line;
#[cfg(test)]
mod tests;
mod written;

pub use line::Line;

use phonenumber::country::Id;
use phonenumber::metadata::DATABASE;
use secinfo_domain::{Country, PhoneNumber};
use zeroize::Zeroizing;

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
}

/// Parses a number as people write it: with spaces, dashes and brackets, with `+` or `00` before
/// the country code or without one (then of `default_country`), as a `tel:` URI (RFC 3966), with
/// a trunk zero in brackets, with an extension, which is dropped.
pub fn parse(text: &str, default_country: Option<Country>) -> Result<Phone, InvalidPhone> {
    let written = written::read(text)?;
    let default = default_country.and_then(|country| country.as_str().parse::<Id>().ok());
    let digits = written.digits.as_str();
    // What stands behind 00 is tried second: a national number may start so, and 00 may be one of
    // several ways to dial abroad.
    let behind_zeros = digits
        .strip_prefix("00")
        .filter(|rest| !rest.starts_with('0'));
    let found = if written.international {
        abroad(digits)
    } else {
        default
            .and_then(|country| at_home(country, digits))
            .or_else(|| abroad(behind_zeros?))
    };
    let Some((number, place)) = found else {
        let knows_country = written.international || behind_zeros.is_some() || default.is_some();
        return Err(if knows_country {
            InvalidPhone::NoSuchNumber
        } else {
            InvalidPhone::NoCountry
        });
    };
    Ok(Phone {
        number,
        country: place.country,
        dropped_extension: written.extension,
        line: place.line,
    })
}

/// The number whose digits these are, country code first. As they stand, if that can be assigned;
/// else without what is dialled within the country only, which the library takes away even where
/// it is a part of the number.
fn abroad(digits: &str) -> Option<(PhoneNumber, line::Assigned)> {
    let (code, national) = digits.split_at_checked(calling_code_length(digits))?;
    let code = code.parse().ok()?;
    numbered(code, national)
        .or_else(|| read_by_library(None, &Zeroizing::new(format!("+{digits}"))))
}

/// The number that is reached when these digits are dialled within a country.
fn at_home(country: Id, digits: &str) -> Option<(PhoneNumber, line::Assigned)> {
    let code = DATABASE.by_id(country.as_ref())?.country_code();
    read_by_library(Some(country), digits).or_else(|| numbered(code, digits))
}

fn read_by_library(country: Option<Id>, digits: &str) -> Option<(PhoneNumber, line::Assigned)> {
    let parsed = phonenumber::parse(country, digits).ok()?;
    let national = Zeroizing::new(parsed.national().to_string());
    numbered(parsed.code().value(), &national)
}

/// The number in E.164 and what it is, if such a number can be assigned.
fn numbered(code: u16, national: &str) -> Option<(PhoneNumber, line::Assigned)> {
    let place = line::assigned(code, national)?;
    let number = PhoneNumber::parse(&Zeroizing::new(format!("+{code}{national}"))).ok()?;
    Some((number, place))
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
