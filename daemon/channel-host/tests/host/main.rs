//! The host process with real plugins: compiled by gcc against `schemas/channel.h`, and one in
//! Rust.

mod activation;
mod kit;
mod misbehaving;
mod sandbox;
mod serving;
mod settings;
mod versions;
