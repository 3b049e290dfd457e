//! A number as it is written, taken apart: digits, plus sign, extension. What is left over is not
//! guessed at, but refused.

use super::{InvalidPhone, LIMIT};
use zeroize::Zeroizing;

/// The most digits that are passed on: 15 of E.164, and what is dialled before them within the country.
const MOST_DIGITS: usize = 20;

/// The most digits that are dialled before a country code: a carrier, as in 14 11, and 0011.
const MOST_PREFIX: usize = 8;

/// The most digits of an extension.
const MOST_EXTENSION: usize = 10;

/// The most digits of an extension that no word names: more are another number.
const MOST_UNNAMED_EXTENSION: usize = 5;

/// The most digits before a slash that stands behind an area code: a trunk prefix and 5 digits, or a
/// country code as well. Behind a whole number, a slash stands before another one.
const MOST_BEFORE_SLASH: usize = 6;
const MOST_BEFORE_SLASH_ABROAD: usize = 7;
const LEAST_BEHIND_SLASH: usize = 3;

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
    /// Its digits without the zero in brackets behind a country or area code, if it has one: the
    /// zero is dialled within the country only, but in some countries it is part of the number.
    without_zero: Option<Zeroizing<String>>,
    /// Whether they start with a country code.
    pub(super) international: bool,
    /// Whether an extension stood behind them.
    pub(super) extension: bool,
}

impl Written {
    /// The digits, with a zero in brackets and without it.
    pub(super) fn spellings(&self) -> impl Iterator<Item = &str> {
        [Some(&self.digits), self.without_zero.as_ref()]
            .into_iter()
            .flatten()
            .map(|digits| digits.as_str())
    }
}

pub(super) fn read(text: &str) -> Result<Written, InvalidPhone> {
    if text.len() > LIMIT {
        return Err(InvalidPhone::TooLong);
    }
    // What stands on two lines, or in two cells of a table, may be two numbers.
    let is_many = text.trim().contains([
        '\n', '\r', '\t', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}',
    ]);
    // One spelling of digits and signs, without what cannot be seen: numbers that are copied from
    // a list of contacts come with marks of writing direction around them.
    let text = Zeroizing::new(
        text.chars()
            .filter_map(secinfo_typed::plain)
            .collect::<String>(),
    );
    let text = text.trim();
    if is_many {
        return Err(InvalidPhone::Characters);
    }
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
                    let behind =
                        |digits: &str| Zeroizing::new(format!("{}{digits}", *prefix.digits));
                    written.without_zero =
                        written.without_zero.as_deref().map(|digits| behind(digits));
                    written.digits = behind(&written.digits);
                    written.international = true;
                }
            }
            _ => {}
        }
    }
    let most = if written.international {
        MOST_DIGITS
    } else {
        MOST_DIGITS + MOST_PREFIX
    };
    match written.digits.len() {
        0 => Err(InvalidPhone::Empty),
        length if length <= most => Ok(written),
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
    let named = EXTENSION_WORDS.contains(&word.as_str());
    let known = named || word.is_empty() || word == "#";
    let most = if named {
        MOST_EXTENSION
    } else {
        MOST_UNNAMED_EXTENSION
    };
    let extension = extension.trim_end_matches(['#', ' ']);
    let is_extension = (1..=most).contains(&extension.len())
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
    let mut slash = None;
    for c in text.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '/' => {
                slash.get_or_insert(digits.len());
            }
            ' ' | '-' | '.' | '(' | ')' | '[' | ']' | '~' => {}
            _ => return Err(InvalidPhone::Characters),
        }
    }
    let (before_slash, most) = if international {
        (slash, MOST_BEFORE_SLASH_ABROAD)
    } else {
        // Two zeros before a country code are not counted.
        let zeros = if digits.starts_with("00") { 3 } else { 0 };
        (slash, MOST_BEFORE_SLASH + zeros)
    };
    if before_slash
        .is_some_and(|before| before > most || digits.len() - before < LEAST_BEHIND_SLASH)
    {
        return Err(InvalidPhone::Characters);
    }
    let zero = text
        .find("(0)")
        .filter(|at| text[..*at].contains(|c: char| c.is_ascii_digit()));
    let without_zero = zero.map(|at| {
        let kept = text[..at].chars().chain(text[at + 3..].chars());
        Zeroizing::new(kept.filter(char::is_ascii_digit).collect())
    });
    Ok(Written {
        digits,
        without_zero,
        international,
        extension: false,
    })
}
