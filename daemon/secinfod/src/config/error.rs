//! Mistakes in a configuration, each shown with its line.

use secinfo_typed::Unseen;
use secinfo_words::visible;
use std::fmt;
use std::io;
use std::ops::Range;
use std::path::PathBuf;

/// How many mistakes are shown at once.
pub(super) const SHOWN: usize = 20;

/// How much of a line is shown.
const LINE_SHOWN: usize = 120;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be opened or read.
    #[error(
        "cannot read the configuration {}: {source}. It must be there, and the daemon's user must be \
         allowed to read it; an empty file is enough",
        path.display()
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is a directory, a device or a pipe.
    #[error("the configuration {} is not a regular file: name a file, or a link to one", path.display())]
    NotAFile {
        /// What was named.
        path: PathBuf,
    },
    /// It belongs to an account that is not trusted with it.
    #[error(
        "the configuration {} belongs to uid {owner}, who could change what everybody must prove: \
         make it root's with `chown root {}`",
        path.display(),
        path.display()
    )]
    Owner {
        /// The file.
        path: PathBuf,
        /// The uid of its owner.
        owner: u32,
    },
    /// Others than its owner may write to it.
    #[error(
        "others than its owner may write to the configuration {} (its mode is {mode:04o}): \
         take that from them with `chmod go-w {}`",
        path.display(),
        path.display()
    )]
    Writable {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It is longer than any configuration.
    #[error(
        "the configuration {} is larger than {} KiB: this is not a configuration, or it must be cut down",
        path.display(),
        super::SIZE_LIMIT / 1024
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// It holds mistakes.
    #[error(transparent)]
    Mistakes(#[from] Mistakes),
}

/// All mistakes of one file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Mistakes {
    file: String,
    problems: Vec<Problem>,
    more: usize,
}

/// A mistake, with the line that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, counted from 1.
    pub line: usize,
    /// The character of the line, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub remedy: String,
    shown: String,
    indent: String,
    width: usize,
}

/// A mistake and where in the text it is.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) span: Range<usize>,
    pub(super) what: String,
    pub(super) remedy: String,
}

/// Quotation marks and dashes that word processors write for those of ASCII, in what is left of a line
/// before its comment: the first, and what stands on keyboards.
fn typographic_in(text: &str) -> Option<(usize, (char, char))> {
    let said = text.lines().next()?.split('#').next()?;
    said.char_indices().find_map(|(at, c)| {
        let instead = match c {
            '\u{201C}'..='\u{201F}' | '«' | '»' | '\u{2033}' | '\u{FF02}' => '"',
            '\u{2018}'..='\u{201B}' | '\u{2032}' | '\u{FF07}' => '\'',
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            '\u{FF1D}' => '=',
            _ => return None,
        };
        Some((at, (c, instead)))
    })
}

impl Finding {
    pub(super) fn of_syntax(error: &toml::de::Error, text: &str) -> Self {
        let span = error.span().unwrap_or_default();
        let behind = text.get(span.start..).unwrap_or_default();
        if let Some((at, (sign, instead))) = typographic_in(behind) {
            let start = span.start + at;
            return Self {
                span: start..start + sign.len_utf8(),
                what: format!("there is {sign} where TOML needs {instead}"),
                remedy: format!("write {instead} in its place"),
            };
        }
        let what = error.message().trim_end().to_owned();
        let remedy = if what.contains("duplicate key") {
            "keep one of the two"
        } else if what.contains("must be quoted") {
            "put the value in quotes: \"10m\", \"4MiB\", \"system\""
        } else {
            "write settings as `key = value`, each on a line below its [section]"
        };
        Self {
            span,
            what,
            remedy: remedy.to_owned(),
        }
    }

    /// A character that an editor does not show.
    pub(super) fn of_unseen(unseen: Unseen) -> Self {
        let number = u32::from(unseen.character);
        let remedy = match number {
            0x1_0000.. => format!(
                "remove it; if it is meant, write \"\\U{number:08X}\" in its place, in double quotes"
            ),
            _ => format!(
                "remove it; if it is meant, write \"\\u{number:04X}\" in its place, in double quotes"
            ),
        };
        Self {
            span: unseen.at..unseen.at + unseen.character.len_utf8(),
            what: format!("there is {unseen}, which cannot be seen"),
            remedy,
        }
    }

    /// A text in UTF-16.
    pub(super) fn of_utf_16() -> Self {
        Self {
            span: 0..0,
            what: "the text is in UTF-16".to_owned(),
            remedy: "save the file as UTF-8".to_owned(),
        }
    }

    /// A text that is not UTF-8 from this byte on.
    pub(super) fn of_encoding(valid_up_to: usize) -> Self {
        Self {
            span: valid_up_to..valid_up_to,
            what: "from here on the text is not UTF-8".to_owned(),
            remedy: "save the file as UTF-8".to_owned(),
        }
    }
}

impl Mistakes {
    pub(super) fn new(file: &str, text: &str, mut findings: Vec<Finding>) -> Self {
        let more = findings.len().saturating_sub(SHOWN);
        findings.truncate(SHOWN);
        Self {
            file: file.to_owned(),
            problems: findings
                .into_iter()
                .map(|finding| Problem::new(text, &finding))
                .collect(),
            more,
        }
    }

    /// The mistakes in the order of the text. Of very many, the first.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl Problem {
    fn new(text: &str, finding: &Finding) -> Self {
        let start = text.floor_char_boundary(finding.span.start);
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before[line_start..].chars().count();
        let line = text[line_start..].lines().next().unwrap_or_default();
        let end = text.floor_char_boundary(finding.span.end.max(start));
        let marked = text[start..end].lines().next().unwrap_or_default();

        let skipped = column.saturating_sub(LINE_SHOWN / 2);
        let shown: String = line.chars().skip(skipped).take(LINE_SHOWN).collect();
        // A character for a character, so that the mark below stands where it should.
        let shown = shown
            .split('\t')
            .map(visible)
            .collect::<Vec<_>>()
            .join("\t");
        let room = (skipped + LINE_SHOWN).saturating_sub(column);
        Self {
            line: before.matches('\n').count() + 1,
            column: column + 1,
            what: visible(&finding.what).into_owned(),
            remedy: visible(&finding.remedy).into_owned(),
            indent: shown
                .chars()
                .take(column - skipped)
                .map(|c| if c == '\t' { c } else { ' ' })
                .collect(),
            width: marked.chars().count().clamp(1, room.max(1)),
            shown,
        }
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f, "\n")?;
            }
            write!(f, "{}:{problem}", self.file)?;
        }
        match self.more {
            0 => Ok(()),
            _ => write!(f, "\n\nThere is more: correct these first."),
        }
    }
}

impl fmt::Display for Problem {
    /// The position, what is wrong, the line with a mark below, and what would be right.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        writeln!(f, "{number}:{}: {}", self.column, self.what)?;
        writeln!(f, "{margin} |")?;
        writeln!(f, "{number} | {}", self.shown)?;
        writeln!(f, "{margin} | {}{}", self.indent, "^".repeat(self.width))?;
        write!(f, "{margin} = {}", self.remedy)
    }
}
