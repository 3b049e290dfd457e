//! Registrations and assertions as clients send them, right and wrong in one thing each.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod assertions;
mod attestations;
mod client_data;
mod forgery;
mod mutations;
mod open_ssh;
mod public_keys;
mod registrations;
mod settings;
mod simulated_key;
