//! The tests on a booted Debian host, on which the package is installed.

mod root;

use super::{Outcome, runner};
use crate::deb;
use crate::failure::Result;
use crate::packages::{self, Needs};
use crate::workspace::{Profile, Workspace};

/// The package of the tests.
pub(super) const PACKAGE: &str = "secinfo-host-tests";

/// More would keep each other waiting on a machine with two processors.
const MACHINES_AT_ONCE: &str = "--test-threads=2";

/// Makes the root file system and the package, and runs the tests.
pub(super) fn check(place: &Workspace) -> Result<Outcome> {
    if !rustix::process::geteuid().is_root() {
        return Ok(Outcome {
            left_out: Some("only root can boot a host; run it as root".into()),
            ..Outcome::default()
        });
    }
    packages::install(Needs::Deb)?;
    let root = root::make(place)?;
    let package = deb::build(place, Profile::Dev)?;
    let mut test = place.cargo();
    test.args(["test", "--package", PACKAGE, "--locked", "--no-fail-fast"]);
    test.args(["--", MACHINES_AT_ONCE]);
    test.env("SECINFO_HOST_ROOT", &root.path);
    test.env("SECINFO_DEB", package);
    runner::run(&mut test)
}
