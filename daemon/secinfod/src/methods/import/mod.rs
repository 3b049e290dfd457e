//! Bringing methods over from other systems: the files in which PAM modules keep them.
//!
//! A file is read as far as it makes sense. What is wrong with one line does not keep out the
//! others; the administrator is told of each.

pub mod oath_users;
pub mod u2f_mappings;

use secinfo_words::visible;

/// The largest file that is read, in bytes.
pub const LARGEST_FILE: usize = 1 << 20;

/// The most lines of a file.
const MOST_LINES: usize = 100_000;

/// What is wrong with a line, and what would be right. It never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct LineProblem {
    /// Its number, the first being 1.
    pub line: u32,
    /// What is wrong.
    pub what: String,
}

/// What a file holds.
pub struct Import<T> {
    /// What can be used, each with the number of its line, in the order of the file.
    pub entries: Vec<(u32, T)>,
    /// What was left out, in the order of the file.
    pub problems: Vec<LineProblem>,
}

/// Why a file as a whole cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// It is larger than [`LARGEST_FILE`].
    #[error("the file is larger than 1 MiB: import it in parts")]
    TooLarge,
    /// It has more lines than can be looked at.
    #[error("the file has more than 100000 lines: import it in parts")]
    TooManyLines,
    /// It is not in UTF-8.
    #[error("the file is not in UTF-8: save it in that encoding")]
    NotUtf8,
}

/// Reads a file line by line. Empty lines and those that begin with `#` hold nothing.
fn read<T>(
    file: &[u8],
    read_line: impl Fn(&str) -> Result<Vec<T>, String>,
) -> Result<Import<T>, ImportError> {
    if file.len() > LARGEST_FILE {
        return Err(ImportError::TooLarge);
    }
    let text = std::str::from_utf8(file).map_err(|_| ImportError::NotUtf8)?;
    if text.lines().nth(MOST_LINES).is_some() {
        return Err(ImportError::TooManyLines);
    }
    let mut import = Import {
        entries: Vec::new(),
        problems: Vec::new(),
    };
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        match read_line(text) {
            Ok(entries) => {
                let entries = entries.into_iter().map(|entry| (line, entry));
                import.entries.extend(entries);
            }
            Err(what) => import.problems.push(LineProblem {
                line,
                what: visible(&what).into_owned(),
            }),
        }
    }
    Ok(import)
}

/// The name of an account, as a file has it.
fn user(text: &str) -> Result<secinfo_domain::UserName, String> {
    secinfo_domain::UserName::parse(text)
        .map_err(|error| format!("the name of the user cannot be used: {error}"))
}
