//! The files of the host that is set up, below a root directory that a test may choose.
//!
//! A change is durable when it returns, and after a crash complete or absent.

use rustix::fs::{Mode, OFlags};
use secinfo_terminal::failure::Failure;
use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The most bytes that are read of a file.
const MOST: u64 = 4 << 20;

/// Where programs are looked up, independent of the environment.
const PROGRAMS: [&str; 4] = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// A host: its root directory, and where its programs are.
#[derive(Debug)]
pub(crate) struct Host {
    root: PathBuf,
    programs: Vec<PathBuf>,
    #[cfg(test)]
    pub(super) faults: super::faults::Faults,
}

impl Host {
    /// The host that this process runs on.
    pub(crate) fn this() -> Self {
        Self {
            root: PathBuf::from("/"),
            programs: PROGRAMS.map(PathBuf::from).to_vec(),
            #[cfg(test)]
            faults: super::faults::Faults::default(),
        }
    }

    /// A host whose files are below a directory, and whose programs are in its `programs`.
    #[cfg(test)]
    pub(super) fn below(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            programs: vec![root.join("programs")],
            faults: super::faults::Faults::default(),
        }
    }

    /// The root directory.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The path of one of the host's files for this process.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// Where a program is.
    pub(crate) fn program(&self, name: &str) -> Option<PathBuf> {
        let mut places = self.programs.iter().map(|directory| directory.join(name));
        places.find(|path| path.exists())
    }

    /// Called before every change of the host; tests fail it.
    #[cfg_attr(
        not(test),
        expect(
            clippy::unused_self,
            clippy::unnecessary_wraps,
            reason = "tests fail it"
        )
    )]
    pub(super) fn before_change(&self) -> io::Result<()> {
        #[cfg(test)]
        self.faults.before_change()?;
        Ok(())
    }

    /// Whether a path exists, be it a link.
    pub(crate) fn has(&self, path: &str) -> bool {
        fs::symlink_metadata(self.path(path)).is_ok()
    }

    /// The bytes of a regular file, without following a link; `None` if there is none.
    pub(crate) fn bytes(&self, path: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        let read = || -> io::Result<Zeroizing<Vec<u8>>> {
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            let file = rustix::fs::open(self.path(path), flags, Mode::empty())?;
            let file = File::from(file);
            if !file.metadata()?.is_file() {
                return Err(io::Error::other("it is not a regular file"));
            }
            let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
            file.take(MOST).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        match read() {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failure("read", path)(error)),
        }
    }

    /// The text of a file; empty where there is none.
    pub(crate) fn text(&self, path: &str) -> Result<String, Failure> {
        let bytes = self.bytes(path)?.unwrap_or_default();
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The names in a directory, in order; none where there is no directory.
    pub(crate) fn names(&self, path: &str) -> Result<Vec<String>, Failure> {
        let entries = match fs::read_dir(self.path(path)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failure("read", path)(error)),
        };
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        let mut names = names
            .collect::<io::Result<Vec<_>>>()
            .map_err(failure("read", path))?;
        names.sort();
        Ok(names)
    }

    /// Creates a directory with a mode, and its parents, unless it exists.
    pub(crate) fn make_directory(&self, path: &str, mode: u32) -> Result<(), Failure> {
        let make = || -> io::Result<()> {
            let target = self.path(path);
            if target.is_dir() {
                return Ok(());
            }
            self.before_change()?;
            fs::create_dir_all(&target)?;
            fs::set_permissions(&target, Permissions::from_mode(mode))?;
            sync_parent(&target)
        };
        make().map_err(failure("make", path))
    }

    /// Replaces a file. It belongs to root, and keeps the group.
    pub(crate) fn write(&self, path: &str, content: &[u8], mode: u32) -> Result<(), Failure> {
        let staged = self.stage(path, content, mode)?;
        self.put(&staged, path)
    }

    /// Writes a file beside its later place, as `.NAME.new`: durable, and not yet in effect.
    pub(crate) fn stage(&self, path: &str, content: &[u8], mode: u32) -> Result<PathBuf, Failure> {
        let staged = self.write_beside(&self.path(path), content, mode);
        staged.map_err(failure("write", path))
    }

    /// Moves a staged file into its place.
    pub(crate) fn put(&self, staged: &Path, path: &str) -> Result<(), Failure> {
        let put = || -> io::Result<()> {
            let target = self.path(path);
            self.before_change()?;
            fs::rename(staged, &target)?;
            sync_parent(&target)
        };
        put().map_err(failure("write", path))
    }

    fn write_beside(&self, target: &Path, content: &[u8], mode: u32) -> io::Result<PathBuf> {
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let staged = target.with_file_name(format!(".{name}.new"));
        self.before_change()?;
        ignore_absent(fs::remove_file(&staged))?;
        let mut file = File::options()
            .write(true)
            .create_new(true)
            .mode(mode & 0o600)
            .open(&staged)?;
        #[cfg(test)]
        if let Err(crash) = self.faults.before_change() {
            file.write_all(&content[..content.len() / 2])?;
            return Err(crash);
        }
        file.write_all(content)?;
        // A file of another owner may have been planted to get what is written.
        if let Ok(former) = fs::symlink_metadata(target)
            && former.is_file()
            && former.uid() == 0
        {
            std::os::unix::fs::fchown(&file, Some(0), Some(former.gid()))?;
        }
        file.set_permissions(Permissions::from_mode(mode))?;
        file.sync_all()?;
        Ok(staged)
    }

    /// Makes a link to a file, in the place of what is there.
    pub(crate) fn link(&self, path: &str, target: &str) -> Result<(), Failure> {
        let stage = || -> io::Result<PathBuf> {
            let link = self.path(path);
            let name = link.file_name().unwrap_or_default().to_string_lossy();
            let staged = link.with_file_name(format!(".{name}.new"));
            self.before_change()?;
            ignore_absent(fs::remove_file(&staged))?;
            std::os::unix::fs::symlink(target, &staged)?;
            Ok(staged)
        };
        let staged = stage().map_err(failure("link", path))?;
        self.put(&staged, path)
    }

    /// What a link leads to; none where there is no link.
    pub(crate) fn link_target(&self, path: &str) -> Option<String> {
        let target = fs::read_link(self.path(path)).ok()?;
        target.into_os_string().into_string().ok()
    }

    /// Creates a new file that only its owner may read; never replaces one.
    pub(crate) fn create(&self, path: &str, content: &[u8]) -> Result<(), Failure> {
        let target = self.path(path);
        let create = || -> io::Result<()> {
            self.before_change()?;
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
            let mode = Mode::RUSR | Mode::WUSR;
            let mut file = File::from(rustix::fs::open(&target, flags | OFlags::CLOEXEC, mode)?);
            let written = file.write_all(content).and_then(|()| file.sync_all());
            if written.is_err() {
                let _ = fs::remove_file(&target);
            }
            written.and_then(|()| sync_parent(&target))
        };
        create().map_err(failure("make", path))
    }

    /// Renames a file within its directory.
    pub(crate) fn rename(&self, from: &str, to: &str) -> Result<(), Failure> {
        let rename = || -> io::Result<()> {
            self.before_change()?;
            fs::rename(self.path(from), self.path(to))?;
            sync_parent(&self.path(to))
        };
        rename().map_err(failure("rename", from))
    }

    /// Removes a file, if it exists.
    pub(crate) fn remove(&self, path: &str) -> Result<(), Failure> {
        let remove = || -> io::Result<()> {
            let target = self.path(path);
            if fs::symlink_metadata(&target).is_err() {
                return Ok(());
            }
            self.before_change()?;
            fs::remove_file(&target)?;
            sync_parent(&target)
        };
        remove().map_err(failure("remove", path))
    }

    /// Removes a directory and its content, if it exists.
    pub(crate) fn remove_directory(&self, path: &str) -> Result<(), Failure> {
        let remove = || -> io::Result<()> {
            let target = self.path(path);
            if !target.is_dir() {
                return Ok(());
            }
            self.before_change()?;
            fs::remove_dir_all(target)
        };
        remove().map_err(failure("remove", path))
    }

    /// Overwrites a small file in place, and removes it. Refuses one with a second hard link: a user who
    /// can create links there must not choose what is overwritten.
    pub(crate) fn erase(&self, path: &str) -> Result<(), Failure> {
        let erase = || -> io::Result<()> {
            let target = self.path(path);
            let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            let mut file = File::from(rustix::fs::open(&target, flags, Mode::empty())?);
            let metadata = file.metadata()?;
            if !metadata.is_file() || metadata.nlink() != 1 || metadata.len() > 4096 {
                return Err(io::Error::other("it is not a small file with one name"));
            }
            let mut noise = vec![0; usize::try_from(metadata.len()).unwrap_or_default()];
            getrandom::fill(&mut noise).map_err(io::Error::other)?;
            self.before_change()?;
            file.write_all(&noise)?;
            file.sync_all()
        };
        erase().map_err(failure("overwrite", path))?;
        self.remove(path)
    }

    /// When a file was last changed or replaced, in Unix seconds.
    pub(crate) fn changed(&self, path: &str) -> Result<u64, Failure> {
        let metadata = fs::metadata(self.path(path)).map_err(failure("read", path))?;
        Ok(u64::try_from(metadata.ctime()).unwrap_or_default())
    }

    /// The mode of a file.
    pub(crate) fn mode(&self, path: &str) -> Option<u32> {
        let metadata = fs::metadata(self.path(path)).ok()?;
        Some(metadata.mode() & 0o7777)
    }
}

/// The failure of an action on a file.
fn failure(action: &'static str, path: &str) -> impl Fn(io::Error) -> Failure {
    Failure::file(action, Path::new(path))
}

fn ignore_absent(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}
