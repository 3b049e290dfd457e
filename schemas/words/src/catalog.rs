//! The messages of a language, parsed once.

use crate::argument::Arguments;
use crate::language::Language;
use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;
use std::fmt;
use std::sync::LazyLock;
use zeroize::Zeroizing;

include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// Room for any message, so that a text with a code in it is never moved and left behind in memory.
const ROOM: usize = 4096;

/// The messages of one language.
pub(crate) struct Catalog {
    bundle: FluentBundle<FluentResource>,
}

static ENGLISH: LazyLock<Catalog> = LazyLock::new(|| Catalog::new(Language::English));
static GERMAN: LazyLock<Catalog> = LazyLock::new(|| Catalog::new(Language::German));
static FRENCH: LazyLock<Catalog> = LazyLock::new(|| Catalog::new(Language::French));

/// The files of a language.
pub(crate) fn sources(language: Language) -> &'static [&'static str] {
    SOURCES
        .iter()
        .find_map(|(tag, files)| (*tag == language.tag()).then_some(*files))
        .expect("every language that ships has its files")
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog").finish_non_exhaustive()
    }
}

impl Catalog {
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
            Language::French => &FRENCH,
        }
    }

    fn new(language: Language) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![language.identifier()]);
        // The marks that would isolate every variable are no part of the GSM alphabet, and would put
        // a text into 70 characters. Arguments that need them bring their own.
        bundle.set_use_isolating(false);
        for source in sources(language) {
            let resource = FluentResource::try_new((*source).to_owned())
                .map_err(|(_, errors)| errors)
                .expect("the messages that ship are Fluent");
            bundle
                .add_resource(resource)
                .expect("no message that ships stands twice");
        }
        Self { bundle }
    }

    /// A message, or an attribute of one, with its variables filled in.
    pub(crate) fn find(
        &self,
        id: &str,
        attribute: Option<&str>,
        arguments: &Arguments<'_>,
    ) -> Option<Zeroizing<String>> {
        let message = self.bundle.get_message(id)?;
        let pattern = match attribute {
            Some(name) => message.get_attribute(name)?.value(),
            None => message.value()?,
        };
        let mut text = Zeroizing::new(String::with_capacity(ROOM));
        let mut errors = Vec::new();
        self.bundle
            .write_pattern(&mut *text, pattern, Some(arguments.fluent()), &mut errors)
            .expect("writing into memory does not fail");
        debug_assert!(errors.is_empty(), "{id} asks for an unknown variable");
        Some(text)
    }
}
