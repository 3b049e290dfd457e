//! Text that a phone shows.

/// The longest text in characters: more does not fit on a small screen.
const LONGEST: usize = 120;

/// Text that a phone shows. It has none of the characters that separate fields in what is signed, and
/// nothing that does not print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown(String);

impl Shown {
    /// The text, with a blank in place of each character that it may not have, and cut where it is
    /// too long. Names of hosts, services and accounts come from outside.
    pub fn new(text: &str) -> Self {
        let shown = |character: char| match character {
            '|' | ',' => ' ',
            other if other.is_control() || is_invisible(other) => ' ',
            other => other,
        };
        Self(text.chars().map(shown).take(LONGEST).collect())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What turns the direction of a text, separates lines or has no width: a name with it could
/// look like another one.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{e0000}'..='\u{e01ef}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_its_letters_and_loses_what_separates_fields() {
        assert_eq!(Shown::new("sshd, as José|\n").as_str(), "sshd  as José  ");
        assert_eq!(Shown::new("a\u{202e}b\u{200b}").as_str(), "a b ");
        assert_eq!(Shown::new("a\u{61c}b\u{e0041}\u{3164}").as_str(), "a b  ");
        assert_eq!(Shown::new(&"é".repeat(500)).as_str().chars().count(), 120);
    }
}
