//! What each kind of method computes: a room for each kind, and modules for what several share.
//!
//! Everything here is synchronous and free of state: the clock is an argument, and what is used
//! up by an accepted code is remembered by the log, not here.

pub mod access_pass;
pub mod authenticator_app;
pub mod delivery;
pub mod hardware_token;
pub mod import;
pub mod one_time_password;
pub mod payload;
pub mod recovery_codes;
pub mod written_code;

pub use one_time_password::{InvalidSecret, Secret};
