//! Notices that wait when the daemon stops: kept in a file until the next start.
//!
//! The file names neither a person nor a destination, only who is to be told what by which method, as
//! the log does. The address of a method that was deleted is not in it: with the key of the method,
//! all that held the address is gone.

use crate::messages::NoticeItem;
use rustix::fs::{Mode, OFlags};
use secinfo_domain::{MethodId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// The file in the state directory.
const FILE: &str = "unsent-notices";

/// A notice that was certainly not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UnsentNotice {
    pub(super) user: UserId,
    /// The method with the destination.
    pub(super) method: MethodId,
    pub(super) items: Vec<NoticeItem>,
    /// Until when it is worth sending.
    pub(super) expires: Timestamp,
}

/// Keeps these in the state directory.
pub(super) fn keep(directory: &Path, notices: &[UnsentNotice]) -> io::Result<()> {
    if notices.is_empty() {
        return Ok(());
    }
    let bytes = postcard::to_allocvec(notices).map_err(io::Error::other)?;
    let path = directory.join(FILE);
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::CLOEXEC;
    let mut file = File::from(rustix::fs::open(&path, flags, Mode::RUSR | Mode::WUSR)?);
    file.write_all(&bytes)?;
    file.sync_all()
}

/// Takes what was kept. It is gone from the disk then, so that no notice is sent twice.
pub(super) fn take(directory: &Path) -> io::Result<Vec<UnsentNotice>> {
    let path = directory.join(FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    fs::remove_file(&path)?;
    File::open(directory)?.sync_all()?;
    // A file that was cut off holds notices that are lost, and nothing else.
    postcard::from_bytes(&bytes).map_err(io::Error::other)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use secinfo_domain::Kind;

    #[test]
    fn what_is_kept_is_taken_once() {
        let directory = tempfile::tempdir().unwrap();
        let notices = [UnsentNotice {
            user: UserId::from_bytes([1; 16]),
            method: MethodId::from_bytes([2; 16]),
            items: vec![NoticeItem::Added(Kind::Text), NoticeItem::Default(None)],
            expires: Timestamp::from_seconds(3),
        }];
        keep(directory.path(), &notices).unwrap();
        assert_eq!(take(directory.path()).unwrap(), notices);
        assert_eq!(take(directory.path()).unwrap(), []);
    }

    #[test]
    fn a_file_that_was_cut_off_is_an_error_once() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(FILE), [5]).unwrap();
        take(directory.path()).unwrap_err();
        assert_eq!(take(directory.path()).unwrap(), []);
    }
}
