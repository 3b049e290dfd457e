//! The helper that sets passwords, which runs as root: one process for each connection of the daemon.
//!
//! It trusts the daemon with one thing, that a user has proved who they are. For whom a password may be
//! set at all, it decides itself, by files that belong to root.

mod account;
mod attempt;
mod command;
mod connection;
mod dispatch;
mod error;
pub mod files;
pub mod journal;
mod language;
mod locks;
mod pam;
mod settings;
mod tickets;

pub use error::HelperError;
pub use settings::{Limits, Settings};

use connection::Connection;
use dispatch::Dispatcher;
use rustix::process::{self, DumpableBehavior, Resource, Rlimit};

/// Serves the connection on standard input until it is closed, silent for too long, or a password was set.
///
/// # Errors
/// When it is not run as root, standard input is no connection, or the connection breaks.
pub fn run() -> Result<(), HelperError> {
    keep_secrets()?;
    if !process::geteuid().is_root() {
        return Err(HelperError::NotRoot);
    }
    let mut connection = Connection::from_standard_input()?;
    let mut dispatcher = Dispatcher::new(connection.peer()?);
    while let Some(message) = connection.receive()? {
        let answered = dispatcher.handle(message)?;
        if let Some(reply) = &answered.reply {
            connection.send(reply)?;
        }
        if answered.is_last {
            break;
        }
    }
    Ok(())
}

/// No core dump and no other process of root's user may hold a password, and no file is open to others.
fn keep_secrets() -> Result<(), HelperError> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    process::setrlimit(Resource::Core, none).map_err(std::io::Error::from)?;
    process::set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(std::io::Error::from)?;
    process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    Ok(())
}
