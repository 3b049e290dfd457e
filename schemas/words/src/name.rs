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

    fn name(self, family: &str, name: &str, attribute: Option<&str>) -> String {
        let id = format!("{family}-{name}");
        match self.find(&id, attribute, &Arguments::new()) {
            Some(words) => words.to_string(),
            None => harmless(name.into()).into_owned(),
        }
    }
}
