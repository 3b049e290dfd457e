//! A number as it is written, taken apart: digits, plus sign, extension. What is left over is not
//! guessed at, but refused.

use super::{InvalidPhone, LIMIT};
use crate::methods::typed;
use zeroize::Zeroizing;

/// The most digits that are passed on: 15 of E.164, and a prefix for dialling abroad.
const MOST_DIGITS: usize = 20;

/// The most digits of an extension.
const MOST_EXTENSION: usize = 10;

/// Words that stand before an extension, in lower case.
const EXTENSION_WORDS: [&str; 11] = [
    "ext",
    "extn",
    "extension",
    "xtn",
    "x",
    "int",
    "anexo",
    "poste",
    "durchwahl",
    "dw",
    "klappe",
];

/// A number taken apart.
pub(super) struct Written {
    /// Its digits, without the plus sign.
    pub(super) digits: Zeroizing<String>,
    /// Whether they start with a country code.
    pub(super) international: bool,
    /// Whether an extension stood behind them.
    pub(super) extension: bool,
}

pub(super) fn read(text: &str) -> Result<Written, InvalidPhone> {
    if text.len() > LIMIT {
        return Err(InvalidPhone::TooLong);
    }
    // One spelling of digits and signs, without what cannot be seen: numbers that are copied from
    // a list of contacts come with marks of writing direction around them.
    let text = Zeroizing::new(text.chars().filter_map(typed::plain).collect::<String>());
    let text = text.trim();
    let (text, mut context) = match without_scheme(text) {
        Some(uri) => uri
            .split_once(';')
            .map_or((uri, None), |(n, p)| (n, Some(p))),
        None => (text, None),
    };
    // RFC 3966 parameters are also found behind numbers that are no URI.
    let (text, parameters) = match (context.take(), text.split_once(';')) {
        (Some(parameters), _) => (text, Some(parameters)),
        (None, Some((number, parameters))) if parameters.contains('=') => {
            (number, Some(parameters))
        }
        (None, _) => (text, None),
    };
    let (number, behind) = split_extension(text)?;
    let mut written = digits(number)?;
    written.extension = behind;
    for (name, value) in parameters.into_iter().flat_map(named) {
        match name.to_ascii_lowercase().as_str() {
            "ext" => written.extension = true,
            "phone-context" if !written.international => {
                // Otherwise it is a domain, which says nothing about a country.
                if let Some(prefix) = value.strip_prefix('+') {
                    let prefix = digits(prefix)?;
                    written.digits =
                        Zeroizing::new(format!("{}{}", *prefix.digits, *written.digits));
                    written.international = true;
                }
            }
            _ => {}
        }
    }
    match written.digits.len() {
        0 => Err(InvalidPhone::Empty),
        1..=MOST_DIGITS => Ok(written),
        _ => Err(InvalidPhone::TooLong),
    }
}

fn without_scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_at_checked(4)?;
    scheme.eq_ignore_ascii_case("tel:").then_some(rest)
}

fn named(parameters: &str) -> impl Iterator<Item = (&str, &str)> {
    parameters
        .split(';')
        .filter_map(|parameter| parameter.split_once('='))
        .map(|(name, value)| (name.trim(), value.trim()))
}

/// The number, and whether an extension stands behind it.
fn split_extension(text: &str) -> Result<(&str, bool), InvalidPhone> {
    let start = text.find(|c: char| c.is_alphabetic() || matches!(c, ',' | ';' | '#'));
    let Some(start) = start else {
        return Ok((text, false));
    };
    let (number, rest) = text.split_at(start);
    let rest = rest.trim_start_matches([',', ';', ' ']);
    let digits_at = rest
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (word, extension) = rest.split_at(digits_at);
    let word = word
        .trim_end_matches(['.', ':', '=', '-', ' '])
        .to_lowercase();
    let known = word.is_empty() || word == "#" || EXTENSION_WORDS.contains(&word.as_str());
    let extension = extension.trim_end_matches(['#', ' ']);
    let is_extension = (1..=MOST_EXTENSION).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_digit());
    if known && is_extension {
        Ok((number, true))
    } else {
        Err(InvalidPhone::Characters)
    }
}

fn digits(text: &str) -> Result<Written, InvalidPhone> {
    let text = text.trim();
    let (international, text) = match text.strip_prefix('+').or_else(|| text.strip_prefix("(+")) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut digits = Zeroizing::new(String::with_capacity(LIMIT));
    // A trunk zero in brackets is dialled within the country only.
    let abroad = international || text.trim_start().starts_with("00");
    let trunk = if abroad { text.find("(0)") } else { None };
    let (before, after) = trunk.map_or((text, ""), |at| (&text[..at], &text[at + 3..]));
    for c in before.chars().chain(after.chars()) {
        match c {
            '0'..='9' => digits.push(c),
            ' ' | '-' | '.' | '/' | '(' | ')' | '[' | ']' | '~' => {}
            _ => return Err(InvalidPhone::Characters),
        }
    }
    Ok(Written {
        digits,
        international,
        extension: false,
    })
}
