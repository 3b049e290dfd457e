//! Small files that are replaced whole, and what makes them durable.

use crate::error::LedgerError;
use crate::faults::{Faults, WritePoint};
use rustix::fs::{Mode, OFlags, fstatvfs};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

/// The largest file that [`read_bounded`] takes without being told otherwise.
pub(crate) const SMALL_FILE: u64 = 64 * 1024;

/// How much [`expect_writable`] writes, in bytes: what sled takes at once when its file grows.
const PROBE: usize = 512 * 1024;

/// Makes the names in `directory` durable.
pub(crate) fn sync_directory(directory: &Path, faults: &Faults) -> Result<(), LedgerError> {
    faults
        .around(
            WritePoint::DirectorySync,
            || File::open(directory)?.sync_all(),
            || Ok(()),
        )
        .map_err(LedgerError::io("cannot sync the directory", directory))
}

/// Replaces `directory/name` by `content` in one step: a reader, also after a power cut,
/// finds the former content or this one.
///
/// With `wipe_former` the bytes of the file that was there are overwritten before it goes. That is
/// best effort: a file system or disk that writes elsewhere keeps them.
pub(crate) fn replace(
    directory: &Path,
    name: &str,
    content: &[u8],
    wipe_former: bool,
    point: WritePoint,
    faults: &Faults,
) -> Result<(), LedgerError> {
    let path = directory.join(name);
    let staged = directory.join(format!("{name}.new"));
    let former = if wipe_former {
        File::options().write(true).open(&path).ok()
    } else {
        None
    };
    faults
        .around(
            point,
            || {
                write_whole(&staged, content)?;
                std::fs::rename(&staged, &path)
            },
            || write_whole(&staged, &content[..content.len() / 2]),
        )
        .map_err(LedgerError::io("cannot replace", &path))?;
    sync_directory(directory, faults)?;
    if let Some(former) = former
        && let Err(error) = wipe(&former)
    {
        tracing::warn!(%error, name, "the former file could not be overwritten before it was removed");
    }
    Ok(())
}

/// Writes a file that only its owner may read, and waits until it is on the disk.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn wipe(file: &File) -> io::Result<()> {
    let len = usize::try_from(file.metadata()?.size().min(SMALL_FILE)).unwrap_or_default();
    file.write_all_at(&vec![0; len], 0)?;
    file.sync_data()
}

/// The content of a regular file of at most `limit` bytes; `None` if there is none.
pub(crate) fn read_bounded(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, LedgerError> {
    let read = || -> io::Result<Option<Vec<u8>>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut content = Vec::new();
        if file.take(limit + 1).read_to_end(&mut content)? as u64 > limit {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("it has more than {limit} bytes"),
            ));
        }
        Ok(Some(content))
    };
    read().map_err(LedgerError::io("cannot read", path))
}

/// Checks that `directory` takes writes and keeps them, with a file that is gone afterwards.
pub(crate) fn expect_writable(directory: &Path) -> Result<(), LedgerError> {
    let path = directory.join("probe");
    let probe = || -> io::Result<()> {
        let mut file = File::options()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)?;
        file.write_all(&vec![0; PROBE])?;
        file.sync_all()
    };
    let written = probe();
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound && written.is_ok() => Err(error),
        _ => written,
    }
    .map_err(LedgerError::io("cannot write", &path))
}

/// Bytes free for us on the file system of `directory`.
pub(crate) fn free_space(directory: &File, path: &Path) -> Result<u64, LedgerError> {
    let stat = fstatvfs(directory)
        .map_err(io::Error::from)
        .map_err(LedgerError::io("cannot ask for the free space of", path))?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Whether the file system of `path` takes more files.
pub(crate) fn can_take_files(path: &Path) -> bool {
    // A file system without a fixed number of files says that it has none at all.
    rustix::fs::statvfs(path).is_ok_and(|stat| stat.f_files == 0 || stat.f_favail > 0)
}

/// An open handle on a directory.
pub(crate) fn open_directory(path: &Path) -> Result<File, LedgerError> {
    rustix::fs::open(
        path,
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .map(File::from)
    .map_err(io::Error::from)
    .map_err(LedgerError::io("cannot open the directory", path))
}
