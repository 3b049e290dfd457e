//! Opens a file with the secrets of users: only with the rights of its owner, and through no link that
//! another user may have created.

use rustix::fs::{FileType, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::visible;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use zeroize::Zeroizing;

/// Reads a file in the caller's own home. Refuses root, who would read the home of another user, where
/// that user can put a link in its place.
pub(crate) fn read_own(path: &Path, most: usize) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let caller = rustix::process::geteuid();
    if caller.is_root() || rustix::process::getuid().is_root() {
        return Err(Failure::Refused(format!(
            "root reads no files in homes: run it as the user, with \"sudo -u USER secinfo import google-authenticator {0}\"; or if root keeps the file elsewhere, say whose it is, with \"secinfo --user USER import google-authenticator {0}\"",
            shown(path)
        )));
    }
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let fd = rustix::fs::open(path, flags, Mode::empty()).map_err(|error| match error {
        Errno::ACCESS | Errno::PERM => Failure::Refused(format!(
            "you may not read {0}: if root keeps it, ask an administrator to run \"secinfo --user USER import google-authenticator {0}\"",
            shown(path)
        )),
        error => failed(path, error),
    })?;
    read(path, File::from(fd), most, |status| {
        status.st_uid == caller.as_raw()
    })
}

/// Reads a system file: without any link on the way to it, and only if no user but root and the caller
/// could have written it.
pub(crate) fn read_of_system(path: &Path, most: usize) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let caller = rustix::process::geteuid();
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let no_links = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let fd = rustix::fs::openat2(rustix::fs::CWD, path, flags, Mode::empty(), no_links)
        .map_err(|error| failed(path, error))?;
    read(path, File::from(fd), most, |status| {
        status.st_uid == 0 || status.st_uid == caller.as_raw()
    })
}

fn read(
    path: &Path,
    file: File,
    most: usize,
    is_owner_trusted: impl Fn(&Stat) -> bool,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let refused = |why: &str| Err(Failure::Refused(format!("{}: {why}", shown(path))));
    let status = rustix::fs::fstat(&file).map_err(|error| failed(path, error))?;
    if FileType::from_raw_mode(status.st_mode) != FileType::RegularFile {
        return refused("it is no regular file; give the file itself");
    }
    if !is_owner_trusted(&status) {
        return refused("it belongs to another user; run this as its owner");
    }
    if Mode::from_raw_mode(status.st_mode).intersects(Mode::WGRP | Mode::WOTH) {
        return refused(
            "others may write to it, so it may hold the secrets of another user; take that permission away once you have checked it",
        );
    }
    let mut content = Zeroizing::new(Vec::with_capacity(most + 1));
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit)
        .read_to_end(&mut content)
        .map_err(Failure::file("read", path))?;
    if content.len() > most {
        return refused(
            "it is larger than such a file can be; give the right file, or a part of it",
        );
    }
    Ok(content)
}

/// The path, safe to show: another user may have chosen its name.
fn shown(path: &Path) -> String {
    visible(&path.display().to_string())
}

fn failed(path: &Path, error: Errno) -> Failure {
    if error == Errno::LOOP {
        return Failure::Refused(format!(
            "{}: there is a link on the way; give the file itself, by a path without links",
            shown(path)
        ));
    }
    Failure::file("read", path)(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn links_pipes_large_files_and_such_that_others_may_write_are_refused() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        let file = home.join("users.oath");
        std::fs::write(&file, "HOTP").unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
        assert_eq!(read_of_system(&file, 4).unwrap().as_slice(), b"HOTP");
        let said = |path: &Path, most| read_of_system(path, most).unwrap_err().to_string();
        assert!(said(&file, 3).contains("larger"));
        assert!(said(&home, 4).contains("no regular file"));
        symlink(&file, home.join("link")).unwrap();
        assert!(said(&home.join("link"), 4).contains("a link"));
        symlink(&home, home.join("elsewhere")).unwrap();
        assert!(said(&home.join("elsewhere/users.oath"), 4).contains("a link"));
        let mode = Mode::RUSR | Mode::WUSR;
        rustix::fs::mkfifoat(rustix::fs::CWD, home.join("pipe"), mode).unwrap();
        assert!(said(&home.join("pipe"), 4).contains("no regular file"));
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o660)).unwrap();
        assert!(said(&file, 4).contains("others may write"));
        assert!(said(&home.join("none"), 4).starts_with("cannot read"));
        let hostile = home.join("\u{1b}[2J\nsecinfo: done");
        std::fs::create_dir(&hostile).unwrap();
        symlink(&file, hostile.join("\u{9b}31m")).unwrap();
        for path in [&hostile, &hostile.join("none"), &hostile.join("\u{9b}31m")] {
            let told = said(path, 4);
            assert!(!told.contains(char::is_control), "{told:?}");
        }
    }
}
