//! What each kind of method computes: a file for each kind, and what they share.
//!
//! Everything here is synchronous and free of state: the clock is an argument, and what is used
//! up by an accepted code is remembered by the log, not here.

pub mod access_pass;
pub mod authenticator_app;
pub mod delivered_code;
pub mod destination;
pub mod email;
pub mod hardware_token;
pub mod import;
pub mod memory_hard;
mod one_time_code;
pub mod payload;
pub mod phone;
pub mod recovery_codes;
pub mod secret;
pub mod token_import;
pub mod written_code;

pub use secret::{InvalidSecret, Secret};
