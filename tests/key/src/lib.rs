//! A security key in tests: a CTAP2 authenticator of our own, and the faces that it shows.
//!
//! [`Authenticator::command`] takes the bytes of a CTAP2 command. [`Browser`] answers `WebAuthn` options
//! with a credential or an assertion, as JSON, with the same authenticator behind it. [`Ports`] are what
//! keys are plugged into, so that real programs find them; a [`MachinePort`] is one of a machine that has
//! a kernel of its own. OpenSSH's clients reach a key by [`serve_open_ssh`].
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

mod attestation;
mod authenticator;
mod browser;
mod cbor;
mod credential;
mod hid;
mod open_ssh;
mod pin;
mod ports;
mod uhid;

pub use attestation::{Attestation, Model};
pub use authenticator::{Authenticator, Counter, Flags, Status, Touch};
pub use browser::Browser;
pub use credential::Algorithm;
pub use hid::{Fault, Owner, Plugged, Shared};
pub use open_ssh::serve_open_ssh;
pub use ports::Ports;
pub use uhid::{EVENT, MachinePort};
