//! The host process with real plugins: C plugins compiled against `schemas/channel.h`, and one in
//! Rust.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod activation;
mod harness;
mod misbehaving;
mod sandbox;
mod serving;
mod settings;
mod versions;
