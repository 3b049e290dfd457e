//! The numbers that digits can stand for, by the numbering plans of all countries. Digits that can
//! stand for two numbers are read as neither: a code goes to the number that was meant, or to none.

use super::line::{self, Line};
use super::{Phone, calling_code_length};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber as Numbered, PhoneNumberFormat, Region};
use secinfo_domain::{Country, PhoneNumber};
use zeroize::Zeroizing;

/// The most digits of a number within one town. A fixed-line number of no more, without what is
/// dialled before the area code, may be one of the user's own town.
const MOST_LOCAL: usize = 8;

/// The numbers that some digits can stand for, each once.
#[derive(Default)]
pub(super) struct Readings {
    found: Vec<Phone>,
    ambiguous: bool,
}

/// What digits are read as.
pub(super) enum Read {
    /// The one number that they can stand for.
    One(Phone),
    /// More than one.
    Ambiguous,
    /// None.
    None,
}

impl Readings {
    /// Adds what the digits stand for when the country code is first: the number as it stands, if
    /// that can be assigned; else without what is dialled within the country only.
    pub(super) fn add_abroad(&mut self, digits: &str) {
        let found = as_it_stands(digits)
            .or_else(|| {
                phone(&read_by_library(
                    &Zeroizing::new(format!("+{digits}")),
                    None,
                )?)
            })
            .or_else(|| former_mexican_mobile(digits));
        self.extend(found);
    }

    /// Adds what is reached when the digits are dialled within a country.
    pub(super) fn add_at_home(&mut self, country: Country, digits: &str) {
        let Ok(region) = country.as_str().parse::<Region>() else {
            return;
        };
        let Some(code) = PHONE_NUMBER_UTIL.get_country_code_for_region(region) else {
            return;
        };
        let dialled = read_by_library(digits, Some(region))
            .and_then(|number| Some((phone(&number)?, number)))
            .or_else(|| {
                let number = parts(&code.to_string(), digits)?;
                Some((phone(&number)?, number))
            });
        let Some((phone, number)) = dialled else {
            return self.add_behind_zeros(digits);
        };
        self.extend(behind_zeros(digits).and_then(as_it_stands));
        if is_without_trunk_prefix(&number, digits) {
            // Nothing says that the digits start with an area code: a town's own numbers, and
            // numbers of other countries without their plus sign, look the same.
            self.ambiguous |= matches!(phone.line, Line::Fixed | Line::FixedOrMobile)
                && digits.len() <= MOST_LOCAL;
            self.extend(as_it_stands(digits));
        }
        self.extend(Some(phone));
    }

    /// Adds what the digits stand for when 00 is dialled before a country code, as it is in most
    /// countries, but not in all.
    pub(super) fn add_behind_zeros(&mut self, digits: &str) {
        if let Some(rest) = behind_zeros(digits) {
            self.add_abroad(rest);
        }
    }

    /// What was found.
    pub(super) fn read(mut self) -> Read {
        match (self.found.pop(), self.found.is_empty() && !self.ambiguous) {
            (None, _) => Read::None,
            (Some(phone), true) => Read::One(phone),
            (Some(_), false) => Read::Ambiguous,
        }
    }

    fn extend(&mut self, phone: Option<Phone>) {
        self.found.extend(
            phone.filter(|phone| self.found.iter().all(|known| known.number != phone.number)),
        );
    }
}

/// What stands behind the two zeros that may be dialled before a country code.
pub(super) fn behind_zeros(digits: &str) -> Option<&str> {
    digits
        .strip_prefix("00")
        .filter(|rest| !rest.starts_with('0'))
}

/// The number of a country code and all the digits behind it, if that can be assigned.
fn as_it_stands(digits: &str) -> Option<Phone> {
    let (code, national) = digits.split_at_checked(calling_code_length(digits))?;
    phone(&parts(code, national)?)
}

/// Mexican mobile numbers had a 1 before the area code until 2019, and messengers still show it. No
/// Mexican number starts with a 1 today.
fn former_mexican_mobile(digits: &str) -> Option<Phone> {
    phone(&parts("52", digits.strip_prefix("521")?)?)
}

/// Whether the digits are a whole number of a country where another digit is dialled before it.
fn is_without_trunk_prefix(number: &Numbered, digits: &str) -> bool {
    let significant = Zeroizing::new(number.get_national_significant_number());
    let dialled = Zeroizing::new(
        PHONE_NUMBER_UTIL
            .format(number, PhoneNumberFormat::National)
            .into_owned(),
    );
    *significant == digits
        && !dialled
            .bytes()
            .filter(u8::is_ascii_digit)
            .eq(digits.bytes())
}

fn read_by_library(digits: &str, region: Option<Region>) -> Option<Numbered> {
    PHONE_NUMBER_UTIL.parse(digits, region).ok()
}

/// A country code and a number in that country, of which no digit is taken away.
fn parts(code: &str, national: &str) -> Option<Numbered> {
    let significant = national.trim_start_matches('0');
    let zeros = i32::try_from(national.len() - significant.len()).ok()?;
    Some(Numbered {
        country_code: code.parse().ok()?,
        national_number: significant.parse().ok()?,
        italian_leading_zero: (zeros > 0).then_some(true),
        number_of_leading_zeros: (zeros > 1).then_some(zeros),
        ..Numbered::default()
    })
}

/// The number in E.164 and what it is, if such a number can be assigned.
fn phone(number: &Numbered) -> Option<Phone> {
    let line = line::of(number)?;
    let text = PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::E164);
    let text = Zeroizing::new(text.into_owned());
    let country = PHONE_NUMBER_UTIL.get_region_for_number(number);
    Some(Phone {
        number: PhoneNumber::parse(&text).ok()?,
        // Numbers of no country have a region of three digits.
        country: country.and_then(|region| region.to_string().parse().ok()),
        dropped_extension: false,
        line,
    })
}
