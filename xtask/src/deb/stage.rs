//! Fills the staging directory of the package from the source tree and from cargo's output.

use crate::failure::{Context, Failure, Result};
use crate::workspace::{self, Workspace};
use std::fs;
use std::path::Path;

/// The files and directories that are copied from the source tree.
const SOURCES: [&str; 9] = [
    "README.md",
    "clients/page/desktop",
    "clients/pam/profile",
    "config.toml",
    "daemon/password/pam.d",
    "debian",
    "docs",
    "schemas",
    "systemd",
];

/// Fills the staging directory with all that is not generated.
pub(super) fn fill(place: &Workspace, programs: &Path, stage: &Path) -> Result<()> {
    for source in SOURCES {
        copy(&place.root.join(source), &stage.join(source))?;
    }
    check_version(&stage.join("debian/changelog"))?;
    let target = stage.join("programs");
    let names = [
        "secinfod",
        "secinfo-key",
        "secinfo-notices",
        "secinfo-password",
        "secinfo-push",
        "secinfo-reset-shell",
        "secinfo",
    ];
    for name in names {
        copy(&programs.join(name), &target.join(name))?;
    }
    for package in workspace::PLUGINS {
        let name = workspace::library(package);
        copy(&programs.join(&name), &target.join("channels").join(&name))?;
    }
    // The name that PAM's configuration uses.
    copy(
        &programs.join(workspace::library(workspace::PAM_MODULE)),
        &target.join("pam_secinfo.so"),
    )
}

/// Copies a file, or a directory with its contents.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let failed = || format!("copy {} to {}", from.display(), to.display());
    let parent = to.parent().expect("a path below the staging directory");
    fs::create_dir_all(parent).context(failed)?;
    if from.is_dir() {
        for entry in fs::read_dir(from).context(failed)? {
            let entry = entry.context(failed)?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    fs::copy(from, to).context(failed).map(|_| ())
}

/// Checks that the package has the version of the workspace.
fn check_version(changelog: &Path) -> Result<()> {
    let text = fs::read_to_string(changelog).context(|| format!("read {}", changelog.display()))?;
    // The newest entry comes first: "secinfo (VERSION) DISTRIBUTION; …".
    let packaged = text.split(['(', ')']).nth(1).unwrap_or_default();
    // All packages of the workspace have the same version.
    let version = env!("CARGO_PKG_VERSION");
    if packaged == version {
        return Ok(());
    }
    Err(Failure::Wrong(format!(
        "debian/changelog says version {packaged}, Cargo.toml says {version}: add an entry to the \
         changelog"
    )))
}
