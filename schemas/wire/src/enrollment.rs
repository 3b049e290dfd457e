//! `org.secinfo.SecurityInfo1.Enrollment`: a session that ends in a method.

use crate::challenge::Challenge;
use crate::delivery::SentCode;
use crate::dictionary::{Dictionary, Entries, Field, InvalidDictionary, Reader, dictionary};
use crate::error::Result;
use crate::names::interface;
use crate::properties::define_properties;
use crate::response::Response;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zbus::{OwnedObjectPath, Signature, Type, proxy};

/// An enrollment that is going on. Only for the connection that started it.
#[proxy(
    interface = "org.secinfo.SecurityInfo1.Enrollment",
    default_service = "org.secinfo.SecurityInfo1",
    assume_defaults = false
)]
pub trait Enrollment {
    /// Answers what is asked: the last answer proves that the method works, which is then enrolled and the
    /// session over.
    fn submit(&self, response: &Response) -> Result<Submitted>;

    /// Sends a code to the destination that is being enrolled, in place of any before it, and waits
    /// a few seconds for news of it.
    fn send_code(&self) -> Result<SentCode>;

    /// Ends the session without a method.
    fn cancel(&self) -> Result<()>;
}

/// What an answer comes to. Each has entries of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submitted {
    /// The method is enrolled.
    Enrolled(Enrolled),
    /// This is asked next.
    Next(Challenge),
}

dictionary! {
    /// A method that is enrolled.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Enrolled {
        /// Its object.
        pub method: OwnedObjectPath,
        /// Whether it became the default.
        pub became_default: bool,
        /// What was the default before; none for nothing.
        pub former_default: Option<OwnedObjectPath>,
    }
}

impl Submitted {
    fn read(from: &mut Reader) -> std::result::Result<Self, InvalidDictionary> {
        if from.has("method") {
            Enrolled::read(from).map(Self::Enrolled)
        } else {
            Challenge::read(from, "").map(Self::Next)
        }
    }
}

impl Type for Submitted {
    const SIGNATURE: &'static Signature = Dictionary::SIGNATURE;
}

impl Serialize for Submitted {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Self::Enrolled(enrolled) => enrolled.serialize(serializer),
            Self::Next(challenge) => {
                let mut entries = Entries::new();
                challenge.write(&mut entries, "");
                entries.serialize(serializer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Submitted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let dictionary = Dictionary::deserialize(deserializer)?;
        Self::read(&mut Reader::new(dictionary)).map_err(de::Error::custom)
    }
}

define_properties! {
    /// The properties of an enrollment.
    interface::ENROLLMENT: EnrollmentProperties {
        /// The kind of the method.
        kind: String = KIND "Kind" Const,
        /// When the session ends.
        expires: u64 = EXPIRES "Expires" Const,
        /// How many wrong codes it still takes.
        attempts_left: u32 = ATTEMPTS_LEFT "AttemptsLeft" No,
        /// How far the newest code has come: waiting, sent, delivered or failed; empty when none was
        /// sent.
        delivery: String = DELIVERY "Delivery" No,
        /// Why the newest code was not delivered: destination, refused, timed-out, provider or host;
        /// empty unless it failed.
        delivery_problem: String = DELIVERY_PROBLEM "DeliveryProblem" No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::tests::received;

    #[test]
    fn an_answer_comes_to_a_method_or_to_what_is_asked_next() {
        let path = |text: &str| OwnedObjectPath::try_from(text.to_owned()).expect("a path");
        let enrolled = |former_default| {
            Submitted::Enrolled(Enrolled {
                method: path("/method"),
                became_default: true,
                former_default,
            })
        };
        let next = Submitted::Next(Challenge::Assertion {
            options: "{}".to_owned(),
            further_options: Vec::new(),
            known: Vec::new(),
        });
        for submitted in [enrolled(None), enrolled(Some(path("/former"))), next] {
            let dictionary = received(&submitted);
            assert_eq!(Submitted::read(&mut Reader::new(dictionary)), Ok(submitted));
        }
        assert!(Submitted::read(&mut Reader::new(Dictionary::new())).is_err());
    }
}
