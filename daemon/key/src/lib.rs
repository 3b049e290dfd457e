//! The process that talks to security keys: one request, and what comes of it.
//!
//! It is the only place that knows `ctap-hid-fido2`, which panics on malformed answers and writes to
//! standard output. Both stay in here: a panic is a key that does not answer, and standard output is put
//! aside before the library is called. What a key says is judged by the daemon, never here.

mod answer;
mod confine;
mod connection;
mod key;
mod options;
mod search;
mod status;
mod tasks;

use connection::Connection;
use rustix::process::{self, DumpableBehavior, Resource, Rlimit};
use secinfo_wire::key::{Event, Failure};
use std::io::{self, Write};
use std::panic;

pub use connection::parse;

/// Why the process could not serve a request.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The request could not be received, or an event not sent.
    #[error("the connection broke: {0}")]
    Connection(#[from] io::Error),
    /// The process could not be confined.
    #[error("{what} could not be confined: {why}")]
    Confine {
        /// What.
        what: &'static str,
        /// Why.
        why: String,
    },
}

/// Serves the request on standard input.
///
/// # Errors
/// When the process cannot be confined, or the connection breaks.
pub fn run() -> Result<(), KeyError> {
    keep_secrets()?;
    panic::set_hook(Box::new(|about| {
        let place = about.location().map(ToString::to_string);
        say(&format!("panicked at {}", place.unwrap_or_default()));
    }));
    let connection = Connection::take()?;
    confine::confine()?;
    let last = match connection.request()? {
        Some(request) => tasks::perform(request, &connection),
        None => Event::Failed(Failure::BadRequest),
    };
    connection.send(&last)?;
    Ok(())
}

/// Says something to the journal, or to who has started the process.
pub fn say(text: &str) {
    // That this failed cannot be told.
    let _ = writeln!(io::stderr(), "secinfo-key: {text}");
}

/// No core dump and no other process of the user may hold a PIN.
fn keep_secrets() -> io::Result<()> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    process::setrlimit(Resource::Core, none)?;
    process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}
