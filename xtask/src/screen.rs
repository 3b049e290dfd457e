//! What a person sees of a task.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is where tasks speak to the terminal"
)]

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

const BOLD: &str = "\x1b[1m";
const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const PLAIN: &str = "\x1b[0m";

/// Whether colours and lines that change are of use.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// A line, or several.
pub(crate) fn say(text: &str) {
    println!("{text}");
}

/// Text as it is, brought out at once.
pub(crate) fn write(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    // A reader that went away is no reason to fail the task.
    let _ = out.write_all(bytes);
    let _ = out.flush();
}

/// A line to find one's way by.
pub(crate) fn heading(text: &str) {
    println!("\n{}", painted(BOLD, text));
}

/// What somebody types.
pub(crate) fn typed(text: &str) -> String {
    painted(BOLD, text)
}

/// That something went well.
pub(crate) fn good(text: &str) -> String {
    painted(GREEN, text)
}

/// That something failed.
pub(crate) fn bad(text: &str) -> String {
    painted(RED, text)
}

/// What ends the task, on standard error.
pub(crate) fn print_error(text: &str) {
    eprintln!("xtask: {text}");
}

/// Minutes and seconds.
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
