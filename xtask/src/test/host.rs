//! The tests on a booted Debian host, on which the package is installed.

use super::programs::Programs;
use super::root::{self, Contents};
use super::{Outcome, runner};
use crate::deb;
use crate::failure::Result;
use crate::workspace::{Profile, Workspace};

/// Finishes a host: accounts that have passwords, and nothing that starts by itself.
pub(super) const ACCOUNTS: &str = r#"#!/bin/sh
set -e
echo secinfo-host >"$1/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 secinfo-host\n' >"$1/etc/hosts"
for user in alice bob carol admin; do
    chroot "$1" useradd --create-home --shell /bin/bash "$user"
    echo "$user:$user-password" | chroot "$1" chpasswd
done
chroot "$1" usermod --append --groups sudo admin
chroot "$1" passwd --quiet --lock root
# What would start by itself at some time of the day, and hold the lock of the packages.
for timer in apt-daily apt-daily-upgrade dpkg-db-backup; do
    ln -s /dev/null "$1/etc/systemd/system/$timer.timer"
done
"#;

/// The host, as it is before the package is installed: with accounts that have passwords. Root has
/// none and cannot log in.
const HOST: Contents = Contents {
    cache: "host-root",
    packages: &[
        // The dictionary that new passwords are looked for in.
        "cracklib-runtime",
        "dbus",
        // The bus of a user, over which `systemd-run --user` learns how a unit ends.
        "dbus-user-session",
        "debconf",
        // Clients of security keys that are not ours.
        "fido2-tools",
        "iproute2",
        // Users whom another service of names has.
        "libnss-extrausers",
        // Judges the new password of a reset.
        "libpam-pwquality",
        "libpam-runtime",
        "libpam-systemd",
        "netbase",
        "openssh-server",
        "pamtester",
        "pkexec",
        "polkitd",
        "procps",
        "python3-fido2",
        "sudo",
        "systemd",
        "systemd-sysv",
        // What systemd talks to a TPM with: the names of the libraries change with each release.
        "tpm2-tools",
        // Gives devices to who sits at the host.
        "udev",
    ],
    finish: ACCOUNTS,
};

/// The package of the tests.
pub(super) const PACKAGE: &str = "secinfo-host-tests";

/// More would keep each other waiting on a machine with two processors.
const MACHINES_AT_ONCE: &str = "--test-threads=2";

/// Makes the root file system, which takes a while.
pub(super) fn prepare(place: &Workspace) -> Result<()> {
    root::make(place, &HOST).map(|_| ())
}

/// Makes the root file system and the package, and runs the tests.
pub(super) fn check(place: &Workspace, name: Option<&str>) -> Result<Outcome> {
    let programs = Programs::of(place)?;
    let root = root::make(place, &HOST)?;
    let built = deb::build(place, Profile::Dev, &|program| programs.command(program))?;
    let mut test = programs.cargo_test();
    test.args(["--package", PACKAGE, "--", MACHINES_AT_ONCE]);
    test.args(name);
    test.env("SECINFO_HOST_ROOT", &root.path);
    test.env("SECINFO_DEB", built.secinfo);
    runner::run(&mut test)
}
