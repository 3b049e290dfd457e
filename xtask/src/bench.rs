//! `cargo xtask bench`: builds what is measured as it is shipped, and measures it.

use crate::failure::Result;
use crate::packages::{self, Needs};
use crate::workspace::{self, SPOOL, Workspace};
use std::process::Command;

/// The programs: what measures, and what is measured beside it.
const PACKAGES: [&str; 2] = ["secinfo-bench", "secinfod"];

/// Measures; the arguments are those of the program that does it.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let place = Workspace::find()?;
    packages::install(Needs::Bench)?;
    let mut build = place.cargo();
    build.args(["build", "--release", "--bins"]);
    build.args(PACKAGES.iter().flat_map(|name| ["--package", name]));
    workspace::run(&mut build)?;
    let mut build = place.cargo();
    workspace::run(build.args(["build", "--release", "--lib", "--package", SPOOL]))?;
    let mut build = place.cargo();
    build.args(["build", "--release", "--lib", "--package", "pam_secinfo"]);
    workspace::run(build.args(["--example", "pam-host"]))?;
    let mut bench = Command::new(place.target.join("release/secinfo-bench"));
    workspace::run(bench.args(arguments).current_dir(&place.root))
}
