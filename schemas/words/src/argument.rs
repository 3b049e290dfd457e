//! What is put into messages.

use fluent_bundle::FluentArgs;
use std::borrow::Cow;
use std::fmt;

/// What stands for one variable of a message.
#[derive(Clone)]
pub enum Argument<'a> {
    /// A text. Nothing in it is obeyed by a terminal once it is in the message.
    Text(Cow<'a, str>),
    /// A number.
    Number(u64),
    /// Whether something holds, to choose between two wordings.
    Flag(bool),
}

/// Without texts: one of them may be a code.
impl fmt::Debug for Argument<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text"),
            Self::Number(number) => f.debug_tuple("Number").field(number).finish(),
            Self::Flag(holds) => f.debug_tuple("Flag").field(holds).finish(),
        }
    }
}

impl<'a> From<&'a str> for Argument<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Argument<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Argument<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u64> for Argument<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Argument<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<bool> for Argument<'_> {
    fn from(holds: bool) -> Self {
        Self::Flag(holds)
    }
}

/// The variables of a message, by name.
#[derive(Default)]
pub struct Arguments<'a>(FluentArgs<'a>);

/// Names alone, for the same reason.
impl fmt::Debug for Arguments<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

impl<'a> Arguments<'a> {
    /// No variables.
    pub fn new() -> Self {
        Self::default()
    }

    /// These, and one more.
    #[must_use]
    pub fn with(mut self, name: &'static str, argument: impl Into<Argument<'a>>) -> Self {
        match argument.into() {
            Argument::Text(text) => self.0.set(name, harmless(text)),
            Argument::Number(number) => self.0.set(name, number),
            Argument::Flag(holds) => self.0.set(name, if holds { "yes" } else { "no" }),
        }
        self
    }

    pub(crate) const fn fluent(&self) -> &FluentArgs<'a> {
        &self.0
    }
}

/// The text made [visible]. One with letters that are written from right to left is isolated (Unicode
/// annex 9), so that it does not reorder what stands around it.
pub(crate) fn harmless(text: Cow<'_, str>) -> Cow<'_, str> {
    let marked = match visible(&text) {
        Cow::Owned(marked) => Cow::Owned(marked),
        Cow::Borrowed(_) => text,
    };
    if marked.contains(is_right_to_left) {
        Cow::Owned(format!("\u{2068}{marked}\u{2069}"))
    } else {
        marked
    }
}

/// The text with everything that a terminal would obey, and everything that reorders text, replaced
/// by a visible mark. Names and labels may come from another user than the reader.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.contains(is_unseen) {
        Cow::Owned(text.replace(is_unseen, "\u{FFFD}"))
    } else {
        Cow::Borrowed(text)
    }
}

fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// The blocks of scripts that are written from right to left.
const fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

#[cfg(test)]
mod tests {
    use super::{harmless, visible};

    fn harmless_text(text: &str) -> String {
        harmless(text.into()).into_owned()
    }

    #[test]
    fn nothing_a_terminal_obeys_comes_through() {
        for text in [harmless_text, |text: &str| visible(text).into_owned()] {
            assert_eq!(
                text("a\x1b[2Jb\u{202e}c\n"),
                "a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}"
            );
            assert_eq!(text("Zoë’s 鍵"), "Zoë’s 鍵");
        }
    }

    #[test]
    fn what_is_written_from_right_to_left_stays_by_itself() {
        assert_eq!(harmless_text("טלפון 2"), "\u{2068}טלפון 2\u{2069}");
        assert_eq!(
            harmless_text("هاتف\u{2069}"),
            "\u{2068}هاتف\u{FFFD}\u{2069}"
        );
    }
}
