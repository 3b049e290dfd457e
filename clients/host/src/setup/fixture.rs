//! A host for tests: a directory with files, and scripts instead of programs.

use super::daemon::Daemon;
use super::host::Host;
use super::questions::Questions;
use super::report::Report;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::{Color, Screen};
use secinfo_wire::{Channel, Status, TestOutcome};
use std::collections::VecDeque;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// A host on which doctor has nothing to say.
const GOOD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../cli/tests/doctor/base");
const LIBRARIES: &str = "/usr/lib/x86_64-linux-gnu";

/// A directory that is a host's root.
pub(super) struct Fixture {
    directory: TempDir,
    pub(super) host: Host,
    pub(super) screen: Screen,
}

impl Fixture {
    /// An empty host, with a directory for its configuration.
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        for name in ["programs", "etc/secinfo", "run"] {
            fs::create_dir_all(directory.path().join(name)).unwrap();
        }
        Self {
            host: Host::below(directory.path()),
            directory,
            // Says nothing on standard output beside JSON.
            screen: Screen {
                interactive: false,
                ..Screen::new(true, Color::Never)
            },
        }
    }

    /// A host with PAM and our line in it, of which doctor has nothing to say.
    pub(super) fn with_pam() -> Self {
        let fixture = Self::new();
        copy(Path::new(GOOD), &fixture.host.path("/"));
        let codes = "/etc/secinfo/break-glass";
        for name in fixture.host.names(codes).unwrap() {
            let file = fixture.host.path(&format!("{codes}/{name}"));
            fs::set_permissions(file, Permissions::from_mode(0o640)).unwrap();
        }
        std::os::unix::fs::symlink("usr/lib", fixture.host.path("/lib")).unwrap();
        // What doctor reads in a libpam.
        let libpam =
            "\0/etc/pam.d/%s\0/usr/lib/pam.d/%s\0@include\0/lib/x86_64-linux-gnu/security/\0";
        fixture.write(&format!("{LIBRARIES}/libpam.so.0"), libpam);
        for module in [
            "unix",
            "deny",
            "permit",
            "secinfo",
            "cap",
            "rootok",
            "nologin",
            "limits",
            "env",
            "group",
            "keyinit",
            "selinux",
            "systemd",
            "lastlog",
            "faildelay",
            "sss",
            "succeed_if",
        ] {
            let file = format!("{LIBRARIES}/security/pam_{module}.so");
            fixture.write(&file, "");
            fs::set_permissions(fixture.host.path(&file), Permissions::from_mode(0o644)).unwrap();
        }
        fixture
    }

    /// The directory.
    pub(super) fn root(&self) -> &str {
        self.directory.path().to_str().unwrap()
    }

    /// A program: a script for sh, which finds the root directory in `$root`.
    pub(super) fn program(&self, name: &str, script: &str) {
        let path = self.directory.path().join("programs").join(name);
        // A name of its own first: what is being written cannot be run.
        let staged = path.with_extension("new");
        fs::write(
            &staged,
            format!("#!/bin/sh\nroot='{}'\n{script}\n", self.root()),
        )
        .unwrap();
        fs::set_permissions(&staged, Permissions::from_mode(0o755)).unwrap();
        fs::rename(staged, path).unwrap();
    }

    /// A line of a script that records its arguments.
    pub(super) fn note(&self, name: &str) -> String {
        format!("echo \"$*\" >> '{}/{name}.log'", self.root())
    }

    /// The calls that were recorded since the last query.
    pub(super) fn noted(&self, name: &str) -> Vec<String> {
        let path = self.directory.path().join(format!("{name}.log"));
        let text = fs::read_to_string(&path).unwrap_or_default();
        let _ = fs::remove_file(path);
        text.lines().map(str::to_owned).collect()
    }

    /// Writes a file, and the directories above it.
    pub(super) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.host.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// The text of a file.
    pub(super) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.host.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The questions of an unattended run.
    pub(super) fn unattended(&self) -> Questions<'_> {
        Questions::new(&self.screen, false)
    }

    /// Questions that get these answers, one after another.
    pub(super) fn answers(&self, answers: &[&str]) -> Questions<'_> {
        let answers: VecDeque<_> = answers.iter().map(|answer| (*answer).to_owned()).collect();
        Questions::scripted(&self.screen, answers)
    }

    /// An empty report.
    pub(super) fn report(&self) -> Report<'_> {
        Report::new(&self.screen)
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
            fs::set_permissions(&target, Permissions::from_mode(0o644)).unwrap();
        }
    }
    fs::set_permissions(to, Permissions::from_mode(0o755)).unwrap();
}

/// A daemon that is as a file below the root says, and whose channels are ready.
pub(super) struct FakeDaemon<'a> {
    pub(super) fixture: &'a Fixture,
}

/// Where a script says that the daemon is well: the file is there.
pub(super) const WELL: &str = "/daemon-is-well";
/// Where it is said when the daemon has started, in Unix seconds; long after everything if nowhere.
pub(super) const STARTED: &str = "/daemon-started";

/// Who has a method that serves sign-in, one a line.
pub(super) const HAVE_METHODS: &str = "/have-methods";

impl Daemon for FakeDaemon<'_> {
    async fn status(&self) -> Result<Status, Failure> {
        let healthy = self.fixture.host.has(WELL);
        Ok(Status {
            version: "0".to_owned(),
            healthy,
            problem: "it is ill".to_owned(),
            authorization: "uid".to_owned(),
            started: self.fixture.host.text(STARTED)?.parse().unwrap_or(u64::MAX),
            push: "off".to_owned(),
            room: "enough".to_owned(),
        })
    }

    async fn has_method(&self, user: &str) -> Result<bool, Failure> {
        let users = self.fixture.host.text(HAVE_METHODS)?;
        Ok(users.lines().any(|line| line == user))
    }

    async fn channels(&self) -> Result<Vec<Channel>, Failure> {
        let config = super::config::Config::read(&self.fixture.host)?;
        let channel = |name: String| Channel {
            kind: config
                .text_of(&["channel", &name], "kind")
                .unwrap_or_default(),
            plugin: config
                .text_of(&["channel", &name], "plugin")
                .unwrap_or_default(),
            name,
            version: String::new(),
            state: "ready".to_owned(),
            healthy: true,
            queued: 0,
            under_way: 0,
            last_error: String::new(),
            last_error_at: 0,
            confined: Vec::new(),
        };
        Ok(config
            .sections("channel")
            .into_iter()
            .map(channel)
            .collect())
    }

    async fn test(&self, channel: &str, destination: &str) -> Result<TestOutcome, Failure> {
        self.fixture
            .write("/tested", format!("{channel} {destination}"));
        let state = if self.fixture.host.has("/undeliverable") {
            "failed"
        } else {
            "delivered"
        };
        Ok(TestOutcome {
            state: state.to_owned(),
            problem: String::new(),
        })
    }

    async fn pass(&self, _: Duration) {}
}
