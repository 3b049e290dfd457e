//! Where the codes of a method go to.

use super::account::blocking;
use super::payload::MethodPayload;
use super::{Service, ServiceError};
use crate::methods::{email, phone};
use hmac::{Hmac, KeyInit, Mac};
use secinfo_domain::state::UserState;
use secinfo_domain::{Country, DestinationTag, EmailAddress, Kind, MethodId, PhoneNumber, Place};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Where the codes of a method go to.
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

/// The key of the tags by which messages to one destination are counted. It is drawn when the
/// daemon starts and never leaves it: the tags in the log lead back to nothing.
pub(super) struct DestinationKey(Zeroizing<[u8; 32]>);

/// A destination as the user gave it.
pub(super) struct Given {
    pub(super) destination: Destination,
    pub(super) dropped_extension: bool,
}

impl Destination {
    /// The whole of it, for the message.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Phone { number, .. } => number.as_str(),
            Self::Email(address) => address.as_str(),
        }
    }

    /// What it can be told from others by.
    pub fn hint(&self) -> String {
        match self {
            Self::Phone { number, .. } => phone::masked(number),
            Self::Email(address) => email::masked(address),
        }
    }

    /// Which of the user's phone numbers it is; none for an address.
    pub const fn place(&self) -> Option<Place> {
        match self {
            Self::Phone { place, .. } => Some(*place),
            Self::Email(_) => None,
        }
    }

    pub(super) const fn country(&self) -> Option<Country> {
        match self {
            Self::Phone { country, .. } => *country,
            Self::Email(_) => None,
        }
    }

    /// What is sealed of a method whose codes go there.
    pub(super) fn payload(&self, language: String) -> MethodPayload {
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

impl DestinationKey {
    pub(super) fn draw() -> Result<Self, getrandom::Error> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *key)?;
        Ok(Self(key))
    }

    pub(super) fn tag(&self, destination: &Destination) -> DestinationTag {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&*self.0)
            .expect("HMAC takes a key of any length");
        match destination {
            Destination::Phone { number, .. } => mac.update(number.as_str().as_bytes()),
            Destination::Email(address) => {
                // Most servers take these for one mailbox, and one mailbox is what is flooded.
                let (local, domain) = address.parts();
                let mailbox = local.split('+').next().unwrap_or(local);
                let whole = Zeroizing::new(format!("{mailbox}@{domain}").to_lowercase());
                mac.update(whole.as_bytes());
            }
        }
        let tag = mac.finalize().into_bytes();
        DestinationTag::from_bytes(std::array::from_fn(|place| tag[place]))
    }
}

impl Service {
    /// Reads a destination that a user gave for a method of this kind.
    pub(super) fn parse_destination(
        &self,
        kind: Kind,
        text: &str,
        place: Place,
    ) -> Result<Given, ServiceError> {
        if kind == Kind::Email {
            let address = email::parse(text)
                .map_err(|error| ServiceError::InvalidDestination(error.to_string()))?;
            return Ok(Given {
                destination: Destination::Email(address),
                dropped_extension: false,
            });
        }
        // The numbering plans of the world take a while.
        let country = self.settings().default_country;
        let parsed = blocking(|| phone::parse(text, country))
            .map_err(|error| ServiceError::InvalidDestination(error.to_string()))?;
        may_be_called(kind, parsed.line)?;
        Ok(Given {
            dropped_extension: parsed.dropped_extension,
            destination: Destination::Phone {
                number: parsed.number,
                place,
                country: parsed.country,
            },
        })
    }

    /// The user's methods that are on this number.
    pub(super) fn on_same_number(
        &self,
        user: Option<&UserState>,
        destination: &Destination,
    ) -> Vec<MethodId> {
        let Destination::Phone { number: wanted, .. } = destination else {
            return Vec::new();
        };
        let methods = user.map_or(&[][..], UserState::methods);
        let on_phones = methods
            .iter()
            .filter(|method| method.credential().place().is_some());
        on_phones
            .filter(|method| {
                matches!(self.open(method), Ok(MethodPayload::Phone { number, .. }) if number == *wanted)
            })
            .map(secinfo_domain::state::Method::id)
            .collect()
    }
}

/// Numbers that cost the caller, and landlines that show no text, are no way to send a code.
fn may_be_called(kind: Kind, line: phone::Line) -> Result<(), ServiceError> {
    let wrong = match (kind, line) {
        (_, phone::Line::Premium) => {
            "that number costs whoever calls it extra: use an ordinary number"
        }
        (_, phone::Line::TollFree) => "that is a service number: use a number of your own",
        (Kind::Text, phone::Line::Fixed) => {
            "that is a landline, which shows no texts: add it for calls, or use a mobile number"
        }
        _ => return Ok(()),
    };
    Err(ServiceError::InvalidDestination(wrong.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email(text: &str) -> Destination {
        Destination::Email(EmailAddress::parse(text).unwrap())
    }

    #[test]
    fn one_mailbox_has_one_tag_and_another_daemon_another() {
        let key = DestinationKey::draw().unwrap();
        let alice = key.tag(&email("alice@example.org"));
        assert_eq!(key.tag(&email("Alice+one@Example.org")), alice);
        assert_ne!(key.tag(&email("bob@example.org")), alice);
        let other = DestinationKey::draw().unwrap();
        assert_ne!(other.tag(&email("alice@example.org")), alice);
    }
}
