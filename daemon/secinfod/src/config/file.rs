//! Reading the file, and whether it may be trusted.

use super::error::{ConfigError, Finding, Mistakes};
use rustix::fs::{Mode, OFlags};
use secinfo_typed::is_utf_16;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The size of the largest file that is read, in bytes.
pub const SIZE_LIMIT: u64 = 256 * 1024;

/// The text of the file.
pub(super) fn read(path: &Path) -> Result<String, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let file = open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    trust(path, &metadata, rustix::process::geteuid().as_raw())?;

    let mut bytes = Vec::new();
    file.take(SIZE_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > SIZE_LIMIT {
        return Err(ConfigError::TooLarge {
            path: path.to_owned(),
        });
    }
    if is_utf_16(&bytes) {
        let text = secinfo_typed::decode(&bytes).unwrap_or_default();
        let findings = vec![Finding::of_utf_16()];
        return Err(Mistakes::new(&path.display().to_string(), &text, findings).into());
    }
    String::from_utf8(bytes).map_err(|error| {
        let finding = Finding::of_encoding(error.utf8_error().valid_up_to());
        let text = String::from_utf8_lossy(error.as_bytes());
        Mistakes::new(&path.display().to_string(), &text, vec![finding]).into()
    })
}

/// Opens without waiting for a writer, in case it is a pipe. What was opened is looked at
/// afterwards: what its name leads to may change in between.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    Ok(rustix::fs::open(path, flags, Mode::empty())?.into())
}

/// Refuses what others than root and the daemon's user could have written.
fn trust(path: &Path, metadata: &Metadata, daemon: u32) -> Result<(), ConfigError> {
    let path = path.to_owned();
    if !metadata.is_file() {
        return Err(ConfigError::NotAFile { path });
    }
    let (owner, mode) = (metadata.uid(), metadata.mode() & 0o7777);
    if !is_trusted_owner(owner, daemon) {
        return Err(ConfigError::Owner { path, owner });
    }
    if mode & 0o022 != 0 {
        return Err(ConfigError::Writable { path, mode });
    }
    Ok(())
}

fn is_trusted_owner(owner: u32, daemon: u32) -> bool {
    owner == 0 || owner == daemon
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_root_and_the_user_of_the_daemon_are_trusted() {
        assert!(is_trusted_owner(0, 990));
        assert!(is_trusted_owner(990, 990));
        assert!(!is_trusted_owner(1000, 990));
        assert!(!is_trusted_owner(990, 0));
    }
}
