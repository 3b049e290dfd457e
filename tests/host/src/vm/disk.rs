//! The disk of a virtual machine.

use super::boot_files::said;
use super::power_cut;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Room for the installed host and for what happens on it.
const SIZE: &str = "1536M";

/// What becomes of what a machine writes.
pub(super) enum Changes {
    /// It is written, and put down in this file: which sector, in which order, and what the machine
    /// had asked to be made durable before it went on.
    Logged(PathBuf),
    /// It is there as long as the machine runs.
    Lost,
}

/// A disk with one file system.
pub struct Disk {
    image: PathBuf,
    /// As it was before any machine wrote to it.
    before: PathBuf,
    changes: Changes,
    directory: TempDir,
}

impl Disk {
    /// A new disk with a copy of a root file system. For one machine, whose power is then cut.
    pub fn with(root: &Path) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("secinfo-disk-")
            .tempdir()
            .unwrap();
        let place = |name: &str| directory.path().join(name);
        let (image, before, log) = (place("image"), place("before"), place("log"));
        said(
            Command::new("mke2fs")
                .args(["-q", "-t", "ext4", "-d"])
                .args([root, &before])
                .arg(SIZE),
        );
        said(
            Command::new("cp")
                .args(["--sparse=always", "--reflink=auto"])
                .args([&before, &image]),
        );
        File::create(&log).unwrap();
        Self {
            image,
            before,
            changes: Changes::Logged(log),
            directory,
        }
    }

    /// What is left of it after the power was cut. Machines that start from it change nothing more,
    /// so any number of them can.
    #[must_use]
    pub fn after_power_cut(self) -> Self {
        let Changes::Logged(log) = &self.changes else {
            panic!("the writes to this disk were not logged");
        };
        power_cut::replay(log, &self.before);
        Self {
            image: self.before.clone(),
            before: self.before,
            changes: Changes::Lost,
            directory: self.directory,
        }
    }

    pub(super) fn image(&self) -> &Path {
        &self.image
    }

    pub(super) fn changes(&self) -> &Changes {
        &self.changes
    }
}
