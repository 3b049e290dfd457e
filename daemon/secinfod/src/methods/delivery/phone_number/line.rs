//! What a number is assigned to, by the numbering plans that the library `phonenumber` carries.
//!
//! The library's own answer is not asked for: it looks at the start of a number only, and at
//! numbers without their leading zeros, which are part of an Italian one. Whether a number costs
//! money to text or call must not depend on that.

use phonenumber::Metadata;
use phonenumber::metadata::{DATABASE, Descriptor};
use regex::Regex;
use secinfo_domain::Country;

/// What answers at a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Line {
    /// A mobile phone.
    Mobile,
    /// A fixed line.
    Fixed,
    /// One of both: the numbering plan does not tell them apart.
    FixedOrMobile,
    /// Voice over IP, a personal number, a pager, a company's number.
    Other,
    /// Premium rate or shared cost: a message there costs extra.
    Premium,
    /// Free for the caller.
    TollFree,
}

/// The line and country of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Assigned {
    pub(super) country: Option<Country>,
    pub(super) line: Line,
}

/// The country and line of a number in the numbering plan of this country code; `None` when it
/// cannot be a number there.
pub(super) fn assigned(code: u16, national: &str) -> Option<Assigned> {
    DATABASE
        .by_code(&code)?
        .into_iter()
        .find_map(|region| in_region(region, national))
}

fn in_region(region: &Metadata, national: &str) -> Option<Assigned> {
    let elsewhere = region.leading_digits().is_some_and(|leading| {
        !Regex::new(&format!("^(?x:{})", leading.as_str()))
            .is_ok_and(|leading| leading.is_match(national))
    });
    if elsewhere || !is_one(region.descriptors().general(), national) {
        return None;
    }
    Some(Assigned {
        // Numbers of no country stand under "001".
        country: region.id().parse().ok(),
        line: line(region, national)?,
    })
}

fn line(region: &Metadata, national: &str) -> Option<Line> {
    let kinds = region.descriptors();
    let is = |kind: Option<&Descriptor>| kind.is_some_and(|kind| is_one(kind, national));
    if is(kinds.premium_rate()) || is(kinds.shared_cost()) {
        return Some(Line::Premium);
    }
    if is(kinds.toll_free()) {
        return Some(Line::TollFree);
    }
    let others = [
        kinds.voip(),
        kinds.personal_number(),
        kinds.pager(),
        kinds.uan(),
        kinds.voicemail(),
    ];
    if others.into_iter().any(is) {
        return Some(Line::Other);
    }
    match (is(kinds.fixed_line()), is(kinds.mobile())) {
        (true, true) => Some(Line::FixedOrMobile),
        (true, false) => Some(Line::Fixed),
        (false, true) => Some(Line::Mobile),
        (false, false) => None,
    }
}

/// Whether the whole number, and not only its start, is of this kind.
fn is_one(kind: &Descriptor, national: &str) -> bool {
    let lengths = kind.possible_length();
    let long = u16::try_from(national.len()).unwrap_or(u16::MAX);
    (lengths.is_empty() || lengths.contains(&long))
        && Regex::new(&format!("^(?x:{})$", kind.national_number().as_str()))
            .is_ok_and(|pattern| pattern.is_match(national))
}
