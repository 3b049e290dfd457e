//! Locks between runs, released when the process ends.

use super::host::Host;
use rustix::fs::{FlockOperation, Mode, OFlags, flock};
use rustix::io::Errno;
use secinfo_terminal::failure::Failure;
use std::os::fd::OwnedFd;
use std::path::Path;

/// Held by a run from its beginning to its end.
const RUN: &str = "/run/secinfo-setup.lock";
/// Held as long as sign-in, or the way back from a change of it, is being changed.
const SIGN_IN: &str = "/run/secinfo-setup.sign-in.lock";

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "it is held as long as it is open")] OwnedFd);

impl Lock {
    /// The lock of a whole run.
    ///
    /// # Errors
    /// While another run has it: two would undo each other's work.
    pub(super) fn of_run(host: &Host) -> Result<Self, Failure> {
        let file = open(host, RUN)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self(file)),
            Err(Errno::WOULDBLOCK) => Err(Failure::Refused(
                "another run of secinfo setup is under way: end that one first, or wait until it has ended (secinfo setup --take-back goes back from a sign-in that it is trying out)".into(),
            )),
            Err(error) => Err(failed(RUN)(error)),
        }
    }

    /// The lock of sign-in. Waits until it is free, which is never long.
    pub(super) fn of_sign_in(host: &Host) -> Result<Self, Failure> {
        let file = open(host, SIGN_IN)?;
        flock(&file, FlockOperation::LockExclusive).map_err(failed(SIGN_IN))?;
        Ok(Self(file))
    }
}

fn open(host: &Host, path: &str) -> Result<OwnedFd, Failure> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mode = Mode::RUSR | Mode::WUSR;
    rustix::fs::open(host.path(path), flags, mode).map_err(failed(path))
}

fn failed(path: &str) -> impl FnOnce(Errno) -> Failure {
    move |error| Failure::file("lock", Path::new(path))(error.into())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;

    #[test]
    fn a_second_run_is_refused_until_the_first_has_ended() {
        let fixture = Fixture::new();
        let first = Lock::of_run(&fixture.host).unwrap();
        let refusal = Lock::of_run(&fixture.host).unwrap_err().to_string();
        assert!(refusal.contains("another run"), "{refusal}");
        drop(first);
        Lock::of_run(&fixture.host).unwrap();
    }
}
