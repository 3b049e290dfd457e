//! The programs that tests call: servers, emulators and clients, each as Debian ships it.
//!
//! They are in a Debian root file system of their own, so that no test depends on what the machine
//! has, and nothing that the machine has must give way to them. Cargo builds the tests on the machine
//! and runs them in this root file system.

use super::root::{self, Contents, Release, Root};
use crate::failure::{Failure, Result};
use crate::workspace::{self, Workspace};
use std::env;
use std::path::PathBuf;
use std::process::Command;

const PROGRAMS: Contents = Contents {
    release: Release::OfThisMachine,
    cache: "test-root",
    packages: &[
        // Opens backups, and makes keys for them.
        "age",
        // Has the programs that boot a virtual machine.
        "busybox-static",
        "dbus-daemon",
        // Makes the package.
        "debhelper",
        "dpkg-dev",
        "po-debconf",
        // File systems that lose power or fill up.
        "e2fsprogs",
        "mount",
        // Takes mail.
        "exim4-daemon-light",
        // A daemon whose clock is ahead.
        "faketime",
        // Compiles channel plugins and PAM programs in C.
        "gcc",
        "libc6-dev",
        "libpam0g-dev",
        // `gdbus`, a client of the bus that is not ours.
        "libglib2.0-bin",
        // Write and read the files that are imported.
        "libpam-google-authenticator",
        "libpam-oath",
        // Judges new passwords, as the stack of a password reset asks it to.
        "libpam-pwquality",
        "libpam-u2f",
        // What our programs are linked with.
        "libpam0g",
        "libssl3",
        // Run Prism, which checks requests.
        "nodejs",
        "npm",
        // Computes codes.
        "oathtool",
        "openssh-client",
        "openssh-server",
        // Shows what a PAM service answers.
        "pamtester",
        // Decides on administrators' calls.
        "polkitd",
        "procps",
        // Reads the metrics, as Prometheus does.
        "python3-prometheus-client",
        // A machine with a kernel of its own, and its TPM.
        "qemu-system-x86",
        "swtpm",
        "sudo",
        // Talks to the socket for sign-ins.
        "socat",
        // `busctl`, another client of the bus.
        "systemd",
        // Boots a host.
        "systemd-container",
        // A terminal to draw in.
        "tmux",
        // Reads QR codes.
        "zbar-tools",
    ],
    // Debian's kernel for clouds, and its modules, from the package that the newest one depends on.
    finish: r#"#!/bin/sh
set -e
cd "$1/srv"
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
kernel=$(apt-cache depends "linux-image-cloud-$(dpkg --print-architecture)" |
    sed --quiet 's/^ *Depends: //p')
apt-get download --quiet "$kernel"
dpkg-deb --extract linux-image-*.deb .
rm linux-image-*.deb
"#,
};

/// The shell script that runs a command in the root file system.
const ENTER: &str = "xtask/src/test/enter.sh";

/// What of the machine tests and npm need to reach others: names, proxies and authorities.
const NETWORK: [&str; 3] = ["/etc/hosts", "/etc/resolv.conf", "/etc/ssl/certs"];

/// The root file system with the programs.
pub(super) struct Programs<'a> {
    place: &'a Workspace,
    root: Root,
}

impl<'a> Programs<'a> {
    /// Those of most tests: the root file system in the cache, or a new one.
    pub(super) fn of(place: &'a Workspace) -> Result<Self> {
        Self::in_root(place, &PROGRAMS)
    }

    /// Those of another root file system.
    pub(super) fn in_root(place: &'a Workspace, contents: &'static Contents) -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Err(Failure::Wrong(
                "these tests act as several users, mount file systems and boot hosts: run them as \
                 root, in a container for example"
                    .into(),
            ));
        }
        let root = root::make(place, contents)?;
        Ok(Self { place, root })
    }

    /// A program of the root file system, run in the same directory as on the machine. What it writes
    /// outside of the workspace is gone when it ends.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(self.entering()).arg(program);
        command
    }

    /// `cargo test`, whose tests run in the root file system.
    pub(super) fn cargo_test(&self) -> Command {
        let mut runner = vec!["sh".to_owned()];
        runner.extend(self.entering());
        // A list of strings is written in TOML as it is in JSON.
        let runner = serde_json::Value::from(runner);
        let mut test = self.place.cargo();
        test.args([
            "--config",
            &format!("target.'cfg(all())'.runner = {runner}"),
        ]);
        test.args(["test", "--locked", "--no-fail-fast"]);
        test
    }

    /// What the shell is given before a command that is to run in the root file system.
    fn entering(&self) -> Vec<String> {
        let script = self.place.root.join(ENTER);
        let paths = [script, self.root.path.clone()];
        let paths = paths.into_iter().chain(self.shared());
        let words = paths.map(|path| path.to_string_lossy().into_owned());
        words.chain(["--".to_owned()]).collect()
    }

    /// What of the machine is seen in the root file system, at the same place.
    fn shared(&self) -> impl Iterator<Item = PathBuf> {
        let home = env::var_os("HOME").map(PathBuf::from);
        let settings = home.map(|home| home.join(".npmrc"));
        let directories = [
            env::temp_dir(),
            // Unoptimised programs read there what others embed: texts of age.
            workspace::cargo_home().join("registry"),
            self.place.root.clone(),
            self.place.target.clone(),
        ];
        NETWORK
            .map(PathBuf::from)
            .into_iter()
            .chain(settings)
            .chain(directories)
            .filter(|path| path.exists())
    }
}
