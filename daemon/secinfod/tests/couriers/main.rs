//! Messages, channels and their hosts. The hosts are played by the tests, over a real socket and on
//! a clock that stands still unless everybody waits; or they are real processes.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod bounds;
mod fallback;
mod following;
mod hostile;
mod house;
mod life;
mod losses;
mod processes;
