//! The files that the configuration is in and names.

use super::super::{Config, ConfigError, DaemonConfig, KeyFile, MasterKeySource};
use super::SHIPPED;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

#[test]
fn only_a_file_that_nobody_else_can_write_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    let refused = |path: &Path| Config::load(path).unwrap_err();
    assert!(matches!(refused(&path), ConfigError::Unreadable { .. }));
    assert!(matches!(
        refused(directory.path()),
        ConfigError::NotAFile { .. }
    ));
    // Without care this would wait for ever.
    let pipe = directory.path().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).unwrap();
    assert!(matches!(refused(&pipe), ConfigError::NotAFile { .. }));

    fs::write(&path, SHIPPED).unwrap();
    for mode in [0o660, 0o602, 0o666, 0o620] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let error = refused(&path);
        assert!(matches!(error, ConfigError::Writable { .. }));
        assert!(error.to_string().contains("chmod go-w"), "{error}");
    }
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    assert_eq!(Config::load(&path).unwrap(), Config::default());

    fs::write(&path, b"[daemon]\n# \xff\n").unwrap();
    let told = refused(&path).to_string();
    assert!(told.contains("config.toml:2:3: "), "{told}");
    assert!(told.contains("UTF-8"), "{told}");
    let utf_16: Vec<u8> = "\u{feff}[daemon]\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write(&path, utf_16).unwrap();
    let told = refused(&path).to_string();
    assert!(
        told.contains("config.toml:1:1: the text is in UTF-16"),
        "{told}"
    );
    assert!(told.ends_with("save the file as UTF-8"), "{told}");
    fs::write(&path, vec![b'#'; 300 * 1024]).unwrap();
    assert!(matches!(refused(&path), ConfigError::TooLarge { .. }));
}

#[test]
fn the_master_key_is_the_credential_if_there_is_one() {
    let credentials = tempfile::tempdir().unwrap();
    let mut daemon = DaemonConfig::default();
    let in_state = KeyFile {
        path: PathBuf::from("/var/lib/secinfo/master.key"),
        may_create: true,
    };
    assert_eq!(daemon.key_file(None), in_state);
    assert_eq!(daemon.key_file(Some(credentials.path())), in_state);
    let credential = credentials.path().join("master-key");
    fs::write(&credential, "none").unwrap();
    assert_eq!(daemon.key_file(Some(credentials.path())), in_state);
    fs::write(&credential, [0; 32]).unwrap();
    let given = |path| KeyFile {
        path,
        may_create: false,
    };
    assert_eq!(daemon.key_file(Some(credentials.path())), given(credential));
    let named = PathBuf::from("/etc/secinfo/master.key");
    daemon.master_key = MasterKeySource::File(named.clone());
    assert_eq!(daemon.key_file(Some(credentials.path())), given(named));
}
