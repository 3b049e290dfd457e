//! What of the source tree, and of what cargo built, goes into the directory that the package is
//! made in.

use crate::failure::{Context, Failure, Result};
use crate::workspace::{self, Workspace};
use std::fs;
use std::path::Path;

/// What is taken from the source tree as it is.
const SOURCES: [&str; 7] = [
    "README.md",
    "clients/pam/profile",
    "config.toml",
    "debian",
    "docs",
    "schemas",
    "systemd",
];

/// Fills the stage, all but what is generated.
pub(super) fn fill(place: &Workspace, programs: &Path, stage: &Path) -> Result<()> {
    for source in SOURCES {
        copy(&place.root.join(source), &stage.join(source))?;
    }
    check_version(&stage.join("debian/changelog"))?;
    let target = stage.join("programs");
    for name in ["secinfod", "secinfo"] {
        copy(&programs.join(name), &target.join(name))?;
    }
    for package in workspace::PLUGINS {
        let name = workspace::library(package);
        copy(&programs.join(&name), &target.join("channels").join(&name))?;
    }
    // PAM looks for the name that stands in its configuration.
    copy(
        &programs.join(workspace::library(workspace::PAM_MODULE)),
        &target.join("pam_secinfo.so"),
    )
}

/// Copies a file, or a directory with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let failed = || format!("copy {} to {}", from.display(), to.display());
    let parent = to.parent().expect("everything is copied below the stage");
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

/// The package has the version of the workspace, as the programs themselves say it.
fn check_version(changelog: &Path) -> Result<()> {
    let text = fs::read_to_string(changelog).context(|| format!("read {}", changelog.display()))?;
    // The newest entry comes first: "secinfo (VERSION) DISTRIBUTION; …".
    let packaged = text.split(['(', ')']).nth(1).unwrap_or_default();
    // Every package of the workspace has the same.
    let version = env!("CARGO_PKG_VERSION");
    if packaged == version {
        return Ok(());
    }
    Err(Failure::Wrong(format!(
        "debian/changelog says version {packaged}, Cargo.toml says {version}: add an entry to the \
         changelog"
    )))
}
