//! The page in Cockpit: what can be checked of it without Cockpit, and tests with a browser on booted
//! hosts with the Cockpit of this release and with that of its backports.

use super::programs::Programs;
use super::root::{self, Contents, Release};
use super::{Outcome, host, runner};
use crate::failure::Result;
use crate::workspace::{Profile, Workspace};
use crate::{deb, npm, page};
use std::path::Path;

/// Where the tests are.
const TESTS: &str = "tests/page";

/// The package of the tests.
pub(super) const PACKAGE: &str = "secinfo-page-tests";

/// The browser, and what reads its pictures.
const BROWSER: Contents = Contents {
    release: Release::OfThisMachine,
    cache: "browser-root",
    packages: &[
        "chromium",
        "fonts-noto-core",
        "nodejs",
        // Computes codes.
        "oathtool",
        "openssh-client",
        // Boots the hosts.
        "systemd-container",
        // Reads QR codes.
        "zbar-tools",
    ],
    finish: "#!/bin/sh\n",
};

/// Makes the contents of a host: with accounts, and with the Cockpit that is asked for.
macro_rules! host {
    ($cache:literal, $($cockpit:literal),+) => {
        Contents {
            release: Release::OfThisMachine,
            cache: $cache,
            packages: &[
                $($cockpit,)+
                "dbus",
                "debconf",
                "libpam-runtime",
                "libpam-systemd",
                "netbase",
                "openssh-server",
                "pkexec",
                "polkitd",
                "procps",
                "sudo",
                "systemd",
                "systemd-sysv",
                "ucf",
            ],
            finish: host::ACCOUNTS,
        }
    };
}

/// The host with the Cockpit of the release.
const RELEASE: Contents = host!(
    "cockpit-root",
    "cockpit-bridge",
    "cockpit-system",
    "cockpit-ws"
);

/// The host with the Cockpit of the backports.
const BACKPORTS: Contents = host!(
    "cockpit-backports-root",
    "cockpit-bridge/backports",
    "cockpit-system/backports",
    "cockpit-ws/backports"
);

/// More would keep each other waiting on a machine with two processors.
const MACHINES_AT_ONCE: &str = "--test-threads=2";

/// Makes the root file systems, which takes a while.
pub(super) fn prepare(place: &Workspace) -> Result<()> {
    for contents in [&BROWSER, &RELEASE, &BACKPORTS] {
        root::make(place, contents)?;
    }
    Ok(())
}

/// Checks the page, makes the hosts and the packages, and runs the tests on each host.
pub(super) fn check(place: &Workspace, name: Option<&str>) -> Result<Outcome> {
    let programs = Programs::of(place)?;
    let program = |name: &str| programs.command(name);
    page::check(place, &program)?;
    {
        let _lock = npm::lock(&place.target)?;
        npm::install(&place.root.join(TESTS), &program)?;
    }
    let built = deb::build(place, Profile::Dev, &program)?;
    let mut outcome = Outcome::default();
    for contents in [&RELEASE, &BACKPORTS] {
        let host = root::make(place, contents)?;
        outcome.add(on_host(place, &host.path, &built, name)?);
    }
    Ok(outcome)
}

/// Runs the tests on one host.
fn on_host(
    place: &Workspace,
    host: &Path,
    built: &deb::Built,
    name: Option<&str>,
) -> Result<Outcome> {
    let browser = Programs::in_root(place, &BROWSER)?;
    let mut test = browser.cargo_test();
    test.args(["--package", PACKAGE, "--test", "scenarios"]);
    test.args(["--", MACHINES_AT_ONCE]);
    test.args(name);
    test.env("SECINFO_HOST_ROOT", host);
    test.env("SECINFO_DEB", &built.secinfo);
    test.env("SECINFO_PAGE_DEB", &built.page);
    runner::run(&mut test)
}
