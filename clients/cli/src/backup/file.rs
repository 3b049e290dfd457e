//! The file of a backup: there whole or not at all, for its owner alone.

use crate::failure::Failure;
use crate::text::visible;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Where a backup is written to.
pub(crate) enum Output {
    /// Standard output.
    Standard(io::Stdout),
    /// A file, under another name until it is whole.
    File(Unfinished),
}

/// A file under another name. Removed when it is dropped.
pub(crate) struct Unfinished {
    file: File,
    staged: PathBuf,
    path: PathBuf,
    force: bool,
}

impl Output {
    /// Begins to write to `path`, or to standard output for `-`.
    pub(crate) fn begin(path: &Path, force: bool) -> Result<Self, Failure> {
        if path == Path::new("-") {
            let out = io::stdout();
            return if out.is_terminal() {
                Err(Failure::Usage(
                    "a backup is not for the terminal: name a file, or send the output to another program"
                        .to_owned(),
                ))
            } else {
                Ok(Self::Standard(out))
            };
        }
        if !force && path.symlink_metadata().is_ok() {
            return Err(exists(path));
        }
        let mut staged = path.as_os_str().to_owned();
        staged.push(format!(".{}.part", std::process::id()));
        let staged = PathBuf::from(staged);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&staged)
            .map_err(|source| failed(&staged, source))?;
        Ok(Self::File(Unfinished {
            file,
            staged,
            path: path.to_owned(),
            force,
        }))
    }

    /// Everything was written: the file gets its name, durably.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        match self {
            Self::Standard(mut out) => Ok(out.flush()?),
            Self::File(unfinished) => unfinished.finish(),
        }
    }
}

impl Unfinished {
    fn finish(self) -> Result<(), Failure> {
        self.file
            .sync_all()
            .map_err(|source| failed(&self.staged, source))?;
        // Somebody may have made a file of that name meanwhile.
        let flags = if self.force {
            RenameFlags::empty()
        } else {
            RenameFlags::NOREPLACE
        };
        match renameat_with(CWD, &self.staged, CWD, &self.path, flags) {
            Ok(()) => {}
            Err(rustix::io::Errno::EXIST) => return Err(exists(&self.path)),
            Err(error) => return Err(failed(&self.path, error.into())),
        }
        let directory = self
            .path
            .parent()
            .filter(|path| !path.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new("."));
        File::open(directory)
            .and_then(|directory| directory.sync_all())
            .map_err(|source| failed(directory, source))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // It is gone where it was given its name.
        let _ = fs::remove_file(&self.staged);
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Standard(out) => out.write(bytes),
            Self::File(unfinished) => unfinished.file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Standard(out) => out.flush(),
            Self::File(unfinished) => unfinished.file.flush(),
        }
    }
}

/// A backup to read: a file, or standard input for `-`.
pub(crate) fn open_input(path: &Path) -> Result<Box<dyn Read + Send>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(|source| Failure::File {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    Ok(Box::new(file))
}

fn exists(path: &Path) -> Failure {
    Failure::Refused(format!(
        "{} exists; name another file, or replace it with --force",
        visible(&path.display().to_string())
    ))
}

fn failed(path: &Path, source: io::Error) -> Failure {
    Failure::File {
        action: "write",
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_is_there_once_it_is_whole_and_for_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("backup");
        let names = || fs::read_dir(directory.path()).unwrap().count();
        let mut given_up = Output::begin(&path, false).unwrap();
        given_up.write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(given_up);
        assert_eq!(names(), 0);
        let mut output = Output::begin(&path, false).unwrap();
        output.write_all(b"whole").unwrap();
        output.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o7777,
            0o600
        );
        assert_eq!(names(), 1);
    }

    #[test]
    fn a_file_that_is_there_is_replaced_only_when_asked_for() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("backup");
        let late = Output::begin(&path, false).unwrap();
        fs::write(&path, "of somebody else").unwrap();
        assert!(late.finish().is_err());
        assert!(Output::begin(&path, false).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"of somebody else");
        let mut forced = Output::begin(&path, true).unwrap();
        forced.write_all(b"new").unwrap();
        forced.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
