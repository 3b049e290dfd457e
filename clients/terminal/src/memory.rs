//! What is typed at a terminal stays in the memory of the command that asked for it.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use std::io;

/// Keeps the memory of this process, which will hold codes, answers or passwords, out of core files and
/// out of the debuggers of other processes of the account.
///
/// # Errors
/// When the system refuses it.
pub fn protect() -> io::Result<()> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}
