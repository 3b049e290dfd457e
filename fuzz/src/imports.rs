//! Files that administrators bring: the configuration, and methods of other systems.

use secinfo_cli::import::app_export::Export;
use secinfo_cli::import::google_authenticator::GoogleAuthenticator;
use secinfo_words::visible;
use secinfod::config::Config;
use secinfod::methods::hardware_token::import::{
    self as tokens,
    pskc::{FileKey, PreSharedKey},
};
use secinfod::methods::import::{
    Import, oath_users as oath, one_time_codes as codes, u2f_mappings as u2f,
};
use std::collections::HashSet;
use std::sync::LazyLock;

/// 2026-01-01 00:00 UTC: the time by which keys of a file have expired or not.
const NOW: u64 = 1_767_225_600;

/// The pre-shared key of RFC 6030 section 6.1.
static PRE_SHARED_KEY: LazyLock<FileKey> = LazyLock::new(|| {
    let key = PreSharedKey::from_hexadecimal("12345678901234567890123456789012");
    FileKey::PreShared(key.expect("32 digits"))
});

/// Reads a configuration. What is refused is refused with a sentence that fits a terminal.
pub(crate) fn config(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    if let Err(error) = Config::parse(text, "config.toml") {
        for line in error.to_string().split('\n') {
            // The line of the file keeps its tabs, and the mark below is moved by them.
            check_shown(&line.replace('\t', " "));
        }
    }
}

/// Reads a file of tokens, with and without a pre-shared key.
pub(crate) fn tokens(input: &[u8]) {
    for key in [None, Some(&*PRE_SHARED_KEY)] {
        let import = match tokens::read(input, key, NOW) {
            Ok(import) => import,
            Err(error) => {
                check_shown(&error.to_string());
                continue;
            }
        };
        for problem in &import.problems {
            check_shown(&problem.to_string());
        }
        let mut serials = HashSet::new();
        for token in &import.tokens {
            assert!(
                serials.insert(token.serial.as_str()),
                "no serial number twice"
            );
        }
    }
}

/// Reads a `~/.google_authenticator`. Its secret has at most five bits for each byte of the file.
pub(crate) fn google_authenticator(input: &[u8]) {
    if let Ok(file) = GoogleAuthenticator::parse(input) {
        assert!((1..=input.len() * 5 / 8).contains(&file.secret.len()));
    }
}

/// Reads a users.oath.
pub(crate) fn oath_users(input: &[u8]) {
    if let Ok(import) = oath::read(input) {
        check_lines(input, &import);
    }
}

/// Reads the export of an app. What is left out is said without control characters.
pub(crate) fn app_export(input: &[u8]) {
    let Ok(export) = Export::read(input) else {
        return;
    };
    for entry in &export.entries {
        assert!(!entry.secret.is_empty() && matches!(entry.digits, 6 | 8));
    }
    for left_out in &export.left_out {
        assert!(!left_out.to_string().contains(char::is_control));
    }
}

/// Reads methods as the command writes them.
pub(crate) fn one_time_codes(input: &[u8]) {
    if let Ok(import) = codes::read(input) {
        check_lines(input, &import);
    }
}

/// Reads a `u2f_mappings`.
pub(crate) fn u2f_mappings(input: &[u8]) {
    if let Ok(import) = u2f::read(input) {
        check_lines(input, &import);
    }
}

/// What is said of a file does nothing to a terminal and fits one line of the journal.
fn check_shown(message: &str) {
    assert_eq!(visible(message), message);
}

/// Every entry and every problem is of a line that is there.
fn check_lines<T>(input: &[u8], import: &Import<T>) {
    let lines = input.split(|byte| *byte == b'\n').count();
    let numbers = import.entries.iter().map(|(line, _)| line);
    let problems = import.problems.iter().map(|problem| &problem.line);
    for problem in &import.problems {
        check_shown(&problem.to_string());
    }
    for line in numbers.chain(problems) {
        assert!(
            (1..=lines).contains(&(*line as usize)),
            "line {line} of {lines}"
        );
    }
}
