//! Terminal output of the tasks.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this module does all terminal output of the tasks"
)]

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

const BOLD: &str = "\x1b[1m";
const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const PLAIN: &str = "\x1b[0m";

/// Whether standard output is a terminal, which shows colours.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Prints a line or several lines.
pub(crate) fn say(text: &str) {
    println!("{text}");
}

/// Writes bytes without a line break, and flushes them.
pub(crate) fn write(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    // The task does not fail when the reader of its output is gone.
    let _ = out.write_all(bytes);
    let _ = out.flush();
}

/// Prints a heading.
pub(crate) fn heading(text: &str) {
    println!("\n{}", painted(BOLD, text));
}

/// Text of a command that is typed.
pub(crate) fn typed(text: &str) -> String {
    painted(BOLD, text)
}

/// Text about a success.
pub(crate) fn good(text: &str) -> String {
    painted(GREEN, text)
}

/// Text about a failure.
pub(crate) fn bad(text: &str) -> String {
    painted(RED, text)
}

/// Prints the error that ends the task to standard error.
pub(crate) fn print_error(text: &str) {
    eprintln!("xtask: {text}");
}

/// Formats a duration in minutes and seconds.
pub(crate) fn time(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        format!("{seconds} s")
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

fn painted(code: &str, text: &str) -> String {
    if is_terminal() {
        format!("{code}{text}{PLAIN}")
    } else {
        text.to_owned()
    }
}
