//! What is written for the journal of the user's own session. Nothing in it tells what a notice told.

use std::fmt::Display;
use std::io::Write as _;

/// Writes a line.
pub(crate) fn say(line: &impl Display) {
    // There is nobody else to tell that this failed.
    let _ = writeln!(std::io::stderr(), "secinfo-notices: {line}");
}
