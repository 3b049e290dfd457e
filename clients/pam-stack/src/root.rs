//! The file system that is examined: that of this host, or one below a directory.

use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags, Stat, StatVfsMountFlags};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// The most bytes that are read of a file.
const MOST: u64 = 4 << 20;

/// A root directory. Absolute links below it stay below it.
#[derive(Debug)]
pub struct Root {
    directory: OwnedFd,
    path: PathBuf,
    owner: u32,
}

/// Metadata of a file.
#[derive(Debug, Clone, Copy)]
pub struct Metadata {
    /// Permission bits.
    pub mode: u32,
    /// Who owns it.
    pub uid: u32,
    /// What it is.
    pub kind: FileType,
}

impl Root {
    /// The root directory at a path.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        let directory = rustix::fs::open(path, flags, Mode::empty())?;
        let owner = rustix::fs::fstat(&directory)?.st_uid;
        Ok(Self {
            directory,
            path: path.to_owned(),
            owner,
        })
    }

    /// Whether it is the root of this host, so that its services can be asked, too.
    pub fn is_this_host(&self) -> bool {
        self.path == Path::new("/")
    }

    /// Whether a file of this owner belongs to root: an image may have been unpacked by a user.
    pub const fn is_root(&self, uid: u32) -> bool {
        uid == 0 || uid == self.owner
    }

    fn open_at(&self, path: &str, flags: OFlags) -> io::Result<OwnedFd> {
        let flags = flags | OFlags::CLOEXEC;
        let opened = rustix::fs::openat2(
            &self.directory,
            path,
            flags,
            Mode::empty(),
            ResolveFlags::IN_ROOT,
        );
        match opened {
            // Kernels before 5.6, and containers that know no such call.
            Err(rustix::io::Errno::NOSYS) if self.is_this_host() => {
                Ok(rustix::fs::open(path, flags, Mode::empty())?)
            }
            opened => Ok(opened?),
        }
    }

    /// The bytes of a regular file.
    pub fn bytes(&self, path: &str) -> io::Result<Vec<u8>> {
        let file = self.open_at(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY)?;
        let file = File::from(file);
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("not a file"));
        }
        let mut bytes = Vec::new();
        file.take(MOST).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The text of a file; what is not UTF-8 becomes a mark.
    pub fn text(&self, path: &str) -> io::Result<String> {
        let bytes = self.bytes(path)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The metadata of the file that a path leads to.
    pub fn metadata(&self, path: &str) -> io::Result<Metadata> {
        let file = self.open_at(path, OFlags::PATH)?;
        Ok(rustix::fs::statat(&file, "", AtFlags::EMPTY_PATH)?.into())
    }

    /// Whether what a path leads to is on a file system that is mounted read-only.
    pub fn is_read_only(&self, path: &str) -> io::Result<bool> {
        let file = self.open_at(path, OFlags::PATH)?;
        let flags = rustix::fs::fstatvfs(&file)?.f_flag;
        Ok(flags.contains(StatVfsMountFlags::RDONLY))
    }

    /// Whether a path exists, or that cannot be determined.
    pub fn has(&self, path: &str) -> bool {
        !self.metadata(path).is_err_and(|error| is_absent(&error))
    }

    /// The names in a directory, in order.
    pub fn names(&self, path: &str) -> io::Result<Vec<String>> {
        let directory = self.open_at(path, OFlags::DIRECTORY | OFlags::RDONLY)?;
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(directory)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name != "." && name != ".." {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// The uid of a user in this root's own list of accounts.
    pub fn uid_of(&self, user: &str) -> Option<u32> {
        let passwd = self.text("/etc/passwd").ok()?;
        let mut lines = passwd.lines().map(|line| line.split(':'));
        let mut fields = lines.find(|fields| fields.clone().next() == Some(user))?;
        fields.nth(2)?.parse().ok()
    }
}

/// Whether an error says that a file does not exist.
pub fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

impl From<Stat> for Metadata {
    fn from(stat: Stat) -> Self {
        Self {
            mode: stat.st_mode & 0o7777,
            uid: stat.st_uid,
            kind: FileType::from_raw_mode(stat.st_mode),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_stay_below_the_root() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("etc")).unwrap();
        std::fs::write(directory.path().join("etc/passwd"), "x:x:7:7::/:\n").unwrap();
        symlink("/etc/passwd", directory.path().join("absolute")).unwrap();
        symlink("../../../etc/passwd", directory.path().join("relative")).unwrap();
        let root = Root::open(directory.path()).unwrap();
        for path in ["/etc/passwd", "absolute", "/relative"] {
            assert_eq!(root.text(path).unwrap(), "x:x:7:7::/:\n");
        }
        assert_eq!(root.uid_of("x"), Some(7));
        assert_eq!(root.names("/etc").unwrap(), ["passwd"]);
        assert!(!root.has("/etc/shadow"));
    }
}
