//! Confines the process, before it loads the plugin.

mod calls;
mod files;
mod user;

use crate::arguments::Arguments;
use crate::error::HostError;
use crate::system;
use rustix::fs::Mode;
use rustix::process::{DumpableBehavior, Resource, Rlimit};
use std::os::fd::BorrowedFd;
use user::User;

/// The maximum number of open descriptors.
const MAX_DESCRIPTORS: u64 = 1024;

/// The restrictions in force, by their names for administrators.
#[derive(Debug, Default)]
pub(crate) struct Confinement(Vec<String>);

impl Confinement {
    fn add(&mut self, name: &str) {
        self.0.push(name.to_owned());
    }

    /// The names.
    pub(crate) fn names(self) -> Vec<String> {
        self.0
    }
}

/// Confines this process irrevocably. It must have only one thread: others would stay unconfined.
///
/// `daemon` is the daemon's uid, `plugin` is the plugin's file, and `keep` lists all descriptors that are needed later.
///
/// # Errors
///
/// [`HostError`]. What an old kernel does not support is skipped, and missing from [`Confinement`].
pub(crate) fn confine(
    arguments: &Arguments,
    daemon: u32,
    plugin: BorrowedFd<'_>,
    keep: &[BorrowedFd<'_>],
) -> Result<Confinement, HostError> {
    let mut confinement = Confinement::default();
    system::limit_arenas();
    system::close_all_but(keep)
        .map_err(|error| HostError::confine("closing descriptors", error))?;
    rustix::process::chdir("/")
        .map_err(|error| HostError::confine("leaving the directory", error))?;
    rustix::process::umask(Mode::RWXG | Mode::RWXO);

    // Paths are opened before the user is switched, because the new user may not reach them.
    let user = User::to_switch_to(arguments.user.as_deref())?;
    let files = files::Rules::prepare(plugin, &arguments.readable, &arguments.writable)?;

    limits(arguments.memory)?;
    confinement.add("limits");
    if let Some(user) = user {
        user.switch()?;
    }
    // The daemon's user could change the modes of the daemon's files, and end the daemon.
    if rustix::process::geteuid().as_raw() == daemon {
        return Err(HostError::SharedUser);
    }
    confinement.add("user");
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|error| HostError::confine("dumps", error))?;
    confinement.add("not-dumpable");
    rustix::thread::set_no_new_privs(true)
        .map_err(|error| HostError::confine("no_new_privs", error))?;
    confinement.add("no-new-privs");
    if let Some(name) = files.enforce()? {
        confinement.add(name);
    }
    if calls::restrict()? {
        confinement.add("seccomp");
    }
    Ok(confinement)
}

fn limits(memory: u64) -> Result<(), HostError> {
    for (resource, limit) in [
        (Resource::Core, 0),
        (Resource::As, memory),
        (Resource::Nofile, MAX_DESCRIPTORS),
    ] {
        let hard = rustix::process::getrlimit(resource).maximum;
        let limit = Some(hard.map_or(limit, |hard| hard.min(limit)));
        let limit = Rlimit {
            current: limit,
            maximum: limit,
        };
        rustix::process::setrlimit(resource, limit)
            .map_err(|error| HostError::confine("limits", error))?;
    }
    Ok(())
}
