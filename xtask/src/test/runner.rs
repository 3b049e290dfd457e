//! Running `cargo test`, and adding up what it counts.

use super::Outcome;
use crate::failure::{Context, Result};
use crate::workspace::line;
use crate::{interrupt, screen};
use std::fmt;
use std::io::{BufRead, BufReader};
use std::ops::AddAssign;
use std::process::{Command, Stdio};

/// How many tests went how.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    passed: u32,
    failed: u32,
    ignored: u32,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            passed,
            failed,
            ignored,
        } = self;
        write!(f, "{passed} passed; {failed} failed; {ignored} ignored")
    }
}

/// Runs the tests in sight of the person.
pub(super) fn run(command: &mut Command) -> Result<Outcome> {
    run_labelled("", command)
}

/// Runs tests beside others: each line that they print begins with the label.
pub(super) fn run_labelled(label: &str, command: &mut Command) -> Result<Outcome> {
    let typed = line(command);
    screen::say(&format!("$ {typed}"));
    let failed = || format!("run {typed}");
    let mut process = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context(failed)?;
    let mut counts = Counts::default();
    let mut output = BufReader::new(process.stdout.take().expect("it is piped"));
    let mut bytes = Vec::new();
    let mut reports = Reports::default();
    while output.read_until(b'\n', &mut bytes).context(failed)? > 0 {
        screen::write(&[label.as_bytes(), &bytes].concat());
        let line = String::from_utf8_lossy(&bytes);
        if let Some(more) = counts_in(&line) {
            counts += more;
        }
        reports.read(&line);
        bytes.clear();
    }
    let status = process.wait().context(failed)?;
    interrupt::check()?;
    Ok(Outcome {
        counts,
        failure: (!status.success()).then(|| format!("{typed} failed: {status}")),
        left_out: None,
        reports: reports.text,
    })
}

/// Why tests failed: of each report the messages of its panics, without what else the test printed.
#[derive(Default)]
struct Reports {
    text: String,
    /// How many more lines of the message are kept; none outside of messages.
    left: Option<usize>,
    reading: bool,
}

/// The most lines that are kept of a message.
const LONGEST_MESSAGE: usize = 30;

impl Reports {
    /// Takes a line of the runner's output. A report begins with `---- a_test stdout ----`; the
    /// last one ends where the names are listed, under `failures:`.
    fn read(&mut self, line: &str) {
        if line.starts_with("---- ") && line.trim_end().ends_with(" ----") {
            self.reading = true;
            self.left = Some(1);
        } else if line == "failures:\n" {
            self.reading = false;
        } else if line.starts_with("thread '") && line.contains(" panicked at ") {
            self.left = Some(LONGEST_MESSAGE);
        } else if line == "stack backtrace:\n" || line.starts_with("note: ") {
            self.left = None;
        }
        if !self.reading {
            return;
        }
        self.left = self.left.and_then(|left| left.checked_sub(1));
        if self.left.is_some() {
            self.text.push_str(line);
        }
    }
}

/// What a line of the test runner counts:
/// `test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; …`.
fn counts_in(line: &str) -> Option<Counts> {
    let (_, list) = line
        .trim()
        .strip_prefix("test result: ")?
        .split_once(". ")?;
    let number = |word: &str| {
        list.split("; ")
            .find_map(|part| part.strip_suffix(word)?.trim().parse().ok())
    };
    Some(Counts {
        passed: number("passed")?,
        failed: number("failed")?,
        ignored: number("ignored")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_of_a_run_are_read() {
        let line = "test result: FAILED. 5 passed; 2 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s\n";
        let counts = counts_in(line).unwrap();
        assert_eq!(counts.to_string(), "5 passed; 2 failed; 1 ignored");
        assert_eq!(counts_in("test one_time ... ok\n"), None);
    }

    #[test]
    fn the_messages_of_failed_tests_are_kept() {
        let long = "line\n".repeat(1000);
        let output = format!(
            "test one ... FAILED\n\nfailures:\n\n---- one stdout ----\nit began\n\n\
             thread 'one' (7) panicked at a.rs:1:1:\nit was 5\nand 6\nstack backtrace:\n   0: main\n\
             note: and more\n{long}\n---- two stdout ----\n\nthread 'two' (8) panicked at b.rs:1:1:\n\
             {long}\nfailures:\n    one\n    two\n"
        );
        let mut reports = Reports::default();
        for line in output.split_inclusive('\n') {
            reports.read(line);
        }
        let kept = "---- one stdout ----\nthread 'one' (7) panicked at a.rs:1:1:\nit was 5\nand 6\n\
                    ---- two stdout ----\nthread 'two' (8) panicked at b.rs:1:1:\n";
        let rest = reports.text.strip_prefix(kept);
        assert_eq!(rest, Some(&*"line\n".repeat(LONGEST_MESSAGE - 1)));
    }
}
