//! The words of the prompts with which somebody signs in.

use super::catalog::Catalog;
use super::{Language, outside};
use fluent_bundle::FluentArgs;
use secinfo_channel::Word;

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
pub struct Prompts(&'static Catalog);

impl Prompts {
    /// The prompts of this language.
    pub fn of(language: Language) -> Self {
        Self(Catalog::of(language))
    }

    /// The words with this id, with these parts put in.
    pub fn say(self, id: &str, parts: &[(&'static str, Part<'_>)]) -> Word {
        let mut arguments = FluentArgs::new();
        for (name, part) in parts {
            match part {
                Part::Text(text) => arguments.set(*name, outside::clean(text)),
                Part::Number(number) => arguments.set(*name, *number),
                Part::Whether(true) => arguments.set(*name, "yes"),
                Part::Whether(false) => arguments.set(*name, "no"),
            }
        }
        self.0.message(id, &arguments)
    }
}
