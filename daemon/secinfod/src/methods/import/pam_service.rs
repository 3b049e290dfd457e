//! For tests: a PAM service with nothing but a module that reads one file.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The service, and the file.
pub(super) struct PamService {
    _directory: tempfile::TempDir,
    file: PathBuf,
    name: String,
}

impl PamService {
    /// The service of this name. `rule` gives the module and its arguments, for the path of the file.
    pub(super) fn new(name: &str, rule: impl Fn(&Path) -> String) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        let line = format!("auth required {}\n", rule(&file));
        std::fs::write(format!("/etc/pam.d/{name}"), line).unwrap();
        Self {
            _directory: directory,
            file,
            name: name.to_owned(),
        }
    }

    /// What authenticates root, with this in the file.
    pub(super) fn authenticate(&self, content: &str) -> Command {
        std::fs::write(&self.file, content).unwrap();
        std::fs::set_permissions(&self.file, PermissionsExt::from_mode(0o600)).unwrap();
        let mut tester = Command::new("pamtester");
        tester.args([&self.name, "root", "authenticate"]);
        tester
    }
}
