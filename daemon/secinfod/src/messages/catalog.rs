//! The messages of a language, parsed once.

use super::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use secinfo_channel::Word;
use std::sync::LazyLock;
use zeroize::Zeroizing;

/// Room for any message, so that a text with a code in it is never moved and left behind in memory.
pub(super) const ROOM: usize = 4096;

/// The messages of one language.
pub(super) struct Catalog {
    bundle: FluentBundle<FluentResource>,
}

static CATALOGS: LazyLock<[Catalog; Language::ALL.len()]> =
    LazyLock::new(|| Language::ALL.map(Catalog::new));

/// What the files of a language hold.
pub(super) const fn source(language: Language) -> &'static str {
    match language {
        Language::English => concat!(
            include_str!("../../messages/en.ftl"),
            include_str!("../../messages/en-sign-in.ftl")
        ),
        Language::German => concat!(
            include_str!("../../messages/de.ftl"),
            include_str!("../../messages/de-sign-in.ftl")
        ),
        Language::French => concat!(
            include_str!("../../messages/fr.ftl"),
            include_str!("../../messages/fr-sign-in.ftl")
        ),
    }
}

impl Catalog {
    pub(super) fn of(language: Language) -> &'static Self {
        &CATALOGS[language as usize]
    }

    fn new(language: Language) -> Self {
        let resource = FluentResource::try_new(source(language).to_owned())
            .map_err(|(_, errors)| errors)
            .expect("the messages that ship are Fluent");
        let mut bundle = FluentBundle::new_concurrent(vec![language.identifier()]);
        // The marks that would isolate variables are no part of the GSM alphabet, and would put a
        // text into 70 characters. What is inserted was cleaned of marks of its own.
        bundle.set_use_isolating(false);
        bundle
            .add_resource(resource)
            .expect("no message that ships stands twice");
        Self { bundle }
    }

    /// A message with its variables filled in.
    pub(super) fn message(&self, id: &str, arguments: &FluentArgs<'_>) -> Word {
        self.written(id, None, arguments)
    }

    /// An attribute of a message, such as an email's subject.
    pub(super) fn attribute(&self, id: &str, name: &str, arguments: &FluentArgs<'_>) -> Word {
        self.written(id, Some(name), arguments)
    }

    fn written(&self, id: &str, attribute: Option<&str>, arguments: &FluentArgs<'_>) -> Word {
        let message = self.bundle.get_message(id);
        let pattern = message
            .and_then(|message| match attribute {
                Some(name) => Some(message.get_attribute(name)?.value()),
                None => message.value(),
            })
            .expect("every language that ships has every message");
        let mut text = Zeroizing::new(String::with_capacity(ROOM));
        let mut errors = Vec::new();
        self.bundle
            .write_pattern(&mut *text, pattern, Some(arguments), &mut errors)
            .expect("writing into memory does not fail");
        debug_assert!(errors.is_empty(), "{id} asks for an unknown variable");
        text
    }
}
