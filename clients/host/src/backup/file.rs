//! The file of a backup: complete or absent, readable by its owner alone.

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::interruption::Undo;
use secinfo_terminal::text::visible;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Where a backup is written to.
pub(crate) enum Output {
    /// Standard output.
    Standard(io::Stdout),
    /// A file, under another name until it is whole.
    File(Unfinished),
}

/// A file under another name, which is removed when this is dropped or a signal ends the process.
pub(crate) struct Unfinished {
    file: File,
    staged: PathBuf,
    path: PathBuf,
    force: bool,
    _removal: Undo,
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
        expect_free(path, force)?;
        let mut staged = path.as_os_str().to_owned();
        staged.push(format!(".{}.part", std::process::id()));
        let staged = PathBuf::from(staged);
        let removed = staged.clone();
        let (file, removal) = Undo::after(
            || {
                OpenOptions::new()
                    .write(true)
                    .create_new(true)
                    .mode(0o600)
                    .open(&staged)
            },
            move || {
                // It no longer exists once it was renamed.
                let _ = fs::remove_file(removed);
            },
        )
        .map_err(|source| failed(&staged, source))?;
        Ok(Self::File(Unfinished {
            file,
            staged,
            path: path.to_owned(),
            force,
            _removal: removal,
        }))
    }

    /// Gives the complete file its name, durably.
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
        // A file of that name may have been created meanwhile.
        expect_free(&self.path, self.force)?;
        let named = if self.force {
            fs::rename(&self.staged, &self.path)
        } else {
            name(&self.staged, &self.path)
        };
        match named {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(exists(&self.path));
            }
            Err(error) => return Err(failed(&self.path, error)),
        }
        let directory = self
            .path
            .parent()
            .filter(|path| !path.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new("."));
        match File::open(directory).and_then(|directory| directory.sync_all()) {
            Err(error) if !is_unsupported(&error) => Err(failed(directory, error)),
            _ => Ok(()),
        }
    }
}

/// Gives a file the name `to`, unless there is one of that name.
fn name(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE).map_err(io::Error::from) {
        Err(error) if is_unsupported(&error) => name_by_link(from, to),
        named => named,
    }
}

/// As [`name`], on file systems without a rename that replaces nothing: NFS and most of FUSE.
fn name_by_link(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(error) if is_unsupported(&error) => name_by_rename(from, to),
        Err(error) => Err(error),
        Ok(()) => fs::remove_file(from),
    }
}

/// As [`name`], on file systems without hard links: FAT and exFAT.
fn name_by_rename(from: &Path, to: &Path) -> io::Result<()> {
    if to.symlink_metadata().is_ok() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to)
}

/// Whether the file system does not support the call.
fn is_unsupported(error: &io::Error) -> bool {
    let unsupported = [
        Errno::INVAL,
        Errno::NOSYS,
        Errno::OPNOTSUPP,
        // The answer to link(2) where there are no hard links.
        Errno::PERM,
        Errno::MLINK,
    ];
    Errno::from_io_error(error).is_some_and(|errno| unsupported.contains(&errno))
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
    let file = File::open(path).map_err(Failure::file("read", path))?;
    Ok(Box::new(file))
}

/// Refuses to replace anything but a regular file, and that without `force`.
fn expect_free(path: &Path, force: bool) -> Result<(), Failure> {
    match path.symlink_metadata() {
        Ok(metadata) if !metadata.is_file() => Err(Failure::Refused(format!(
            "{} exists and is no regular file, so it is not replaced; name another file, or - for standard output",
            visible(&path.display().to_string())
        ))),
        Ok(_) if !force => Err(exists(path)),
        _ => Ok(()),
    }
}

fn exists(path: &Path) -> Failure {
    Failure::Refused(format!(
        "{} exists; name another file, or replace it with --force",
        visible(&path.display().to_string())
    ))
}

fn failed(path: &Path, source: io::Error) -> Failure {
    Failure::file("write", path)(source)
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

    #[test]
    fn nothing_but_a_regular_file_is_ever_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("target");
        fs::write(&target, "of somebody else").unwrap();
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let socket = directory.path().join("socket");
        let _socket = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        for path in [&link, &socket, directory.path(), Path::new("/dev/null")] {
            for force in [false, true] {
                let Err(refused) = Output::begin(path, force) else {
                    panic!("{}", path.display());
                };
                assert!(refused.to_string().contains("no regular file"), "{refused}");
            }
        }
        // Nor one that has come meanwhile.
        let path = directory.path().join("backup");
        let late = Output::begin(&path, true).unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        assert!(late.finish().is_err());
        assert_eq!(fs::read(&target).unwrap(), b"of somebody else");
        assert!(path.is_symlink() && link.is_symlink());
    }

    #[test]
    fn each_way_to_name_a_file_names_it_and_replaces_none() {
        let directory = tempfile::tempdir().unwrap();
        let (from, to) = (directory.path().join("from"), directory.path().join("to"));
        for way in [name, name_by_link, name_by_rename] {
            fs::write(&from, "new").unwrap();
            fs::write(&to, "of somebody else").unwrap();
            let refused = way(&from, &to).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
            assert_eq!(fs::read(&to).unwrap(), b"of somebody else");
            fs::remove_file(&to).unwrap();
            way(&from, &to).unwrap();
            assert_eq!(fs::read(&to).unwrap(), b"new");
            assert!(!from.exists());
            fs::remove_file(&to).unwrap();
        }
    }
}
