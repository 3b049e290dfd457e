//! Text as people type, paste and save it: digits, blanks and dashes of every script, secrets in base32,
//! files in several encodings, characters that cannot be seen, and words that are misspelt.
//!
//! The daemon, the command and the readers of break-glass codes read what people type through this
//! crate alone, so that a code that one of them takes is taken by all.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")
)]

mod base32;
mod characters;
mod encoding;
mod nearest;
mod unseen;

pub use base32::base32;
pub use characters::{LONGEST_CODE, digits, number, plain, ungrouped};
pub use encoding::{decode, is_utf_16, is_xml};
pub use nearest::nearest;
pub use unseen::{Unseen, first_unseen, is_unseen, unseen_in_lines};
