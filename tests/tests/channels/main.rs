//! Channel plugins against the servers that they deliver through.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test that cannot go on has failed"
)]

mod email_smtp;
mod kit;
mod scripted;
mod stopping_servers;
