//! From the values of TOML to ours, each with what would be right if it is not.

use secinfo_domain::policy::{Limit, Network};
use secinfo_domain::{Country, GroupName, Kind, KindSet, Seconds, ServiceName};
use secinfo_typed::nearest;
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};
use std::path::{Component, Path, PathBuf};
use toml::de::DeValue;

/// Why a value is not taken.
#[derive(Debug)]
pub(super) struct Refusal {
    /// What is wrong.
    pub(super) what: String,
    /// What would be right.
    pub(super) remedy: String,
    /// Where in the text, when it is not the whole value.
    pub(super) span: Option<Range<usize>>,
}

impl Refusal {
    pub(super) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: remedy.into(),
            span: None,
        }
    }

    /// The same with another remedy.
    pub(super) fn instead(self, remedy: &str) -> Self {
        Self {
            remedy: remedy.to_owned(),
            ..self
        }
    }

    fn at(self, span: Range<usize>) -> Self {
        Self {
            span: Some(span),
            ..self
        }
    }
}

fn described(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "it is a text",
        DeValue::Integer(_) => "it is a bare number",
        DeValue::Float(_) => "it is a number with a fraction",
        DeValue::Boolean(_) => "it is true or false",
        DeValue::Datetime(_) => "it is a date or a time of day",
        DeValue::Array(_) => "it is a list",
        DeValue::Table(_) => "it is a section",
    }
}

/// A text in quotes.
pub(super) fn text<'v>(value: &'v DeValue<'_>) -> Result<&'v str, Refusal> {
    value
        .as_str()
        .ok_or_else(|| Refusal::new(described(value), "write a text in quotes"))
}

/// True or false.
pub(super) fn yes_or_no(value: &DeValue<'_>) -> Result<bool, Refusal> {
    match value {
        DeValue::Boolean(yes) => Ok(*yes),
        other => Err(Refusal::new(
            described(other),
            "write true or false, without quotes",
        )),
    }
}

/// A whole number within bounds.
pub(super) fn count<T: TryFrom<u32>>(
    bounds: RangeInclusive<u32>,
) -> impl Fn(&DeValue<'_>) -> Result<T, Refusal> {
    move |value| {
        let remedy = || {
            format!(
                "write a whole number from {} to {}, without quotes",
                bounds.start(),
                bounds.end()
            )
        };
        let number = value
            .as_integer()
            .ok_or_else(|| Refusal::new(described(value), remedy()))?;
        u32::from_str_radix(number.as_str(), number.radix())
            .ok()
            .filter(|count| bounds.contains(count))
            .and_then(|count| T::try_from(count).ok())
            .ok_or_else(|| Refusal::new(format!("{number} is out of range"), remedy()))
    }
}

const TIME_UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];
const SIZE_UNITS: [(&str, u64); 4] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
];

/// A length of time within bounds, in seconds.
pub(super) fn length(
    bounds: RangeInclusive<u32>,
) -> impl Fn(&DeValue<'_>) -> Result<Seconds, Refusal> {
    move |value| {
        let bounds = u64::from(*bounds.start())..=u64::from(*bounds.end());
        let seconds = quantity(value, &TIME_UNITS, &bounds)?;
        Ok(Seconds::new(
            u32::try_from(seconds).expect("the upper bound is a u32"),
        ))
    }
}

/// A size within bounds, in bytes.
pub(super) fn size(bounds: RangeInclusive<u64>) -> impl Fn(&DeValue<'_>) -> Result<u64, Refusal> {
    move |value| quantity(value, &SIZE_UNITS, &bounds)
}

/// So many within so much time, written as "10 in 1h".
pub(super) fn limit(value: &DeValue<'_>) -> Result<Limit, Refusal> {
    limit_to(60_000)(value)
}

/// The same, of no more than `largest`.
pub(super) fn limit_to(largest: u16) -> impl Fn(&DeValue<'_>) -> Result<Limit, Refusal> {
    move |value| limit_within(value, largest)
}

fn limit_within(value: &DeValue<'_>, largest: u16) -> Result<Limit, Refusal> {
    let remedy =
        &format!("write how many, \"in\", and the time: from \"1 in 1s\" to \"{largest} in 24h\"");
    let text = value
        .as_str()
        .ok_or_else(|| Refusal::new(described(value), remedy))?;
    let wrong = |what: &str| Refusal::new(format!("{text:?} {what}"), remedy);
    let (most, within) = text
        .split_once(" in ")
        .ok_or_else(|| wrong("is no limit"))?;
    let most: u16 = most
        .parse()
        .map_err(|_| wrong("does not start with a number"))?;
    if !(1..=largest).contains(&most) {
        return Err(wrong("is out of range"));
    }
    let longest = Limit::LONGEST.get();
    let within = length(1..=longest)(&DeValue::String(within.into()))
        .map_err(|refusal| refusal.instead(remedy))?;
    Ok(Limit { most, within })
}

/// A country by its two letters.
pub(super) fn country(value: &DeValue<'_>) -> Result<Country, Refusal> {
    text(value)?.parse().map_err(|_| {
        Refusal::new(
            "it is no country",
            "write the two capital letters of ISO 3166-1, such as \"DE\" or \"US\"",
        )
    })
}

/// A list of countries, perhaps empty.
pub(super) fn countries(value: &DeValue<'_>) -> Result<Vec<Country>, Refusal> {
    list(value, "countries, such as [\"DE\", \"FR\"]", country)
}

/// A list of Unix groups, perhaps empty.
pub(super) fn groups(value: &DeValue<'_>) -> Result<Vec<GroupName>, Refusal> {
    list(value, "groups, such as [\"backup\"]", |value| {
        let name = text(value)?;
        GroupName::parse(name).map_err(|invalid| {
            let remedy = "write the name of a group as the system knows it";
            Refusal::new(format!("{name:?} cannot be a group: {invalid}"), remedy)
        })
    })
}

/// A list of PAM services, perhaps empty.
pub(super) fn services(value: &DeValue<'_>) -> Result<Vec<ServiceName>, Refusal> {
    list(value, "services, such as [\"login\"]", |value| {
        let name = text(value)?;
        ServiceName::parse(name).map_err(|invalid| {
            let remedy = "write the name of a file in /etc/pam.d";
            Refusal::new(format!("{name:?} cannot be a service: {invalid}"), remedy)
        })
    })
}

/// A list of networks, perhaps empty.
pub(super) fn networks(value: &DeValue<'_>) -> Result<Vec<Network>, Refusal> {
    list(value, "networks, such as [\"192.0.2.0/24\"]", |value| {
        let written = text(value)?;
        written.parse().map_err(|_| {
            let remedy = "write the first address of the network and the length of its prefix, \
                such as \"192.0.2.0/24\" or \"2001:db8::/32\"";
            Refusal::new(format!("{written:?} is no network"), remedy)
        })
    })
}

/// A list of what `entry` reads.
pub(super) fn list<T>(
    value: &DeValue<'_>,
    of_what: &str,
    entry: impl Fn(&DeValue<'_>) -> Result<T, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let list = value
        .as_array()
        .ok_or_else(|| Refusal::new(described(value), format!("write a list of {of_what}")))?;
    list.iter()
        .map(|value| entry(value.get_ref()).map_err(|refusal| refusal.at(value.span())))
        .collect()
}

/// This length as it is written in the configuration.
pub(super) fn written_length(length: Seconds) -> String {
    written(u64::from(length.get()), &TIME_UNITS)
}

/// A number and a unit, nothing between them.
fn quantity(
    value: &DeValue<'_>,
    units: &[(&str, u64)],
    bounds: &RangeInclusive<u64>,
) -> Result<u64, Refusal> {
    let remedy = || {
        let names: Vec<_> = units.iter().rev().map(|(name, _)| *name).collect();
        format!(
            "write a number and a unit ({}) in quotes, from \"{}\" to \"{}\"",
            names.join(", "),
            written(*bounds.start(), units),
            written(*bounds.end(), units)
        )
    };
    let text = value
        .as_str()
        .ok_or_else(|| Refusal::new(described(value), remedy()))?;
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    if number.is_empty() {
        return Err(Refusal::new(
            "it does not start with a whole number",
            remedy(),
        ));
    }
    let Some((_, factor)) = units.iter().find(|(name, _)| *name == unit) else {
        let what = if unit.is_empty() {
            "it has no unit".to_owned()
        } else {
            format!("{unit:?} is no unit")
        };
        return Err(Refusal::new(what, remedy()));
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(*factor))
        .filter(|quantity| bounds.contains(quantity))
        .ok_or_else(|| Refusal::new(format!("{text:?} is out of range"), remedy()))
}

/// A quantity in the largest unit that divides it.
fn written(quantity: u64, units: &[(&str, u64)]) -> String {
    let unit = units
        .iter()
        .find(|(_, factor)| quantity >= *factor && quantity.is_multiple_of(*factor));
    unit.map_or_else(
        || quantity.to_string(),
        |(name, factor)| format!("{}{name}", quantity / factor),
    )
}

/// One of a few words.
pub(super) fn word<T: Copy>(
    words: &[(&'static str, T)],
) -> impl Fn(&DeValue<'_>) -> Result<T, Refusal> {
    move |value| {
        let known = words.iter().map(|(word, _)| *word);
        let text = value
            .as_str()
            .ok_or_else(|| Refusal::new(described(value), one_of(known.clone())))?;
        words
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, meaning)| *meaning)
            .ok_or_else(|| unknown_word(text, known))
    }
}

fn unknown_word(text: &str, known: impl Iterator<Item = &'static str> + Clone) -> Refusal {
    let remedy = match nearest(text, known.clone()) {
        Some(near) => format!("did you mean \"{near}\"? {}", one_of(known)),
        None => one_of(known),
    };
    Refusal::new(format!("{text:?} is not known here"), remedy)
}

fn one_of<W: Display>(words: impl Iterator<Item = W>) -> String {
    let words: Vec<_> = words.map(|word| format!("\"{word}\"")).collect();
    format!("write one of {}", words.join(", "))
}

/// A list of kinds.
pub(super) fn kinds(value: &DeValue<'_>) -> Result<KindSet, Refusal> {
    let words = Kind::ALL.map(|kind| (kind.as_str(), kind));
    let as_word = word(&words);
    let list = value.as_array().ok_or_else(|| {
        Refusal::new(
            described(value),
            "write a list of kinds, such as [\"authenticator-app\", \"recovery-codes\"]",
        )
    })?;
    let mut kinds = Vec::new();
    for entry in list {
        let kind = as_word(entry.get_ref()).map_err(|refusal| refusal.at(entry.span()))?;
        if kinds.contains(&kind) {
            let twice = Refusal::new(format!("\"{kind}\" is named twice"), "name it once");
            return Err(twice.at(entry.span()));
        }
        kinds.push(kind);
    }
    if kinds.is_empty() {
        return Err(Refusal::new(
            "it names no kind, so no user could be verified",
            "name at least one kind, or leave the setting out",
        ));
    }
    Ok(kinds.into_iter().collect())
}

/// An absolute path without `..`, other than the root directory.
pub(super) fn path(value: &DeValue<'_>) -> Result<PathBuf, Refusal> {
    let remedy = "write an absolute path without \"..\", such as \"/var/lib/secinfo\"";
    let text = value
        .as_str()
        .ok_or_else(|| Refusal::new(described(value), remedy))?;
    let path = Path::new(text);
    let what = if !path.is_absolute() {
        "it is not an absolute path"
    } else if path.parent().is_none() {
        "it is the root directory"
    } else if path.components().any(|part| part == Component::ParentDir) {
        "it holds \"..\""
    } else if text.contains(char::is_control) || text.len() > 1024 {
        "it cannot be a path: it is too long or holds a control character"
    } else {
        return Ok(path.to_owned());
    };
    Err(Refusal::new(what, remedy))
}

/// A list of paths, each as [`path`] takes it.
pub(super) fn paths(value: &DeValue<'_>) -> Result<Vec<PathBuf>, Refusal> {
    list(
        value,
        "absolute paths, such as [\"/var/spool/secinfo\"]",
        path,
    )
}
