//! Putting a restored ledger in the place of the one before it.
//!
//! It is built in a directory below the ledger's, and is complete there before that directory is
//! given the name which says so: a single rename decides. From then on the next open moves what is
//! in it to where it belongs, and goes on with that after any interruption. So the ledger is the
//! former one or the restored one, and never something of both.

use crate::error::LedgerError;
use crate::faults::{Faults, WritePoint};
use crate::files::sync_directory;
use crate::last_known::HEAD_FILE;
use crate::log::LOG_DIRECTORY;
use crate::snapshot::SNAPSHOT_FILE;
use crate::vault::ROOT_FILE;
use std::io;
use std::path::{Path, PathBuf};

/// Where a ledger is built. Of no value before it has the other name.
const BUILDING: &str = "restore.building";
/// A ledger that is complete, on its way to its place.
const COMPLETE: &str = "restore.complete";
/// What it takes the place of, until nothing of it is needed.
const FORMER: &str = "restore.former";

/// What a ledger consists of. Everything else in its directory can be made again.
const PARTS: [&str; 3] = [LOG_DIRECTORY, ROOT_FILE, HEAD_FILE];

/// Where a ledger is built.
pub(super) fn staging(directory: &Path) -> PathBuf {
    directory.join(BUILDING)
}

/// Whether a restored ledger waits to be put in the place of the one in `directory`, which must then
/// be written no more.
pub fn is_pending(directory: &Path) -> bool {
    directory.join(COMPLETE).symlink_metadata().is_ok()
}

/// Decides that the ledger that was built takes the place of the one in `directory`. After an error
/// [`is_pending`] says whether it does nevertheless.
pub(super) fn decide(directory: &Path, faults: &Faults) -> Result<(), LedgerError> {
    let (from, to) = (directory.join(BUILDING), directory.join(COMPLETE));
    sync_directory(&from, faults)?;
    faults
        .around(
            WritePoint::RestoreDecided,
            || std::fs::rename(&from, &to),
            || Ok(()),
        )
        .map_err(LedgerError::io("cannot rename", &from))?;
    sync_directory(directory, faults)
}

/// Removes what was built in vain, and brings a restored ledger to its place; says whether there was
/// one. The caller holds the ledger's lock, and has nothing open.
pub(crate) fn settle(directory: &Path, faults: &Faults) -> Result<bool, LedgerError> {
    remove(&staging(directory))?;
    let complete = directory.join(COMPLETE);
    let former = directory.join(FORMER);
    let is_restored = is_pending(directory);
    if is_restored {
        tracing::info!("putting the restored log in its place");
        for part in PARTS {
            let (from, to) = (complete.join(part), directory.join(part));
            if from.symlink_metadata().is_err() {
                continue;
            }
            if to.symlink_metadata().is_ok() {
                make_directory(&former)?;
                rename(&to, &former.join(part), faults)?;
            }
            rename(&from, &to, faults)?;
        }
        // It is of the former log, and would be refused for that.
        remove(&directory.join(SNAPSHOT_FILE))?;
        sync_directory(directory, faults)?;
        // Once this name is gone, nothing is moved any more.
        faults
            .around(
                WritePoint::RestoreSettled,
                || remove_all(&complete),
                || Ok(()),
            )
            .map_err(LedgerError::io("cannot remove", &complete))?;
        sync_directory(directory, faults)?;
    }
    remove(&former)?;
    Ok(is_restored)
}

fn make_directory(path: &Path) -> Result<(), LedgerError> {
    match std::fs::create_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(LedgerError::io("cannot create the directory", path)(error))
        }
        _ => Ok(()),
    }
}

fn rename(from: &Path, to: &Path, faults: &Faults) -> Result<(), LedgerError> {
    faults
        .around(
            WritePoint::RestoreMoved,
            || std::fs::rename(from, to),
            || Ok(()),
        )
        .map_err(LedgerError::io("cannot rename", from))
}

/// Removes a file or a directory, if it is there.
pub(super) fn remove(path: &Path) -> Result<(), LedgerError> {
    remove_all(path).map_err(LedgerError::io("cannot remove", path))
}

fn remove_all(path: &Path) -> io::Result<()> {
    let removed = match path.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
