//! A user's tools in tests: a terminal, an authenticator app, a message bus, and a list of processes.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

mod bus;
mod codes;
mod dialogue;
mod processes;
mod sockets;

pub use bus::PrivateBus;
pub use codes::{Algorithm, App, Codes, hotp, now, totp};
pub use dialogue::{Dialogue, Pty};
pub use processes::{Process, peak_memory};
pub use sockets::{connect, is_listening};
