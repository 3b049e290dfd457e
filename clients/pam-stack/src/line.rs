//! Lines and words of PAM configuration, cut as libpam cuts them.

/// The longest line that every libpam reads whole; before 1.5.3 it had room for no more, and took
/// the rest for another line.
const LONGEST: usize = 1022;

/// A line, with those that it was continued with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The number of its first line, from 1.
    pub number: usize,
    /// The text without comment.
    pub text: String,
    /// Why versions of libpam disagree on what it says.
    pub ambiguous: Option<&'static str>,
}

/// The lines that say something; an error is the number of the line that is continued with nothing,
/// which makes libpam refuse the whole file.
pub fn lines(text: &str) -> Result<Vec<Line>, usize> {
    let mut lines = Vec::new();
    let mut open: Option<Line> = None;
    for (index, raw) in text.split_inclusive('\n').enumerate() {
        let trimmed = raw.trim_start_matches([' ', '\t', '\n']);
        if trimmed.is_empty() || trimmed.starts_with('#') {
            if let Some(line) = &mut open {
                line.ambiguous = Some(
                    "a comment or an empty line stands where a line is continued, which ends it for \
                     newer versions of Linux-PAM and not for older ones",
                );
            }
            continue;
        }
        let (said, comment) = match trimmed.split_once('#') {
            Some((said, _)) => (said, true),
            None => (trimmed, false),
        };
        let end = said.trim_end_matches([' ', '\t', '\n']);
        let continued = !comment && end.ends_with('\\');
        let line = open.get_or_insert_with(|| Line {
            number: index + 1,
            text: String::new(),
            ambiguous: None,
        });
        line.text.push_str(if continued {
            &end[..end.len() - 1]
        } else {
            said.trim_end_matches('\n')
        });
        line.text.push(' ');
        if line.text.len() > LONGEST {
            line.ambiguous = Some("it is so long that older versions of Linux-PAM cut it");
        }
        if !continued {
            lines.extend(open.take());
        }
    }
    match open {
        Some(line) => Err(line.number),
        None => Ok(lines),
    }
}

/// Takes words from a line: up to white space, or what stands between brackets.
#[derive(Debug, Clone)]
pub struct Words<'a> {
    rest: &'a str,
}

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// What it says, without the brackets.
    pub text: String,
    /// How it is written, with the brackets.
    pub written: String,
    /// It opened with a bracket that was never closed.
    pub unclosed: bool,
}

impl<'a> Words<'a> {
    /// The words of a text.
    pub const fn of(text: &'a str) -> Self {
        Self { rest: text }
    }
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        let space = [' ', '\n', '\t'];
        let text = self.rest.trim_start_matches(space);
        let Some(inside) = text.strip_prefix('[') else {
            let end = text.find(space).unwrap_or(text.len());
            // libpam drops the one character that ended the word.
            self.rest = text[end..].strip_prefix(space).unwrap_or_default();
            return (!text.is_empty()).then(|| Word {
                text: text[..end].to_owned(),
                written: text[..end].to_owned(),
                unclosed: false,
            });
        };
        let mut word = Word {
            text: String::new(),
            written: String::new(),
            unclosed: true,
        };
        let mut rest = inside;
        while let Some(c) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix("\\]") {
                word.text.push(']');
                rest = after;
                continue;
            }
            rest = &rest[c.len_utf8()..];
            if c == ']' {
                word.unclosed = false;
                break;
            }
            word.text.push(c);
        }
        text[..text.len() - rest.len()].clone_into(&mut word.written);
        self.rest = rest;
        Some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Words::of(text).map(|word| word.text).collect()
    }

    #[test]
    fn words_end_at_white_space_or_brackets() {
        assert_eq!(
            words(" auth\t[success=1 default=ignore] pam_x.so [a [b \\] c] d"),
            [
                "auth",
                "success=1 default=ignore",
                "pam_x.so",
                "a [b ] c",
                "d"
            ]
        );
        assert_eq!(words("[a]b"), ["a", "b"]);
        assert_eq!(words(" \t "), [""; 0]);
        assert!(Words::of("[never closed").next().unwrap().unclosed);
    }

    #[test]
    fn lines_are_continued_and_comments_dropped() {
        let text = "# comment\n\nauth required \\\n  pam_x.so a # b \\\n auth\tc\n";
        let lines: Vec<_> = lines(text).unwrap();
        let cut: Vec<_> = lines
            .iter()
            .map(|line| (line.number, words(&line.text)))
            .collect();
        let is = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            cut,
            [
                (3, is(&["auth", "required", "pam_x.so", "a"])),
                (5, is(&["auth", "c"]))
            ]
        );
        assert!(lines.iter().all(|line| line.ambiguous.is_none()));
    }

    #[test]
    fn a_file_that_ends_in_the_middle_of_a_line_is_refused() {
        assert_eq!(lines("auth required pam_x.so\nauth \\\n"), Err(2));
    }

    #[test]
    fn what_versions_read_differently_is_marked() {
        let line = &lines("auth \\\n# comment\nrequired pam_x.so\n").unwrap()[0];
        assert!(line.ambiguous.is_some());
        let long = format!("auth required pam_x.so {}\n", "a ".repeat(600));
        assert!(lines(&long).unwrap()[0].ambiguous.is_some());
    }
}
