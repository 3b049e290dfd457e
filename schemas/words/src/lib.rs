//! What people read, in their language: the names of kinds, outcomes and reasons, the prompts of a
//! sign-in, messages to phones and mailboxes, and the sentences of the command.
//!
//! The words stand in `messages/<language>/**/*.ftl` (Project Fluent). [`message`] has a type for each
//! of them, with its arguments as fields:
//!
//! ```
//! use secinfo_words::{Language, Words, message};
//!
//! let words = Words::of(Language::negotiate(&["de_DE.UTF-8"]));
//! let sentence = words.say(message::NoteSlow { seconds: 30_u32.into() });
//! assert_eq!(
//!     sentence.as_str(),
//!     "Nach falschen Codes müssen Sie warten: Versuchen Sie es in 30 s wieder."
//! );
//! ```
//!
//! A kind of method has a file of its own in each language, `kinds/<kind>.ftl`. A language is a folder
//! with the same messages, and a [`Language`]; tests tell what is missing.
//!
//! Arguments come from outside. Nothing in them is obeyed by a terminal, or changes the direction
//! of the text around them.

mod activity;
mod argument;
mod catalog;
mod language;
mod method;
mod name;
#[cfg(test)]
mod tests;

pub use argument::{Argument, Arguments, visible};
pub use language::Language;

use catalog::Catalog;
use zeroize::Zeroizing;

/// A message with its arguments.
pub trait Message<'a> {
    /// Its name in the files.
    const ID: &'static str;
    /// Which attribute of it; `None` for its value.
    const ATTRIBUTE: Option<&'static str>;
    /// What is put into it.
    fn arguments(self) -> Arguments<'a>;
}

/// A type for each message that ships.
pub mod message {
    use crate::{Argument, Arguments, Message};

    include!(concat!(env!("OUT_DIR"), "/message.rs"));
}

/// The words of one language.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    language: Language,
    catalog: &'static Catalog,
}

impl Words {
    /// The words of this language.
    pub fn of(language: Language) -> Self {
        Self {
            language,
            catalog: Catalog::of(language),
        }
    }

    /// The language.
    pub const fn language(self) -> Language {
        self.language
    }

    /// The words of a message.
    pub fn say<'a, M: Message<'a>>(self, message: M) -> Zeroizing<String> {
        self.find(M::ID, M::ATTRIBUTE, &message.arguments())
            .expect("every language that ships has every message")
    }

    /// The words of a message whose name is put together, such as from a name on the bus; `None`
    /// where there is none of that name.
    pub fn find(
        self,
        id: &str,
        attribute: Option<&str>,
        arguments: &Arguments<'_>,
    ) -> Option<Zeroizing<String>> {
        self.catalog.find(id, attribute, arguments)
    }
}
