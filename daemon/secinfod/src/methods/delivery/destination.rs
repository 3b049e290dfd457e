//! The destination of a method's codes: a phone number or an email address.

use super::{email_address, phone_number};
use crate::core::{ServiceError, blocking};
use crate::methods::payload::MethodPayload;
use secinfo_domain::kind::Credential;
use secinfo_domain::{Country, EmailAddress, Kind, PhoneNumber, Place};

/// The destination of a method's codes.
#[derive(Clone)]
pub enum Destination {
    /// A phone number, as one of the user's.
    Phone {
        /// The number.
        number: PhoneNumber,
        /// Which of the user's numbers it is.
        place: Place,
        /// Whose it is, as far as it is known.
        country: Option<Country>,
    },
    /// An email address.
    Email(EmailAddress),
}

/// A destination as the user gave it.
pub(crate) struct Given {
    pub(crate) destination: Destination,
    pub(crate) dropped_extension: bool,
}

impl Destination {
    /// The destination of a method's codes, and the language that its user speaks; none for a kind
    /// whose codes are not sent.
    pub(crate) fn of(credential: &Credential, payload: MethodPayload) -> Option<(Self, String)> {
        match payload {
            MethodPayload::Phone {
                number,
                country,
                language,
                ..
            } => {
                let place = credential.place()?;
                let destination = Self::Phone {
                    number,
                    place,
                    country,
                };
                Some((destination, language))
            }
            MethodPayload::Email {
                address, language, ..
            } => Some((Self::Email(address), language)),
            _ => None,
        }
    }

    /// The whole of it, for the message.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Phone { number, .. } => number.as_str(),
            Self::Email(address) => address.as_str(),
        }
    }

    /// What it can be told from others by.
    pub fn hint(&self) -> String {
        match self {
            Self::Phone { number, .. } => phone_number::masked(number),
            Self::Email(address) => email_address::masked(address),
        }
    }

    /// Which of the user's phone numbers it is; none for an address.
    pub const fn place(&self) -> Option<Place> {
        match self {
            Self::Phone { place, .. } => Some(*place),
            Self::Email(_) => None,
        }
    }

    pub(crate) const fn country(&self) -> Option<Country> {
        match self {
            Self::Phone { country, .. } => *country,
            Self::Email(_) => None,
        }
    }

    /// What is sealed of a method whose codes go there.
    pub(crate) fn payload(&self, language: String) -> MethodPayload {
        match self {
            Self::Phone {
                number, country, ..
            } => MethodPayload::Phone {
                number: number.clone(),
                country: *country,
                language,
            },
            Self::Email(address) => MethodPayload::Email {
                address: address.clone(),
                language,
            },
        }
    }
}

/// Reads a destination that a user gave for a method of this kind.
pub(crate) fn parse(
    kind: Kind,
    text: &str,
    place: Place,
    default_country: Option<Country>,
) -> Result<Given, ServiceError> {
    if kind == Kind::Email {
        let address = email_address::parse(text)
            .map_err(|error| ServiceError::InvalidDestination(error.to_string()))?;
        return Ok(Given {
            destination: Destination::Email(address),
            dropped_extension: false,
        });
    }
    // The numbering plans of the world take a while.
    let parsed = blocking(|| phone_number::parse(text, default_country))
        .map_err(|error| ServiceError::InvalidDestination(error.to_string()))?;
    check_line(kind, parsed.line)?;
    Ok(Given {
        dropped_extension: parsed.dropped_extension,
        destination: Destination::Phone {
            number: parsed.number,
            place,
            country: parsed.country,
        },
    })
}

/// Refuses numbers that cost the caller, and landlines that show no text.
fn check_line(kind: Kind, line: phone_number::Line) -> Result<(), ServiceError> {
    let wrong = match (kind, line) {
        (_, phone_number::Line::Premium) => {
            "calls to that number cost extra: use an ordinary number"
        }
        (_, phone_number::Line::TollFree) => "that is a service number: use a number of your own",
        (Kind::Text, phone_number::Line::Fixed) => {
            "that is a landline, which shows no texts: add it for calls, or use a mobile number"
        }
        _ => return Ok(()),
    };
    Err(ServiceError::InvalidDestination(wrong.to_owned()))
}
