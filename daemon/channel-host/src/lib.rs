//! The process that loads one channel plugin, and what it and the daemon say to each other.
//!
//! The plugin is somebody else's code. It runs here, confined, so that whatever it does, it does
//! to this process alone: [`run`] is all that the process does.

mod arguments;
mod confine;
mod connection;
mod deliveries;
mod error;
mod output;
mod plugin;
mod rate_limit;
mod redaction;
mod serve;
mod session;
mod settings;
mod system;
pub mod wire;

pub use arguments::Arguments;
pub use error::HostError;
pub use serve::run;
