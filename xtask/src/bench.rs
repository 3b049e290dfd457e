//! `cargo xtask bench`: builds the release programs and runs the benchmark.

use crate::failure::Result;
use crate::packages::{self, Needs};
use crate::workspace::{self, SPOOL, Workspace};
use std::process::Command;

/// The packages of the benchmark and of the processes that it measures.
const PACKAGES: [&str; 3] = ["secinfo-bench", "secinfod", "secinfo-push"];

/// Runs the task; the arguments are passed to the benchmark.
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
