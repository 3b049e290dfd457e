//! What answers a challenge: a dictionary with the entries of one form.

use crate::dictionary::{Dictionary, Entries, Field, InvalidDictionary, Reader};
use crate::form::{Form, WrongForm};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zbus::{Signature, Type};

/// The longest code, in bytes: of any written code with all its separators.
const LONGEST_CODE: usize = 128;
/// The longest assertion or credential of a security key, in bytes.
const LONGEST_ASSERTION: usize = 32 * 1024;
/// The most answers.
const MOST_ANSWERS: usize = 16;
/// The longest answer, in bytes: 40 characters, with white space that does not count.
const LONGEST_ANSWER: usize = 256;

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
    use crate::dictionary::tests::{dictionary_of, received};
    use zbus::Variant;

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
