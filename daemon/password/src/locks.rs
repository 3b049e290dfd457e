//! Waiting for one's turn: among helpers, and among all that change `/etc/shadow`.

use rustix::fs::{FlockOperation, fcntl_lock};
use rustix::io::Errno;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// What `lckpwdf(3)` locks.
const PASSWORD_FILES: &str = "/etc/.pwd.lock";

/// How long a helper waits for its turn: another one may run a command.
const FOR_A_HELPER: Duration = Duration::from_secs(40);

/// How long it waits for other programs that change the files of passwords, as `lckpwdf` does.
const FOR_A_PROGRAM: Duration = Duration::from_secs(15);

/// How long it waits between two tries. The kernel has no wait for a lock with an end.
const AGAIN: Duration = Duration::from_millis(20);

/// Waits until no other helper has this file locked; none if that takes too long. The lock ends with the
/// file, at the latest with the process.
pub(crate) fn turn(path: &Path) -> io::Result<Option<File>> {
    let file = open(path)?;
    let is_locked = within(FOR_A_HELPER, || match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    })?;
    Ok(is_locked.then_some(file))
}

/// Waits until no other process changes the files of passwords; none if that takes too long.
///
/// The lock is this process's, as `lckpwdf` takes it: `pam_unix` gets it, too, and gives it up when it is
/// done. So nothing changes the files between what is read here and what `pam_unix` writes.
pub(crate) fn password_files() -> io::Result<Option<File>> {
    let file = open(Path::new(PASSWORD_FILES))?;
    let is_locked = within(FOR_A_PROGRAM, || {
        match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(true),
            Err(Errno::AGAIN | Errno::ACCESS) => Ok(false),
            Err(error) => Err(error.into()),
        }
    })?;
    Ok(is_locked.then_some(file))
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    options.open(path)
}

fn within(patience: Duration, mut lock: impl FnMut() -> io::Result<bool>) -> io::Result<bool> {
    let end = Instant::now() + patience;
    loop {
        if lock()? {
            return Ok(true);
        }
        if Instant::now() >= end {
            return Ok(false);
        }
        thread::sleep(AGAIN);
    }
}
