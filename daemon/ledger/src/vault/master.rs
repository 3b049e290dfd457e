//! The master key: 32 bytes from a systemd credential, or from a key file of our own.

use super::seal::{Secret, random_secret};
use crate::error::LedgerError;
use crate::faults::{Faults, WritePoint};
use crate::files::{sync_directory, write_whole};
use rustix::fs::{Mode, OFlags};
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use zeroize::Zeroizing;

/// The name of the file that the master key opens, in the ledger's directory.
pub(crate) const ROOT_FILE: &str = "vault.root";

/// The key that the vault's root is sealed under.
#[derive(Clone)]
pub struct MasterKey(Secret);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

impl MasterKey {
    /// The master key made of these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads a credential: exactly 32 bytes, in a file that not everybody can read. systemd puts
    /// credentials where only the service can look, with a mode of 0400 or (with an access control
    /// list) 0440.
    pub fn load(path: &Path) -> Result<Self, LedgerError> {
        let file = open(path).map_err(LedgerError::io("cannot open the master key", path))?;
        read(file, path, 0o007)
    }

    /// Reads the key file, or makes one with a fresh random key, mode 0600, durable on return.
    /// Refuses a file that group or others can read, and to make one beside a vault: that one was
    /// made with another key, which a new one would only hide.
    pub fn load_or_create(path: &Path) -> Result<Self, LedgerError> {
        Self::load_or_create_with(path, &Faults::default())
    }

    /// As [`MasterKey::load_or_create`], with faults for tests.
    pub fn load_or_create_with(path: &Path, faults: &Faults) -> Result<Self, LedgerError> {
        match open(path) {
            Ok(file) => read(file, path, 0o077),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if directory_of(path)
                    .join(ROOT_FILE)
                    .symlink_metadata()
                    .is_ok()
                {
                    return Err(LedgerError::MasterKeyMissing {
                        path: path.to_owned(),
                    });
                }
                create(path, faults)
            }
            Err(error) => Err(LedgerError::io("cannot open the master key", path)(error)),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

fn open(path: &Path) -> io::Result<File> {
    // Not through a symbolic link, and without waiting for the writer of a FIFO.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

fn read(mut file: File, path: &Path, forbidden: u32) -> Result<MasterKey, LedgerError> {
    let refuse = |why: String| LedgerError::MasterKey {
        path: path.to_owned(),
        why,
    };
    let metadata = file
        .metadata()
        .map_err(LedgerError::io("cannot examine", path))?;
    if !metadata.is_file() {
        return Err(refuse("it is not a regular file".to_owned()));
    }
    if metadata.mode() & forbidden != 0 {
        return Err(refuse(format!(
            "its mode {:04o} lets others at it; consider it known, or set the mode to 0600 if nobody could reach it",
            metadata.mode() & 0o7777
        )));
    }
    if metadata.len() != 32 {
        return Err(refuse(format!(
            "it has {} bytes where a master key has 32",
            metadata.len()
        )));
    }
    let mut key = Secret::default();
    file.read_exact(key.as_mut_slice())
        .map_err(LedgerError::io("cannot read", path))?;
    Ok(MasterKey(key))
}

fn create(path: &Path, faults: &Faults) -> Result<MasterKey, LedgerError> {
    let key = random_secret()?;
    let staged = path.with_added_extension("new");
    faults
        .around(
            WritePoint::KeyFile,
            || {
                write_whole(&staged, key.as_slice())?;
                // Never over a key that somebody else made meanwhile.
                std::fs::hard_link(&staged, path)?;
                std::fs::remove_file(&staged)
            },
            || write_whole(&staged, &key[..16]),
        )
        .map_err(LedgerError::io("cannot create the master key", path))?;
    sync_directory(directory_of(path), faults)?;
    Ok(MasterKey(key))
}

fn directory_of(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn is_made_once_and_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("master.key");
        let made = MasterKey::load_or_create(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
        assert_eq!(
            MasterKey::load_or_create(&path).unwrap().bytes(),
            made.bytes()
        );
        assert_eq!(MasterKey::load(&path).unwrap().bytes(), made.bytes());
        assert_ne!(made.bytes(), &[0; 32]);
        assert_eq!(format!("{made:?}"), "MasterKey(..)");
    }

    #[test]
    fn is_not_made_anew_for_a_vault_that_has_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("master.key");
        std::fs::write(dir.path().join(ROOT_FILE), "sealed with a credential").unwrap();
        let refused = MasterKey::load_or_create(&path);
        assert!(matches!(
            &refused,
            Err(LedgerError::MasterKeyMissing { path: missing }) if *missing == path
        ));
        let told = refused.unwrap_err().to_string();
        assert!(told.contains("credential"), "{told}");
        let left = std::fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(left, 1, "nothing was made");

        std::fs::write(&path, [1; 32]).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        assert!(MasterKey::load_or_create(&path).is_ok());
    }

    #[test]
    fn is_refused_when_others_can_read_it_or_it_is_no_key() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("master.key");
        MasterKey::load_or_create(&path).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        assert!(matches!(
            MasterKey::load_or_create(&path),
            Err(LedgerError::MasterKey { .. })
        ));
        assert!(MasterKey::load(&path).is_ok());
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o604)).unwrap();
        assert!(matches!(
            MasterKey::load(&path),
            Err(LedgerError::MasterKey { .. })
        ));

        let short = dir.path().join("short");
        std::fs::write(&short, [1; 31]).unwrap();
        std::fs::set_permissions(&short, PermissionsExt::from_mode(0o600)).unwrap();
        assert!(matches!(
            MasterKey::load_or_create(&short),
            Err(LedgerError::MasterKey { .. })
        ));

        let link = dir.path().join("link");
        symlink(&path, &link).unwrap();
        assert!(matches!(
            MasterKey::load_or_create(&link),
            Err(LedgerError::Io { .. })
        ));
        assert!(matches!(
            MasterKey::load_or_create(dir.path()),
            Err(LedgerError::MasterKey { .. })
        ));
    }
}
