//! The forms in which methods ask and are answered.

use crate::dictionary::{Entries, Field, InvalidDictionary, Reader};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How a method asks, and is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
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

/// A response answers another form than that of the challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that does not answer what is asked: the method takes a response of the form \"{0}\"")]
pub struct WrongForm(
    /// The form of the challenge.
    pub Form,
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::dictionary;
    use crate::dictionary::tests::dictionary_of;

    dictionary! {
        /// Options of a client.
        #[derive(Debug)]
        struct Options {
            forms: Forms,
        }
    }

    #[test]
    fn a_client_that_names_no_forms_can_present_codes() {
        let read = |entries: &[_]| {
            let options = Options::try_from(dictionary_of(entries));
            options.expect("options").forms
        };
        assert_eq!(read(&[]), Forms::from_iter([Form::Code]));
        let named = read(&[("forms", vec!["answers", "gesture", "approval"].into())]);
        assert_eq!(named, Forms::from_iter([Form::Approval, Form::Answers]));
        assert!(!named.contains(Form::Code));
    }
}
