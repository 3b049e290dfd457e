//! The interface of channel plugins.
//!
//! A channel delivers a message to a destination, as a text, a phone call or an email, or rings phones.
//! A plugin is a dynamic library that exports the entry function of the C ABI in `schemas/channel.h`. A
//! plugin in Rust implements [`Channel`] and exports it with [`export_channel!`].

pub mod abi;
mod channel;
#[cfg(feature = "http")]
pub mod http;
mod report;
mod request;
#[cfg(feature = "worker")]
mod worker;

pub use channel::{Channel, CreateError, Delivery, Health, Info, Level, Logger};
pub use report::{Reason, Report};
pub use request::{MessagePurpose, Request, SecretText};
#[cfg(feature = "worker")]
pub use worker::Worker;
