//! Words for names on the bus. A daemon that is newer knows more of them than these words: then the
//! name itself is shown, which is readable.

use crate::Words;
use crate::argument::{Arguments, harmless};

impl Words {
    /// A kind, to begin a line with.
    pub fn kind(self, name: &str) -> String {
        self.name("kind", name, None)
    }

    /// A kind, within a sentence.
    pub fn kind_inline(self, name: &str) -> String {
        self.name("kind", name, Some("inline"))
    }

    /// What a user of this kind of method has to enter, to begin a line with.
    pub fn kind_asked(self, name: &str) -> String {
        self.name("kind", name, Some("one"))
    }

    /// How a code of this kind travels: "by text message".
    pub fn by(self, kind: &str) -> String {
        self.family("kind", kind, Some("by"), &Arguments::new())
            .unwrap_or_else(|| harmless(kind.into()).into_owned())
    }

    /// What remains to be done once a method of this kind is deleted, if anything.
    pub fn after_deletion(self, kind: &str) -> Option<String> {
        self.family("kind", kind, Some("deleted"), &Arguments::new())
    }

    /// What a verification serves.
    pub fn purpose(self, name: &str) -> String {
        self.name("purpose", name, None)
    }

    /// Why the daemon refused, by the name of its error; `None` where its own sentence says more.
    pub fn error(self, name: &str) -> Option<String> {
        self.family("error", name, None, &Arguments::new())
    }

    pub(crate) fn name(self, family: &str, name: &str, attribute: Option<&str>) -> String {
        self.family(family, name, attribute, &Arguments::new())
            .unwrap_or_else(|| harmless(name.into()).into_owned())
    }

    fn family(
        self,
        family: &str,
        name: &str,
        attribute: Option<&str>,
        arguments: &Arguments<'_>,
    ) -> Option<String> {
        let words = self.find(&format!("{family}-{name}"), attribute, arguments)?;
        Some(words.to_string())
    }
}
