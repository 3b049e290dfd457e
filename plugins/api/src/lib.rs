//! What a channel plugin is.
//!
//! A channel delivers a message to a destination: a text, a phone call, an email. It is a dynamic
//! library that exports one function of the C ABI in `schemas/channel.h`. A plugin in Rust
//! implements [`Channel`] and lets [`export_channel!`] do the rest.

pub mod abi;
mod channel;
mod report;
mod request;
#[cfg(feature = "worker")]
mod worker;

pub use channel::{Channel, Delivery, Health, Host, Info, Level, Unusable};
pub use report::{Reason, Report};
pub use request::{MessagePurpose, Request, Word};
#[cfg(feature = "worker")]
pub use worker::Worker;
