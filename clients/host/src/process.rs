//! What a command does about its own process before it touches secrets of the host.

use rustix::process::{
    DumpableBehavior, Resource, Rlimit, getuid, set_dumpable_behavior, setrlimit,
};
use secinfo_terminal::failure::Failure;
use std::io;

/// Keeps the memory of this process, which will hold secrets of the host, out of core files and
/// debuggers.
pub(crate) fn protect_memory() -> Result<(), Failure> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)
        .and_then(|()| set_dumpable_behavior(DumpableBehavior::NotDumpable))
        .map_err(|error| Failure::Output(io::Error::from(error)))
}

/// Refuses `what` to another user than root, before anything is asked or made.
pub(crate) fn require_root(what: &str) -> Result<(), Failure> {
    if getuid().is_root() {
        return Ok(());
    }
    Err(Failure::Bus(secinfo_wire::Error::Refused {
        reason: secinfo_wire::Reason::NotAuthorized,
        message: format!("Only root can {what}: run it with sudo."),
        details: Box::default(),
    }))
}
