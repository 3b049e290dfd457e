//! The promises of the sandbox, one by one as docs/explanation/sandbox.md makes them: a program in
//! the place of ours tries to break them from inside of the units that ship.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod channel;
mod daemon;
mod probe;
mod push;
mod written;
