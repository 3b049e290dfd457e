//! Characters in a file that an editor does not show, and that libpam takes for part of a word.

use crate::line::{Line, Words};

/// What is not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unseen {
    /// Lines end as on Windows, in a carriage return and a line feed.
    WindowsLineEnds,
    /// The text begins with U+FEFF, as some editors write it.
    ByteOrderMark,
    /// Another character: a blank that is none to programs, or one without a width.
    Character(char),
}

impl std::fmt::Display for Unseen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::WindowsLineEnds => f.write_str("The file has Windows line ends"),
            Self::ByteOrderMark => f.write_str("The file begins with a byte order mark (U+FEFF)"),
            Self::Character(c) => {
                write!(
                    f,
                    "The line has a character that is not seen (U+{:04X})",
                    u32::from(*c)
                )
            }
        }
    }
}

impl Unseen {
    /// The first in a text that comments are part of, with its line from 1.
    pub fn first(text: &str) -> Option<(usize, Self)> {
        let mut lines = text.split_inclusive('\n').enumerate();
        lines.find_map(|(index, line)| Some((index + 1, Self::in_text(line, index == 0)?)))
    }

    /// The first in the words of a line of PAM configuration. Arguments in brackets are texts for
    /// people, in which other blanks than that of ASCII are right.
    pub fn in_line(line: &Line) -> Option<Self> {
        let first = line.number == 1;
        if line.text.trim_end_matches(' ').ends_with('\r') {
            return Some(Self::WindowsLineEnds);
        }
        let mut words = Words::of(&line.text).enumerate();
        words.find_map(|(index, word)| {
            let is_text = word.written.starts_with('[') && index > 2;
            Self::in_text(&word.text, first && index == 0).filter(|_| !is_text)
        })
    }

    fn in_text(text: &str, first: bool) -> Option<Self> {
        if first && text.starts_with('\u{feff}') {
            return Some(Self::ByteOrderMark);
        }
        if text.ends_with("\r\n") || text.ends_with('\r') {
            return Some(Self::WindowsLineEnds);
        }
        text.chars().find(|c| is_unseen(*c)).map(Self::Character)
    }
}

fn is_unseen(c: char) -> bool {
    // Within a line, a carriage return is none of its end.
    c == '\r' || secinfo_typed::is_unseen(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::lines;

    fn in_pam(text: &str) -> Vec<(usize, Unseen)> {
        let lines = lines(text).unwrap();
        let found = lines.iter();
        found
            .filter_map(|line| Some((line.number, Unseen::in_line(line)?)))
            .collect()
    }

    #[test]
    fn what_is_not_seen_is_found_where_libpam_reads_it() {
        let windows = Unseen::WindowsLineEnds;
        assert_eq!(
            in_pam("# a comment\r\nauth required a.so\r\n"),
            [(2, windows)]
        );
        assert_eq!(
            in_pam("\r\nauth required a.so b c\r\n"),
            [(1, windows), (2, windows)]
        );
        assert_eq!(
            in_pam("\u{feff}auth required a.so\n"),
            [(1, Unseen::ByteOrderMark)]
        );
        assert_eq!(
            in_pam("auth required\u{a0}a.so\nauth required a\u{200b}.so\n"),
            [
                (1, Unseen::Character('\u{a0}')),
                (2, Unseen::Character('\u{200b}'))
            ]
        );
        assert_eq!(
            in_pam("auth required a.so [Votre code\u{a0}: ] é # \u{a0}\n"),
            []
        );
    }

    #[test]
    fn what_is_not_seen_in_another_file_is_found_with_its_line() {
        assert_eq!(Unseen::first("a b\n\tc\n"), None);
        assert_eq!(
            Unseen::first("a\nb\r\n"),
            Some((2, Unseen::WindowsLineEnds))
        );
        assert_eq!(
            Unseen::first("a\nb\u{2009}c\n"),
            Some((2, Unseen::Character('\u{2009}')))
        );
    }
}
