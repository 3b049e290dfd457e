//! Whether a path leads only through directories that nobody but root and the daemon can change.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Write permission of the group and of others.
const OTHERS_MAY_WRITE: u32 = 0o022;

/// In a directory with this bit, only the owner of a file can rename it.
const STICKY: u32 = 0o1000;

/// The path without symbolic links; none if a directory on the way, or the file itself, belongs to a user
/// for whom `trusted` is false, or if others could put another in its place.
///
/// # Errors
/// If there is no such file.
pub(crate) fn safe(
    path: &Path,
    trusted: impl Fn(u32) -> io::Result<bool>,
) -> io::Result<Option<PathBuf>> {
    let path = path.canonicalize()?;
    let may_have = |at: &Path| {
        let metadata = at.symlink_metadata()?;
        io::Result::Ok(trusted(metadata.uid())? && (at == path || is_closed(&metadata)))
    };
    for at in path.ancestors() {
        if !may_have(at)? {
            return Ok(None);
        }
    }
    Ok(Some(path))
}

fn is_closed(directory: &Metadata) -> bool {
    directory.mode() & OTHERS_MAY_WRITE == 0 || directory.mode() & STICKY != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, chown, symlink};
    use std::os::unix::net::UnixListener;

    /// As [`safe`], where only root is trusted.
    fn safe_for_root(path: &Path) -> io::Result<Option<PathBuf>> {
        safe(path, |uid| Ok(uid == 0))
    }

    #[test]
    fn a_path_below_another_users_directory_is_not_safe() {
        let directory = tempfile::tempdir().unwrap();
        let inner = directory.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let path = inner.join("sign-in");
        let _listener = UnixListener::bind(&path).unwrap();
        assert!(safe_for_root(&path).unwrap().is_some());
        for mode in [0o777, 0o775, 0o772] {
            fs::set_permissions(&inner, Permissions::from_mode(mode)).unwrap();
            assert_eq!(safe_for_root(&path).unwrap(), None, "{mode:o}");
        }
        fs::set_permissions(&inner, Permissions::from_mode(0o1777)).unwrap();
        assert!(safe_for_root(&path).unwrap().is_some());
        for owned in [&inner, &path] {
            chown(owned, Some(1234), None).unwrap();
            assert_eq!(safe_for_root(&path).unwrap(), None, "{}", owned.display());
            chown(owned, Some(0), None).unwrap();
        }
    }

    #[test]
    fn a_link_is_followed_and_the_path_that_it_leads_to_counts() {
        let directory = tempfile::tempdir().unwrap();
        let inner = directory.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let _listener = UnixListener::bind(inner.join("sign-in")).unwrap();
        let link = directory.path().join("link");
        symlink(&inner, &link).unwrap();
        let path = safe_for_root(&link.join("sign-in")).unwrap().unwrap();
        assert!(!path.starts_with(&link));
        assert!(safe_for_root(&directory.path().join("missing")).is_err());
    }
}
