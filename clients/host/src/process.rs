//! Who may run a command.

use rustix::process::getuid;
use secinfo_terminal::failure::Failure;

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
