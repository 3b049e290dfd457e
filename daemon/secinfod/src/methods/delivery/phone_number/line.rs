//! What a number is assigned to, by the numbering plans that the library `rlibphonenumber` carries.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber as Numbered, PhoneNumberType};

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

/// The line of a number; `None` when no such number can be assigned.
pub(super) fn of(number: &Numbered) -> Option<Line> {
    if !PHONE_NUMBER_UTIL.is_valid_number(number) {
        return None;
    }
    Some(match PHONE_NUMBER_UTIL.get_number_type(number) {
        PhoneNumberType::Mobile => Line::Mobile,
        PhoneNumberType::FixedLine => Line::Fixed,
        PhoneNumberType::FixedLineOrMobile => Line::FixedOrMobile,
        PhoneNumberType::PremiumRate | PhoneNumberType::SharedCost => Line::Premium,
        PhoneNumberType::TollFree => Line::TollFree,
        PhoneNumberType::VoIP
        | PhoneNumberType::PersonalNumber
        | PhoneNumberType::Pager
        | PhoneNumberType::UAN
        | PhoneNumberType::VoiceMail => Line::Other,
        PhoneNumberType::Unknown => return None,
    })
}
