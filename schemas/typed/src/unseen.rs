//! Characters of a text that an editor does not show: what a person sees is not what a program reads.

use std::fmt;

/// A character that is not seen, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unseen {
    /// The character.
    pub character: char,
    /// How many bytes into the text it stands.
    pub at: usize,
    /// Its line, counted from 1.
    pub line: usize,
    /// Which character of the line it is, counted from 1.
    pub column: usize,
}

impl fmt::Display for Unseen {
    /// Its number and its name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "U+{:04X}", u32::from(self.character))?;
        match name(self.character) {
            Some(name) => write!(f, " {name}"),
            None => Ok(()),
        }
    }
}

/// Whether a character looks like a blank or like nothing, and is read as part of a word. The blank of
/// ASCII, tabs and ends of lines are not among them.
pub fn is_unseen(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
        || c.is_whitespace() && !c.is_ascii()
        || matches!(
            c,
            '\u{AD}'
                | '\u{34F}'
                | '\u{61C}'
                | '\u{115F}'
                | '\u{1160}'
                | '\u{17B4}'
                | '\u{17B5}'
                | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200F}'
                | '\u{202A}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{FE00}'..='\u{FE0F}'
                | '\u{FEFF}'
                | '\u{FFA0}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

/// The first character of a text that is not seen. One that joins or parts letters of a script beyond
/// ASCII, as in Persian, belongs to the spelling of the word.
pub fn first_unseen(text: &str) -> Option<Unseen> {
    let is_letter = |c: char| !c.is_ascii() && c.is_alphanumeric();
    let mut before = None;
    for (at, character) in text.char_indices() {
        if is_unseen(character) {
            let behind = text[at + character.len_utf8()..].chars().next();
            let joins = matches!(character, '\u{200C}' | '\u{200D}')
                && before.is_some_and(is_letter)
                && behind.is_some_and(is_letter);
            if !joins {
                let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
                return Some(Unseen {
                    character,
                    at,
                    line: text[..at].matches('\n').count() + 1,
                    column: text[line_start..at].chars().count() + 1,
                });
            }
        }
        before = Some(character);
    }
    None
}

/// Of each line the first character that is not seen, up to where a comment begins with `comment`. A
/// byte order mark at the beginning of the text belongs to its encoding.
pub fn unseen_in_lines(text: &str, comment: char) -> impl Iterator<Item = Unseen> + '_ {
    let mut start = 0;
    (1..)
        .zip(text.split_inclusive('\n'))
        .filter_map(move |(line, whole)| {
            let at = start;
            start += whole.len();
            let said = whole.split(comment).next().unwrap_or_default();
            let marked = if at == 0 {
                said.strip_prefix('\u{feff}')
            } else {
                None
            };
            let said = marked.unwrap_or(said);
            let before = marked.map_or(0, |_| '\u{feff}'.len_utf8());
            let unseen = first_unseen(said)?;
            let at = at + before + unseen.at;
            Some(Unseen { at, line, ..unseen })
        })
}

/// What Unicode calls the ones that people come across.
const fn name(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{A0}' => "NO-BREAK SPACE",
        '\u{AD}' => "SOFT HYPHEN",
        '\u{61C}' => "ARABIC LETTER MARK",
        '\u{2000}'..='\u{200A}' => "a blank of another width",
        '\u{200B}' => "ZERO WIDTH SPACE",
        '\u{200C}' => "ZERO WIDTH NON-JOINER",
        '\u{200D}' => "ZERO WIDTH JOINER",
        '\u{200E}' => "LEFT-TO-RIGHT MARK",
        '\u{200F}' => "RIGHT-TO-LEFT MARK",
        '\u{2028}' => "LINE SEPARATOR",
        '\u{2029}' => "PARAGRAPH SEPARATOR",
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => "a mark of writing direction",
        '\u{202F}' => "NARROW NO-BREAK SPACE",
        '\u{2060}' => "WORD JOINER",
        '\u{3000}' => "IDEOGRAPHIC SPACE",
        '\u{FE00}'..='\u{FE0F}' => "a variation selector",
        '\u{FEFF}' => "BYTE ORDER MARK",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_is_not_seen_is_named_with_its_place() {
        for (text, at, said) in [
            ("a\u{a0}b", 1, "U+00A0 NO-BREAK SPACE"),
            ("é\u{200b}", 2, "U+200B ZERO WIDTH SPACE"),
            ("\u{feff}a", 0, "U+FEFF BYTE ORDER MARK"),
            ("ab\u{ad}c", 2, "U+00AD SOFT HYPHEN"),
            ("a\u{3164}", 1, "U+3164"),
            ("a\u{1b}[m", 1, "U+001B"),
            ("a\u{200c}b", 1, "U+200C ZERO WIDTH NON-JOINER"),
            ("ر\u{200c}", 2, "U+200C ZERO WIDTH NON-JOINER"),
        ] {
            let unseen = first_unseen(text).unwrap();
            assert_eq!((unseen.at, unseen.to_string().as_str()), (at, said));
        }
    }

    #[test]
    fn its_line_and_column_are_counted_from_1() {
        let unseen = first_unseen("a\r\néb\u{feff}\n").unwrap();
        assert_eq!((unseen.line, unseen.column), (2, 3));
    }

    #[test]
    fn what_is_not_seen_is_found_in_each_line_but_for_comments() {
        let text = "\u{feff}a\u{a0}b\u{a0}\n# \u{a0}\r\nc = \"d\u{200b}\" # \u{200b}\n\u{feff}";
        let found: Vec<_> = unseen_in_lines(text, '#')
            .map(|unseen| (unseen.line, unseen.column, unseen.character))
            .collect();
        assert_eq!(
            found,
            [(1, 2, '\u{a0}'), (3, 7, '\u{200b}'), (4, 1, '\u{feff}')]
        );
        for unseen in unseen_in_lines(text, '#') {
            assert!(text[unseen.at..].starts_with(unseen.character));
        }
    }

    #[test]
    fn letters_blanks_and_ends_of_lines_are_seen() {
        for text in ["a b\tc\r\n", "Jürgen Groß", "山田 太郎", "علی\u{200c}رضا"] {
            assert_eq!(first_unseen(text), None, "{text}");
        }
    }
}
