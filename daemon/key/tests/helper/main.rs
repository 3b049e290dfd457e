//! The program, with keys plugged into a namespace's own ports.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod desk;
mod faults;
mod keys;
mod pins;
