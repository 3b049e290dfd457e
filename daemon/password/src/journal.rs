//! What the helper says of itself: lines on standard error, which systemd takes to the journal.

use crate::error::HelperError;
use std::error::Error;
use std::fmt::Display;

/// Says that something is wrong on the host.
pub fn fault(error: &HelperError) {
    say(3, error);
}

/// Says why a call was refused.
pub(crate) fn refusal(error: &dyn Error) {
    say(4, &format_args!("a call was refused: {error}"));
}

/// Says what was done for a user, or why nothing was. Names are quoted, because they may hold anything.
pub(crate) fn note(what: &str, name: &str, uid: u32) {
    say(5, &format_args!("{what}: user {name:?}, uid {uid}"));
}

#[expect(
    clippy::print_stderr,
    reason = "this is the one place where the helper speaks"
)]
fn say(priority: u8, what: &dyn Display) {
    // As sd-daemon(3) has priorities.
    eprintln!("<{priority}>{what}");
}
