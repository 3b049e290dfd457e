//! The helper as a process, on a host of its own: its accounts, its PAM service, and its record of tickets.
//! Run as root.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

mod accounts;
mod callers;
mod commands;
mod host;
mod interrupted;
mod passwords;
mod secrets;
mod tickets;
mod unit;
