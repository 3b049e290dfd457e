//! Channel plugins: against the servers that they deliver through, and in the real daemon.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test that cannot go on has failed"
)]

mod activation;
mod answering;
mod crashing;
mod email_smtp;
mod fake_server;
mod fixture;
mod flooding;
mod hanging;
mod harness;
mod killed;
mod leaking;
mod panicking;
mod plugin_in_c;
mod shipped;
mod stopping_servers;
mod unusable;
