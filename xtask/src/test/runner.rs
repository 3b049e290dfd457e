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
    while output.read_until(b'\n', &mut bytes).context(failed)? > 0 {
        screen::write(&bytes);
        if let Some(more) = counts_in(&String::from_utf8_lossy(&bytes)) {
            counts += more;
        }
        bytes.clear();
    }
    let status = process.wait().context(failed)?;
    interrupt::check()?;
    let failure = if !status.success() {
        Some(format!("{typed} failed: {status}"))
    } else if counts == Counts::default() {
        Some(format!("{typed} ran no test"))
    } else {
        None
    };
    Ok(Outcome {
        counts,
        failure,
        left_out: None,
    })
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
}
