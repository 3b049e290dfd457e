//! The directory of the files, and the rules for trusting what is in it.

use crate::{FileName, Id, InvalidRecord, MAX_FILE_BYTES, Record, UsedName};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, RenameFlags};
use rustix::fs::{Gid, Uid};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// The most entries that are looked at: more than any host has codes.
const MOST_ENTRIES: usize = 10_000;

/// Write permission for the group or for others.
const WRITABLE_BY_OTHERS: Mode = Mode::WGRP.union(Mode::WOTH);

/// Why a file or the directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The directory or a file in it cannot be opened, read or changed.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The directory or file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A user other than root could have written it.
    #[error("{path} could be written by a user other than root: make root its owner and take the write permission of group and others away", path = path.display())]
    Untrusted {
        /// The directory or file.
        path: PathBuf,
    },
    /// It is no regular file.
    #[error("{path} is no regular file: remove it", path = path.display())]
    NoFile {
        /// The file.
        path: PathBuf,
    },
    /// What it says cannot be read.
    #[error("{path}: {source}", path = path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// Why.
        source: InvalidRecord,
    },
    /// What it says is not of the code that its name says.
    #[error("{path} holds the record of another code: remove it", path = path.display())]
    AnotherCode {
        /// The file.
        path: PathBuf,
    },
    /// There are more entries than any host has codes.
    #[error("{path} has too many files: remove what is no break-glass code", path = path.display())]
    TooMany {
        /// The directory.
        path: PathBuf,
    },
}

/// The directory, open: every file is found below this very directory, whatever its path comes to
/// mean later.
pub struct Directory {
    fd: OwnedFd,
    path: PathBuf,
}

impl Directory {
    /// Opens it; `None` when there is none. It must belong to root, and only root may write to it.
    pub fn open(path: &Path) -> Result<Option<Self>, DirectoryError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = match rustix::fs::open(path, flags, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(failed(path, error)),
        };
        let status = rustix::fs::fstat(&fd).map_err(|error| failed(path, error))?;
        if !is_roots(&status) {
            let path = path.to_owned();
            return Err(DirectoryError::Untrusted { path });
        }
        let path = path.to_owned();
        Ok(Some(Self { fd, path }))
    }

    /// The names of the files that are ours, sorted; nothing is opened.
    pub fn names(&self) -> Result<Vec<FileName>, DirectoryError> {
        let listing = Dir::read_from(&self.fd).map_err(|error| failed(&self.path, error))?;
        let mut names = Vec::new();
        for (count, entry) in listing.enumerate() {
            if count > MOST_ENTRIES {
                let path = self.path.clone();
                return Err(DirectoryError::TooMany { path });
            }
            let entry = entry.map_err(|error| failed(&self.path, error))?;
            names.extend(entry.file_name().to_str().ok().and_then(FileName::parse));
        }
        names.sort_by_cached_key(ToString::to_string);
        Ok(names)
    }

    /// Reads a file: a regular one that belongs to root, that nobody else may write, and that says
    /// the id that its name says.
    pub fn read(&self, name: &FileName) -> Result<Record, DirectoryError> {
        let text = name.to_string();
        let path = self.path.join(&text);
        // Without waiting for the other end, should it be a pipe.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let fd = match rustix::fs::openat(&self.fd, text.as_str(), flags, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::LOOP) => return Err(DirectoryError::NoFile { path }),
            Err(error) => return Err(failed(&path, error)),
        };
        let status = rustix::fs::fstat(&fd).map_err(|error| failed(&path, error))?;
        if FileType::from_raw_mode(status.st_mode) != FileType::RegularFile {
            return Err(DirectoryError::NoFile { path });
        }
        if !is_roots(&status) {
            return Err(DirectoryError::Untrusted { path });
        }
        let mut content = Vec::with_capacity(MAX_FILE_BYTES + 1);
        let most = u64::try_from(MAX_FILE_BYTES + 1).expect("a small number");
        File::from(fd)
            .take(most)
            .read_to_end(&mut content)
            .map_err(|source| DirectoryError::Io {
                path: path.clone(),
                source,
            })?;
        match Record::parse(&content) {
            Ok(record) if record.id == name.id() => Ok(record),
            Ok(_) => Err(DirectoryError::AnotherCode { path }),
            Err(source) => Err(DirectoryError::Record { path, source }),
        }
    }

    /// Writes the file of a new code: whole and on disk under its name, or not there at all. It
    /// belongs to root and to this group, which may read it.
    pub fn create(&self, record: &Record, group: Option<Gid>) -> Result<(), DirectoryError> {
        let name = record.id.to_string();
        // A name that is none of ours, should the power fail half-way.
        let draft = format!(".{name}.new");
        let path = self.path.join(&draft);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let made = rustix::fs::openat(&self.fd, draft.as_str(), flags, Mode::RUSR | Mode::WUSR);
        let fd = made.map_err(|error| failed(&path, error))?;
        let written = Self::fill(fd, record, group).and_then(|()| {
            let (from, to) = (draft.as_str(), name.as_str());
            rustix::fs::renameat_with(&self.fd, from, &self.fd, to, RenameFlags::NOREPLACE)
                .map_err(io::Error::from)
        });
        if let Err(source) = written {
            // Nothing else can be done about a draft that stays: it is never read.
            let _ = rustix::fs::unlinkat(&self.fd, draft.as_str(), AtFlags::empty());
            return Err(DirectoryError::Io { path, source });
        }
        self.sync()
    }

    fn fill(fd: OwnedFd, record: &Record, group: Option<Gid>) -> io::Result<()> {
        let mut file = File::from(fd);
        file.write_all(record.to_text().as_bytes())?;
        rustix::fs::fchown(&file, Some(Uid::ROOT), Some(group.unwrap_or(Gid::ROOT)))?;
        rustix::fs::fchmod(&file, Mode::RUSR | Mode::WUSR | Mode::RGRP)?;
        file.sync_all()
    }

    /// Uses a code up: of any number of callers at once, one is told `true`, and not before the
    /// new name is on disk.
    pub fn use_up(&self, name: &UsedName) -> Result<bool, DirectoryError> {
        let (from, to) = (name.id.to_string(), name.to_string());
        let flags = RenameFlags::NOREPLACE;
        match rustix::fs::renameat_with(&self.fd, from.as_str(), &self.fd, to.as_str(), flags) {
            Ok(()) => {}
            Err(Errno::NOENT | Errno::EXIST) => return Ok(false),
            Err(error) => return Err(failed(&self.path.join(from), error)),
        }
        self.sync()?;
        Ok(true)
    }

    /// Removes the file of a code that can be used; `false` when there is none.
    pub fn remove(&self, id: Id) -> Result<bool, DirectoryError> {
        let name = id.to_string();
        match rustix::fs::unlinkat(&self.fd, name.as_str(), AtFlags::empty()) {
            Ok(()) => {}
            Err(Errno::NOENT) => return Ok(false),
            Err(error) => return Err(failed(&self.path.join(name), error)),
        }
        self.sync()?;
        Ok(true)
    }

    fn sync(&self) -> Result<(), DirectoryError> {
        rustix::fs::fsync(&self.fd).map_err(|error| failed(&self.path, error))
    }
}

fn is_roots(status: &rustix::fs::Stat) -> bool {
    status.st_uid == 0 && !Mode::from_raw_mode(status.st_mode).intersects(WRITABLE_BY_OTHERS)
}

fn failed(path: &Path, error: Errno) -> DirectoryError {
    DirectoryError::Io {
        path: path.to_owned(),
        source: error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use std::sync::atomic::{AtomicU32, Ordering};
    use tempfile::TempDir;

    fn code() -> Code {
        Code::parse("AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGG").unwrap()
    }

    fn id(number: u8) -> Id {
        Id::from_bytes([number; 16])
    }

    /// A directory with one code. The rules are about files of root: run as root.
    fn with_code() -> (TempDir, Directory) {
        assert!(
            rustix::process::geteuid().is_root(),
            "run these tests as root"
        );
        let home = TempDir::new().unwrap();
        let directory = Directory::open(home.path()).unwrap().unwrap();
        let record = Record::new(id(1), "alice", 1000, 7, &code()).unwrap();
        directory.create(&record, None).unwrap();
        (home, directory)
    }

    #[test]
    fn what_was_created_is_read_back_and_nothing_else_stays() {
        let (home, directory) = with_code();
        assert_eq!(directory.names().unwrap(), [FileName::Unused(id(1))]);
        let record = directory.read(&FileName::Unused(id(1))).unwrap();
        assert!(record.user == "alice" && record.accepts(&code()));
        let files: Vec<_> = std::fs::read_dir(home.path()).unwrap().collect();
        let status = files[0].as_ref().unwrap().metadata().unwrap();
        assert_eq!((files.len(), status.mode() & 0o7777), (1, 0o640));
        let other = Record::new(id(1), "bob", 1001, 8, &code()).unwrap();
        assert!(directory.create(&other, None).is_err());
        assert_eq!(
            directory.read(&FileName::Unused(id(1))).unwrap().user,
            "alice"
        );
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[test]
    fn of_many_who_use_a_code_at_once_one_wins() {
        let (_home, directory) = with_code();
        let winners = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for second in 0..16 {
                let (directory, winners) = (&directory, &winners);
                scope.spawn(move || {
                    let name = UsedName::new(id(1), second % 2, "sshd");
                    if directory.use_up(&name).unwrap() {
                        winners.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(winners.into_inner(), 1);
        let names = directory.names().unwrap();
        assert!(matches!(&names[..], [FileName::Used(_)]));
        assert_eq!(directory.read(&names[0]).unwrap().user, "alice");
        assert!(!directory.remove(id(1)).unwrap());
    }

    #[test]
    fn a_file_that_comes_back_is_not_used_up_within_the_same_second() {
        let (home, directory) = with_code();
        let name = UsedName::new(id(1), 7, "sshd");
        let file = home.path().join(id(1).to_string());
        let content = std::fs::read(&file).unwrap();
        assert!(directory.use_up(&name).unwrap());
        std::fs::write(&file, content).unwrap();
        assert!(!directory.use_up(&name).unwrap());
    }

    #[test]
    fn only_what_root_alone_could_write_is_trusted() {
        let (home, directory) = with_code();
        let name = FileName::Unused(id(1));
        let file = home.path().join(name.to_string());
        let set_mode = |path: &Path, mode| {
            std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
        };
        for mode in [0o660, 0o642, 0o666] {
            set_mode(&file, mode);
            let refused = directory.read(&name).unwrap_err();
            assert!(matches!(refused, DirectoryError::Untrusted { .. }));
        }
        set_mode(&file, 0o644);
        assert!(directory.read(&name).is_ok());
        std::os::unix::fs::chown(&file, Some(1000), None).unwrap();
        assert!(directory.read(&name).is_err());
        std::os::unix::fs::chown(home.path(), Some(1000), None).unwrap();
        assert!(Directory::open(home.path()).is_err());
        std::os::unix::fs::chown(home.path(), Some(0), None).unwrap();
        set_mode(home.path(), 0o777);
        assert!(Directory::open(home.path()).is_err());
    }

    #[test]
    fn links_pipes_large_files_and_records_of_others_are_refused() {
        let (home, directory) = with_code();
        let path = |number| home.path().join(id(number).to_string());
        symlink(path(1), path(2)).unwrap();
        std::fs::create_dir(path(3)).unwrap();
        std::fs::copy(path(1), path(4)).unwrap();
        std::fs::write(path(5), vec![b'x'; 1 << 20]).unwrap();
        let mode = Mode::RUSR | Mode::WUSR;
        rustix::fs::mkfifoat(rustix::fs::CWD, path(6), mode).unwrap();
        let read = |number| directory.read(&FileName::Unused(id(number))).unwrap_err();
        assert!(matches!(read(2), DirectoryError::NoFile { .. }));
        assert!(matches!(read(3), DirectoryError::NoFile { .. }));
        assert!(matches!(read(4), DirectoryError::AnotherCode { .. }));
        assert!(matches!(read(5), DirectoryError::Record { .. }));
        assert!(matches!(read(6), DirectoryError::NoFile { .. }));
        assert!(matches!(read(7), DirectoryError::Io { .. }));
        let elsewhere = home.path().join("link");
        symlink(home.path(), &elsewhere).unwrap();
        assert!(Directory::open(&elsewhere).is_err());
        assert!(
            Directory::open(&home.path().join("none"))
                .unwrap()
                .is_none()
        );
    }
}
