//! The tests on a booted Debian host, on which the package is installed.

use super::programs::Programs;
use super::root::{self, Contents, Release, Root};
use super::{Outcome, runner};
use crate::deb;
use crate::failure::Result;
use crate::screen;
use crate::workspace::{Profile, Workspace};
use std::thread;
use std::time::Instant;

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

/// What a host has before the package is installed.
const PACKAGES: &[&str] = &[
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
    // Debian 13 has it in a package that need not be there.
    "login",
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
];

/// A host of a release, as it is before the package is installed: with accounts that have passwords. Root
/// has none and cannot log in.
const fn host(release: Release, cache: &'static str) -> Contents {
    Contents {
        release,
        cache,
        packages: PACKAGES,
        finish: ACCOUNTS,
    }
}

/// The host of the release that everything is built for.
const HOST: Contents = host(Release::OfThisMachine, "host-root");

/// The host of the release after it, on which the same package is installed.
const NEXT_HOST: Contents = host(Release::Next("trixie"), "next-host-root");

/// The package of the tests.
pub(super) const PACKAGE: &str = "secinfo-host-tests";

/// More would keep each other waiting on a machine with two processors.
const MACHINES_AT_ONCE: &str = "--test-threads=2";

/// The targets whose tests are run on the next release as well. Virtual machines have the kernel of this one.
const TARGETS_ON_NEXT: [&str; 3] = ["package", "people", "sandbox"];

/// Parts of the names of tests for which the release makes no difference: what they look at is ours.
const SAME_ON_NEXT: &[&str] = &[
    "an_administrator_types_the_passphrase",
    "crash::",
    "full_disk::",
    "interrupted::",
    // It is about one version of clients that are not ours.
    "key::servers_that_are_not_ours",
    "lockout::",
    "phones::",
    "reload::",
    "texts::",
    "two_machines",
    "watchdog::",
    "while_one_account_floods",
];

/// Makes the root file systems, which takes a while.
pub(super) fn prepare(place: &Workspace) -> Result<()> {
    root::make(place, &HOST)?;
    root::make(place, &NEXT_HOST).map(|_| ())
}

/// Makes the root file systems and the package, and runs the tests on hosts of both releases, side by side: they
/// wait for sign-ins more than they compute.
pub(super) fn check(place: &Workspace, name: Option<&str>) -> Result<Outcome> {
    let programs = Programs::of(place)?;
    let host = root::make(place, &HOST)?;
    let next = root::make(place, &NEXT_HOST)?;
    let built = deb::build(place, Profile::Dev, &|program| programs.command(program))?;
    let run = |root: &Root, other: &Root, is_next| {
        let mut test = programs.cargo_test();
        test.args(["--package", PACKAGE]);
        if is_next {
            test.args(TARGETS_ON_NEXT.iter().flat_map(|name| ["--test", name]));
        }
        test.args(["--", MACHINES_AT_ONCE]);
        if is_next {
            test.args(SAME_ON_NEXT.iter().flat_map(|part| ["--skip", part]));
        }
        test.args(name);
        test.env("SECINFO_HOST_ROOT", &root.path);
        test.env("SECINFO_OTHER_HOST_ROOT", &other.path);
        test.env("SECINFO_DEB", &built.secinfo);
        let version = root.version()?;
        let began = Instant::now();
        let outcome = runner::run_labelled(&format!("{version:<6} "), &mut test)?;
        let took = screen::time(began.elapsed());
        screen::say(&format!("On Debian {version} it took {took}."));
        Ok(outcome)
    };
    let [here, next] = thread::scope(|scope| {
        let on_next = scope.spawn(|| run(&next, &host, true));
        let here = run(&host, &next, false);
        let on_next = on_next.join();
        [
            here,
            on_next.expect("a thread that runs tests does not panic"),
        ]
    });
    let mut outcome: Outcome = here?;
    outcome.add(next?);
    Ok(outcome)
}
