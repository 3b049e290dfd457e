//! The daemon's side of each kind of method: a room for each, behind [one trait](kind::MethodKind),
//! and modules for what several share.
//!
//! Nothing here keeps state: what is used up by an accepted code is remembered by the log.

pub mod access_pass;
pub mod authenticator_app;
mod call;
pub mod delivery;
mod email;
pub mod hardware_token;
pub mod import;
pub(crate) mod kind;
pub mod one_time_password;
pub mod payload;
mod push;
pub mod recovery_codes;
pub mod security_key;
pub mod security_questions;
mod table;
mod text;
pub mod written_code;

pub use kind::EnrollmentRequest;
pub use one_time_password::{InvalidSecret, Secret};
pub use security_key::RelyingParty;
pub use security_questions::{OwnQuestion, Questions};
pub(crate) use table::of;
