//! Challenges and responses: what a method asks, and what answers it.
//!
//! Both cross the bus as dictionaries. A challenge names its form; a response has the entries of
//! one form.

use crate::dictionary::{Dictionary, Entries, Field, InvalidDictionary, Reader};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use zbus::{Signature, Type};

/// The longest code, in bytes: of any written code with all its separators.
pub const LONGEST_CODE: usize = 128;
/// The longest assertion or credential of a security key, in bytes.
const LONGEST_ASSERTION: usize = 32 * 1024;
/// The most answers.
const MOST_ANSWERS: usize = 16;
/// The longest answer, in bytes: 40 characters, with white space that does not count.
const LONGEST_ANSWER: usize = 256;

/// How a method asks, and is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Form {
    /// The user types a code.
    Code,
    /// The user approves a request on a phone.
    Approval,
    /// A security key signs.
    Assertion,
    /// The user answers questions.
    Answers,
}

impl Form {
    /// All forms.
    pub const ALL: [Self; 4] = [Self::Code, Self::Approval, Self::Assertion, Self::Answers];

    /// The form as it is written on the bus.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Approval => "approval",
            Self::Assertion => "assertion",
            Self::Answers => "answers",
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// There is no form of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the forms are code, approval, assertion and answers")]
pub struct UnknownForm;

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, UnknownForm> {
        let named = Self::ALL.into_iter().find(|form| form.as_str() == text);
        named.ok_or(UnknownForm)
    }
}

/// The forms that a client can present.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Forms(u8);

impl Forms {
    /// Whether the form is one of them.
    pub const fn contains(self, form: Form) -> bool {
        self.0 & (1 << form as u8) != 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Form> {
        Form::ALL
            .into_iter()
            .filter(move |form| self.contains(*form))
    }
}

/// A client that names no forms can present codes.
impl Default for Forms {
    fn default() -> Self {
        Self::from_iter([Form::Code])
    }
}

impl FromIterator<Form> for Forms {
    fn from_iter<I: IntoIterator<Item = Form>>(forms: I) -> Self {
        Self(forms.into_iter().fold(0, |set, form| set | 1 << form as u8))
    }
}

impl fmt::Debug for Forms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// A missing entry is read as the default. A form of a later version is none that this one offers.
impl Field for Forms {
    fn read(from: &mut Reader, name: &'static str) -> Result<Self, InvalidDictionary> {
        let Some(names) = from.optional::<Vec<String>>(name)? else {
            return Ok(Self::default());
        };
        Ok(names
            .iter()
            .filter_map(|name| name.parse::<Form>().ok())
            .collect())
    }

    fn write<'a>(&'a self, into: &mut Entries<'a>, name: &'static str) {
        let names: Vec<_> = self.iter().map(Form::as_str).collect();
        into.insert(name, names.into());
    }
}

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
        /// WebAuthn request options, or creation options, as JSON.
        options: String,
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
                    None => Approval::Type {
                        digits: from.required("digits")?,
                    },
                }),
                Form::Assertion => Self::Assertion {
                    options: from.required("options")?,
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
            Self::Approval(Approval::Choose { number }) => number.write(into, "number"),
            Self::Approval(Approval::Type { digits }) => digits.write(into, "digits"),
            Self::Assertion { options } => options.write(into, "options"),
            Self::Answers { questions } => questions.write(into, "questions"),
        }
    }
}

/// What answers a challenge.
#[derive(Clone)]
pub enum Response {
    /// A code: what `code` asks for, or what a phone shows.
    Code(SecretString),
    /// Nothing but the wish to wait until the phone approves.
    Wait,
    /// What a security key signed, or its credential, as JSON.
    Assertion(String),
    /// Answers to the questions, in their order.
    Answers(Vec<SecretString>),
}

/// A response answers another form than that of the challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that does not answer what is asked: the method takes a response of the form \"{0}\"")]
pub struct WrongForm(
    /// The form of the challenge.
    pub Form,
);

impl Response {
    /// The form that it answers. A code answers an approval too.
    pub const fn form(&self) -> Form {
        match self {
            Self::Code(_) => Form::Code,
            Self::Wait => Form::Approval,
            Self::Assertion(_) => Form::Assertion,
            Self::Answers(_) => Form::Answers,
        }
    }

    /// A response with a code.
    pub fn code(code: impl Into<SecretString>) -> Self {
        Self::Code(code.into())
    }

    /// The code that answers a challenge of the form `code`.
    ///
    /// # Errors
    /// When it answers another.
    pub fn as_code(&self) -> Result<&str, WrongForm> {
        match self {
            Self::Code(code) => Ok(code.expose_secret()),
            _ => Err(WrongForm(Form::Code)),
        }
    }

    /// The code that answers a challenge of the form `approval`; none to wait for the phone.
    ///
    /// # Errors
    /// When it answers another.
    pub fn as_approval(&self) -> Result<Option<&str>, WrongForm> {
        match self {
            Self::Code(code) => Ok(Some(code.expose_secret())),
            Self::Wait => Ok(None),
            _ => Err(WrongForm(Form::Approval)),
        }
    }

    /// The JSON that answers a challenge of the form `assertion`.
    ///
    /// # Errors
    /// When it answers another.
    pub fn as_assertion(&self) -> Result<&str, WrongForm> {
        match self {
            Self::Assertion(json) => Ok(json),
            _ => Err(WrongForm(Form::Assertion)),
        }
    }

    /// The answers that answer a challenge of the form `answers`.
    ///
    /// # Errors
    /// When it answers another.
    pub fn as_answers(&self) -> Result<&[SecretString], WrongForm> {
        match self {
            Self::Answers(answers) => Ok(answers),
            _ => Err(WrongForm(Form::Answers)),
        }
    }
}

/// Takes a text that is not longer than `longest` bytes.
fn bounded(
    text: String,
    longest: usize,
    name: &'static str,
) -> Result<SecretString, InvalidDictionary> {
    let length = text.len();
    // Wiped when it is too long too.
    let text = SecretString::from(text);
    if length > longest {
        return Err(InvalidDictionary::TooLong(name));
    }
    Ok(text)
}

impl TryFrom<Dictionary> for Response {
    type Error = InvalidDictionary;

    fn try_from(dictionary: Dictionary) -> Result<Self, InvalidDictionary> {
        let mut from = Reader::new(dictionary);
        let code = from.optional::<String>("code")?;
        let code = code
            .map(|code| bounded(code, LONGEST_CODE, "code"))
            .transpose()?;
        let assertion = from.optional::<String>("assertion")?;
        let answers = from.optional::<Vec<String>>("answers")?;
        from.finish()?;
        let exclusive = |one, other| Err(InvalidDictionary::Exclusive(one, other));
        match (code, assertion, answers) {
            (Some(code), None, None) => Ok(Self::Code(code)),
            (None, Some(json), None) if json.len() > LONGEST_ASSERTION => {
                Err(InvalidDictionary::TooLong("assertion"))
            }
            (None, Some(json), None) => Ok(Self::Assertion(json)),
            (None, None, Some(answers)) if answers.len() > MOST_ANSWERS => {
                Err(InvalidDictionary::TooLong("answers"))
            }
            (None, None, Some(answers)) => answers
                .into_iter()
                .map(|answer| bounded(answer, LONGEST_ANSWER, "answers"))
                .collect::<Result<_, _>>()
                .map(Self::Answers),
            (None, None, None) => Ok(Self::Wait),
            (Some(_), Some(_), _) => exclusive("code", "assertion"),
            (Some(_), None, Some(_)) => exclusive("code", "answers"),
            (None, Some(_), Some(_)) => exclusive("assertion", "answers"),
        }
    }
}

impl Type for Response {
    const SIGNATURE: &'static Signature = Dictionary::SIGNATURE;
}

impl Serialize for Response {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries = Entries::new();
        match self {
            Self::Code(code) => {
                entries.insert("code", code.expose_secret().into());
            }
            Self::Wait => {}
            Self::Assertion(json) => json.write(&mut entries, "assertion"),
            Self::Answers(answers) => {
                let answers: Vec<_> = answers.iter().map(ExposeSecret::expose_secret).collect();
                entries.insert("answers", answers.into());
            }
        }
        entries.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Response {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let dictionary = Dictionary::deserialize(deserializer)?;
        Self::try_from(dictionary).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::dictionary;
    use zbus::Variant;
    use zbus::wire::{LE, serialized::Context, to_bytes};

    /// What the other side receives.
    fn received(sent: &(impl Serialize + Type)) -> Dictionary {
        let bytes = to_bytes(Context::new(LE, 0), sent).expect("it can be sent");
        bytes.deserialize().expect("a dictionary").0
    }

    fn dictionary_of(entries: &[(&'static str, Variant<'static>)]) -> Dictionary {
        let entry = |(name, value): &(&'static str, Variant<'static>)| {
            let value = value.try_to_owned().expect("no file descriptor");
            ((*name).to_owned(), value)
        };
        entries.iter().map(entry).collect()
    }

    fn copy((name, value): &(&'static str, Variant<'static>)) -> (&'static str, Variant<'static>) {
        (name, value.try_clone().expect("no file descriptor"))
    }

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
            Challenge::Approval(Approval::Type { digits: 2 }),
            Challenge::Assertion {
                options: "{}".to_owned(),
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

    #[test]
    fn a_client_that_names_no_forms_can_present_codes() {
        let read = |entries: &[(&'static str, Variant<'static>)]| {
            let code = [("form", Variant::from("code"))];
            let entries: Vec<_> = code.iter().chain(entries).map(copy).collect();
            Asked::try_from(dictionary_of(&entries))
                .expect("a challenge")
                .forms
        };
        assert_eq!(read(&[]), Forms::from_iter([Form::Code]));
        let named = read(&[("forms", vec!["answers", "gesture", "approval"].into())]);
        assert_eq!(named, Forms::from_iter([Form::Approval, Form::Answers]));
        assert!(!named.contains(Form::Code));
    }

    #[test]
    fn every_response_crosses_the_bus() {
        let sent_and_read =
            |response: Response| Response::try_from(received(&response)).expect("a response");
        assert_eq!(
            sent_and_read(Response::code("123456")).as_code(),
            Ok("123456")
        );
        assert_eq!(sent_and_read(Response::Wait).as_approval(), Ok(None));
        assert_eq!(
            sent_and_read(Response::Assertion("{}".to_owned())).as_assertion(),
            Ok("{}")
        );
        let answers = sent_and_read(Response::Answers(vec!["Rex".into(), "Main".into()]));
        let answers: Vec<_> = answers
            .as_answers()
            .expect("answers")
            .iter()
            .map(ExposeSecret::expose_secret)
            .collect();
        assert_eq!(answers, ["Rex", "Main"]);
    }

    #[test]
    fn a_response_answers_the_forms_that_take_it_and_no_other() {
        let code = Response::code("12");
        assert_eq!(code.as_approval(), Ok(Some("12")));
        assert_eq!(code.as_assertion(), Err(WrongForm(Form::Assertion)));
        assert_eq!(Response::Wait.as_code(), Err(WrongForm(Form::Code)));
        assert!(Response::Wait.as_answers().is_err());
        let json = Response::Assertion("{}".to_owned());
        assert_eq!(json.as_approval(), Err(WrongForm(Form::Approval)));
    }

    #[test]
    fn what_is_no_response_is_refused_with_the_entry_that_is_wrong() {
        let refusal = |entries: &[_]| Response::try_from(dictionary_of(entries)).err();
        let text = |length| Variant::from("1".repeat(length));
        assert_eq!(refusal(&[("code", text(LONGEST_CODE))]), None);
        assert_eq!(refusal(&[("assertion", text(LONGEST_ASSERTION))]), None);
        let answers = |count, length: usize| Variant::from(vec!["a".repeat(length); count]);
        let most = answers(MOST_ANSWERS, LONGEST_ANSWER);
        assert_eq!(refusal(&[("answers", most)]), None);
        for (entries, error) in [
            (
                vec![("cod", text(6))],
                InvalidDictionary::Unknown("cod".to_owned()),
            ),
            (
                vec![("code", 123_456_u32.into())],
                InvalidDictionary::WrongType("code"),
            ),
            (
                vec![("answers", text(6))],
                InvalidDictionary::WrongType("answers"),
            ),
            (
                vec![("code", text(LONGEST_CODE + 1))],
                InvalidDictionary::TooLong("code"),
            ),
            (
                vec![("assertion", text(LONGEST_ASSERTION + 1))],
                InvalidDictionary::TooLong("assertion"),
            ),
            (
                vec![("answers", answers(MOST_ANSWERS + 1, 1))],
                InvalidDictionary::TooLong("answers"),
            ),
            (
                vec![("answers", answers(1, LONGEST_ANSWER + 1))],
                InvalidDictionary::TooLong("answers"),
            ),
            (
                vec![("code", text(6)), ("assertion", text(6))],
                InvalidDictionary::Exclusive("code", "assertion"),
            ),
            (
                vec![("assertion", text(6)), ("answers", answers(1, 1))],
                InvalidDictionary::Exclusive("assertion", "answers"),
            ),
        ] {
            assert_eq!(refusal(&entries), Some(error));
        }
    }

    #[test]
    fn an_unknown_entry_is_repeated_without_what_a_terminal_would_obey() {
        let name: &'static str = "\u{1b}[31mred";
        let refusal = Response::try_from(dictionary_of(&[(name, true.into())])).err();
        let said = refusal.expect("a refusal").to_string();
        assert_eq!(said, "there is no entry \"[31mred\"");
    }
}
