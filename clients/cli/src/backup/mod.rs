//! What `secinfo backup` and `secinfo restore` share: the passphrase, the encryption with age, the
//! file, and a memory that is left in no core file.

mod file;
mod passphrase;
mod sealing;

pub(crate) use file::{Output, open_input};
pub(crate) use passphrase::Passphrase;
pub(crate) use sealing::{NotOpened, Opened, Opening, Sealing};

use crate::failure::Failure;
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, getuid, set_dumpable_behavior, setrlimit,
};
use std::io;

/// Every secret of the host goes through this process: none may reach a core file or a debugger.
pub(crate) fn keep_memory_to_ourselves() -> Result<(), Failure> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)
        .and_then(|()| set_dumpable_behavior(DumpableBehavior::NotDumpable))
        .map_err(|error| Failure::Output(io::Error::from(error)))
}

/// Says so before anything is asked or made.
pub(crate) fn expect_root(what: &str) -> Result<(), Failure> {
    if getuid().is_root() {
        return Ok(());
    }
    Err(Failure::Bus(secinfo_wire::Error::Refused {
        reason: secinfo_wire::Reason::NotAuthorized,
        message: format!("Only root can {what}: run it with sudo."),
    }))
}
