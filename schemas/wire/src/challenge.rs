//! What a method asks. A challenge crosses the bus among the entries of a dictionary, and names its
//! form.

use crate::dictionary::{Entries, Field, InvalidDictionary, Reader};
use crate::form::{Form, UnknownForm};
use crate::key::Known;
use std::collections::HashMap;

/// What a method asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Challenge {
    /// A code.
    Code {
        /// How many digits it has; none for a code that is not written in digits.
        digits: Option<u32>,
        /// Where it has to be sent to first, masked; none for a code that is not sent.
        destination: Option<String>,
    },
    /// Approval on a phone.
    Approval(Approval),
    /// An assertion of a security key, or the registration of one.
    Assertion {
        /// `WebAuthn` request options, or creation options, as JSON.
        options: String,
        /// Request options of the same challenge for credentials of other RP IDs, as JSON: one answer is
        /// asked for in all.
        further_options: Vec<String>,
        /// The public keys of the credentials that request options name, by which a client tells the key that
        /// holds one from a device that only says so, before it tells it a PIN.
        known: Vec<Known>,
    },
    /// Answers to questions.
    Answers {
        /// The questions, in the order in which they are answered.
        questions: Vec<String>,
    },
}

/// What the user does on the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approval {
    /// Registers it by the link of the enrollment: an answer without a code waits for that.
    Register,
    /// Chooses this number there.
    Choose {
        /// The number, as it is shown.
        number: String,
    },
    /// Types a code here that the phone shows.
    Type {
        /// How many digits it has.
        digits: u32,
    },
}

impl Challenge {
    /// Its form.
    pub const fn form(&self) -> Form {
        match self {
            Self::Code { .. } => Form::Code,
            Self::Approval(_) => Form::Approval,
            Self::Assertion { .. } => Form::Assertion,
            Self::Answers { .. } => Form::Answers,
        }
    }

    /// How many digits the code has that is asked for; none for a code that is not written in
    /// digits.
    pub const fn digits(&self) -> Option<u32> {
        match self {
            Self::Code { digits, .. } => *digits,
            Self::Approval(Approval::Type { digits }) => Some(*digits),
            _ => None,
        }
    }

    /// Where a code has to be sent to first, masked; none where none is sent.
    pub fn destination(&self) -> Option<&str> {
        match self {
            Self::Code { destination, .. } => destination.as_deref(),
            _ => None,
        }
    }
}

/// Its entries stand among those of the dictionary that it is part of.
impl Field for Challenge {
    fn read(from: &mut Reader, _name: &'static str) -> Result<Self, InvalidDictionary> {
        let form: String = from.required("form")?;
        let form = form.parse();
        Ok(
            match form.map_err(|UnknownForm| InvalidDictionary::UnknownValue("form"))? {
                Form::Code => Self::Code {
                    digits: from.optional("digits")?,
                    destination: from.optional("destination")?,
                },
                Form::Approval => Self::Approval(match from.optional("number")? {
                    Some(number) => Approval::Choose { number },
                    None => from
                        .optional("digits")?
                        .map_or(Approval::Register, |digits| Approval::Type { digits }),
                }),
                Form::Assertion => Self::Assertion {
                    options: from.required("options")?,
                    further_options: from.optional("further_options")?.unwrap_or_default(),
                    known: known(from.optional("public_keys")?.unwrap_or_default()),
                },
                Form::Answers => Self::Answers {
                    questions: from.required("questions")?,
                },
            },
        )
    }

    fn write<'a>(&'a self, into: &mut Entries<'a>, _name: &'static str) {
        into.insert("form", self.form().as_str().into());
        match self {
            Self::Code {
                digits,
                destination,
            } => {
                digits.write(into, "digits");
                destination.write(into, "destination");
            }
            Self::Approval(Approval::Register) => {}
            Self::Approval(Approval::Choose { number }) => number.write(into, "number"),
            Self::Approval(Approval::Type { digits }) => digits.write(into, "digits"),
            Self::Assertion {
                options,
                further_options,
                known,
            } => {
                options.write(into, "options");
                if !further_options.is_empty() {
                    further_options.write(into, "further_options");
                }
                if !known.is_empty() {
                    into.insert("public_keys", public_keys(known).into());
                }
            }
            Self::Answers { questions } => questions.write(into, "questions"),
        }
    }
}

/// Public keys as they cross the bus: each by the id of its credential.
fn public_keys(known: &[Known]) -> HashMap<&str, &str> {
    let entries = known.iter();
    let entries = entries.map(|known| (known.id.as_str(), known.public_key.as_str()));
    entries.collect()
}

fn known(public_keys: HashMap<String, String>) -> Vec<Known> {
    let entries = public_keys.into_iter();
    let entries = entries.map(|(id, public_key)| Known { id, public_key });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::dictionary;
    use crate::dictionary::tests::{dictionary_of, received};
    use crate::form::Forms;

    dictionary! {
        /// A challenge among what else is known of it.
        #[derive(Debug, Clone, PartialEq, Eq)]
        struct Asked {
            forms: Forms,
            challenge: Challenge,
        }
    }

    #[test]
    fn every_challenge_crosses_the_bus() {
        let challenges = [
            Challenge::Code {
                digits: Some(6),
                destination: Some("+49 ••• ••67".to_owned()),
            },
            Challenge::Code {
                digits: None,
                destination: None,
            },
            Challenge::Approval(Approval::Choose {
                number: "07".to_owned(),
            }),
            Challenge::Approval(Approval::Register),
            Challenge::Approval(Approval::Type { digits: 7 }),
            Challenge::Assertion {
                options: "{}".to_owned(),
                further_options: Vec::new(),
                known: Vec::new(),
            },
            Challenge::Assertion {
                options: "{}".to_owned(),
                further_options: vec!["[]".to_owned()],
                known: vec![Known {
                    id: "AAAA".to_owned(),
                    public_key: "pQEC".to_owned(),
                }],
            },
            Challenge::Answers {
                questions: vec!["First pet?".to_owned(), "First street?".to_owned()],
            },
        ];
        for challenge in challenges {
            let asked = Asked {
                forms: Form::ALL.into_iter().collect(),
                challenge,
            };
            let dictionary = received(&asked);
            let form = <&str>::try_from(&dictionary["form"]);
            assert_eq!(form.ok(), Some(asked.challenge.form().as_str()));
            assert_eq!(Asked::try_from(dictionary), Ok(asked));
        }
    }

    #[test]
    fn a_challenge_of_an_unknown_form_or_without_one_is_not_read() {
        let read = |entries: &[_]| Asked::try_from(dictionary_of(entries));
        assert_eq!(
            read(&[("form", "gesture".into())]),
            Err(InvalidDictionary::UnknownValue("form"))
        );
        assert_eq!(read(&[]), Err(InvalidDictionary::Missing("form")));
    }
}
