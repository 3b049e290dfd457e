//! The process that runs one channel plugin, and its protocol with the daemon.
//!
//! A plugin is third-party code. It runs in a confined process of its own, so that it can harm only
//! this process. [`run`] is the whole process.

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
pub use system::passed_listener;
