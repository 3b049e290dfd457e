//! Bringing methods over from other systems: the files in which PAM modules keep them.
//!
//! A file is read as far as it makes sense. What is wrong with one line does not keep out the
//! others; the administrator is told of each.

pub mod brought_over;
pub mod oath_users;
pub mod one_time_codes;
#[cfg(test)]
mod pam_service;
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
    /// It is in an encoding that the module does not read.
    #[error("the file is in UTF-16: save it as UTF-8, as the PAM module needs it")]
    Utf16,
    /// It has more lines than can be looked at.
    #[error("the file has more than 100000 lines: import it in parts")]
    TooManyLines,
}

/// Reads a file line by line. Empty lines and those that begin with `#` hold nothing.
fn read<T>(
    file: &[u8],
    read_line: impl Fn(&str) -> Result<Vec<T>, String>,
) -> Result<Import<T>, ImportError> {
    if file.len() > LARGEST_FILE {
        return Err(ImportError::TooLarge);
    }
    if secinfo_typed::is_utf_16(file) {
        return Err(ImportError::Utf16);
    }
    if file
        .iter()
        .filter(|byte| **byte == b'\n')
        .nth(MOST_LINES)
        .is_some()
    {
        return Err(ImportError::TooManyLines);
    }
    let mut import = Import {
        entries: Vec::new(),
        problems: Vec::new(),
    };
    for (line, bytes) in (1..).zip(file.split(|byte| *byte == b'\n')) {
        // Blanks before the first word are for each format to judge.
        let bytes = bytes.trim_ascii_end();
        // A comment may be in any encoding.
        if matches!(bytes.trim_ascii_start(), [] | [b'#', ..]) {
            continue;
        }
        let read = std::str::from_utf8(bytes)
            .map_err(|_| "it is not in UTF-8: save the file in that encoding".to_owned())
            .and_then(&read_line);
        match read {
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

/// Refuses a line with a character in it that an editor does not show: to the module it is part of a
/// word, so that the line does not say what it seems to say.
fn refuse_unseen(line: &str) -> Result<(), String> {
    match secinfo_typed::first_unseen(line) {
        None => Ok(()),
        Some(unseen) => Err(format!(
            "character {} is {unseen}, which cannot be seen: remove it",
            unseen.column
        )),
    }
}

/// The name of an account, as a file has it.
fn user(text: &str) -> Result<secinfo_domain::UserName, String> {
    secinfo_domain::UserName::parse(text)
        .map_err(|error| format!("the name of the user cannot be used: {error}"))
}
