//! What the commands for a terminal share: the screen that they write on and ask at, tables, times and
//! text that is safe to show, and what a command can fail with.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")
)]

pub mod echo;
pub mod environment;
pub mod failure;
pub mod file;
pub mod interruption;
pub mod memory;
pub mod passphrase;
pub mod screen;
pub mod style;
pub mod table;
pub mod text;
pub mod times;
