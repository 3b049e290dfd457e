//! The words of the prompts of a sign-in.

use super::{Language, outside};
use secinfo_channel::SecretText;
use secinfo_domain::Kind;
use secinfo_words::{Arguments, Words};

/// What is put into a prompt.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// A text. It is cleaned: nothing in it breaks the line or changes the direction of writing.
    Text(&'a str),
    /// A number.
    Number(u64),
    /// Whether something holds, to choose between two wordings.
    Whether(bool),
}

/// The prompts of one language.
#[derive(Clone, Copy)]
pub struct Prompts(Words);

impl Prompts {
    /// The prompts of this language.
    pub fn of(language: Language) -> Self {
        Self(Words::of(language))
    }

    /// What a user of this kind of method has to enter.
    pub fn kind(self, kind: Kind) -> SecretText {
        SecretText::new(self.0.kind_asked(kind.as_str()))
    }

    /// A length of time that is to pass.
    pub fn wait(self, seconds: u64) -> String {
        self.0.wait(seconds)
    }

    /// How codes of this kind travel: "by text message".
    pub fn by(self, kind: Kind) -> String {
        self.0.by(kind.as_str())
    }

    /// The words with this id, with these parts put in.
    pub fn say(self, id: &str, parts: &[(&'static str, Part<'_>)]) -> SecretText {
        let arguments = parts
            .iter()
            .fold(Arguments::new(), |arguments, (name, part)| match part {
                Part::Text(text) => arguments.with(name, outside::clean(text)),
                Part::Number(number) => arguments.with(name, *number),
                Part::Whether(holds) => arguments.with(name, *holds),
            });
        self.0
            .find(id, None, &arguments)
            .expect("every language that ships has every prompt")
    }
}
