//! Packages of npm, in exactly the versions that a lock file names.

use crate::failure::{Context, Result};
use crate::{screen, workspace};
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

/// The file that names the versions.
pub(crate) const LOCK: &str = "package-lock.json";

/// Installs what the lock file in a directory names into its `node_modules`, unless it is there.
/// `program` is a program of this name, such as `npm`, where it is to be run.
pub(crate) fn install(directory: &Path, program: &dyn Fn(&str) -> Command) -> Result<()> {
    let wanted = read(&directory.join(LOCK))?;
    let modules = directory.join("node_modules");
    // Copied last of all, so that it says what is really there.
    let installed = modules.join("installed.json");
    if fs::read(&installed).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    screen::say(&format!(
        "Installing the packages of {}, once.",
        directory.display()
    ));
    let mut install = program("npm");
    install
        .current_dir(directory)
        // What is downloaded runs nothing before a task starts it.
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    workspace::run_quietly(&mut install)?;
    fs::write(&installed, wanted).context(|| format!("write {}", installed.display()))
}

/// Waits until no other task works with the packages of npm or with what is built of them.
pub(crate) fn lock(target: &Path) -> Result<File> {
    let path = target.join("npm.lock");
    let failed = || format!("lock {}", path.display());
    fs::create_dir_all(target).context(failed)?;
    let file = File::create(&path).context(failed)?;
    file.lock().context(failed)?;
    Ok(file)
}

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).context(|| format!("read {}", path.display()))
}
