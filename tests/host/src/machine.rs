//! A booted machine.

use crate::container::{Changes, Container};
use crate::installed::{base_root, installed_root, other_installed_root};
use crate::output::Output;
use secinfo_test_person::{Dialogue, Pty};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// How long something may take to happen before a test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where the daemon keeps its state.
const STATE: &str = "/var/lib/secinfo";

/// A running machine: a Debian host with a systemd, a network (of a loopback interface), processes
/// and files of its own. It ends with this value; if the test has failed, it tells its journal and
/// its console before. It must be dropped in the thread that booted it, or earlier than that thread
/// ends.
pub struct Machine {
    container: Container,
}

impl Machine {
    /// A host on which the package is installed and has not been used yet.
    pub fn boot() -> Self {
        Self::of(installed_root(), Changes::Lost)
    }

    /// The same of another release of Debian.
    pub fn boot_other_release() -> Self {
        Self::of(other_installed_root(), Changes::Lost)
    }

    /// A host that has never seen the package.
    pub fn boot_without_package() -> Self {
        Self::of(base_root(), Changes::Lost)
    }

    pub(crate) fn of(root: &Path, changes: Changes) -> Self {
        let machine = Self {
            container: Container::start(root, changes),
        };
        machine.wait_booted();
        machine
    }

    /// Waits until systemd has started all that belongs to a running host.
    fn wait_booted(&self) {
        let mut state = String::new();
        self.wait_for("the machine to have booted", || {
            state = self
                .run(["systemctl", "is-system-running", "--wait"])
                .stdout;
            matches!(state.trim(), "running" | "degraded")
        });
        let failed = self.failed_units();
        assert!(!failed.contains("secinfo"), "{failed}");
    }

    /// The units that systemd counts as failed, one a line.
    pub fn failed_units(&self) -> String {
        self.run(["systemctl", "--failed", "--plain", "--no-legend"])
            .ok()
    }

    /// Runs a command as root, outside of all login sessions.
    pub fn run<Word: AsRef<str>>(&self, words: impl IntoIterator<Item = Word>) -> Output {
        self.run_with_input(words, "")
    }

    /// The same with this standard input.
    pub fn run_with_input<Word: AsRef<str>>(
        &self,
        words: impl IntoIterator<Item = Word>,
        input: impl AsRef<[u8]>,
    ) -> Output {
        let words: Vec<String> = words
            .into_iter()
            .map(|word| word.as_ref().to_owned())
            .collect();
        let mut command = self.container.command();
        command.args(&words);
        Output::of(&mut command, words, input.as_ref().to_vec())
    }

    /// Runs a command as this user, with their groups and environment, outside of all login
    /// sessions.
    pub fn run_as<Word: AsRef<str>>(
        &self,
        user: &str,
        words: impl IntoIterator<Item = Word>,
    ) -> Output {
        self.run_as_with_input(user, words, "")
    }

    /// The same with this standard input.
    pub fn run_as_with_input<Word: AsRef<str>>(
        &self,
        user: &str,
        words: impl IntoIterator<Item = Word>,
        input: impl AsRef<[u8]>,
    ) -> Output {
        let before = becoming(user);
        let words = words.into_iter().map(|word| word.as_ref().to_owned());
        self.run_with_input(before.into_iter().chain(words), input)
    }

    /// Runs a script of the shell as root.
    pub fn shell(&self, script: &str) -> Output {
        self.run(["sh", "-c", script])
    }

    /// A command as root that has not been started yet, for a [`Pty`] or for pipes of the test's
    /// own.
    pub fn command<Word: AsRef<str>>(&self, words: impl IntoIterator<Item = Word>) -> Command {
        let mut command = self.container.command();
        command.args(words.into_iter().map(|word| word.as_ref().to_owned()));
        command
    }

    /// The same as a user.
    pub fn command_as<Word: AsRef<str>>(
        &self,
        user: &str,
        words: impl IntoIterator<Item = Word>,
    ) -> Command {
        let mut command = self.command(becoming(user));
        command.args(words.into_iter().map(|word| word.as_ref().to_owned()));
        command
    }

    /// A command of the outside on the machine's network: a browser, for example.
    pub fn command_on_its_network(&self) -> Command {
        self.container.command_on_its_network()
    }

    /// A terminal of its own.
    pub fn pty(&self) -> Pty {
        Pty::open_below(&self.container.root())
    }

    /// Starts to sign a user in over SSH, for a shell on this terminal. Nothing is typed yet.
    pub fn ssh<'p>(&self, pty: &'p Pty, user: &str) -> Dialogue<'p> {
        self.ssh_with(pty, user, &[], None)
    }

    /// The same with these options of the client, which go before the usual ones, and for this
    /// command in the place of a shell.
    ///
    /// The client may use every way of signing in but keys, and asks for a password once.
    pub fn ssh_with<'p>(
        &self,
        pty: &'p Pty,
        user: &str,
        options: &[&str],
        remote: Option<&str>,
    ) -> Dialogue<'p> {
        let known_hosts = self.container.directory().join("known_hosts");
        let host_key = self.read("/etc/ssh/ssh_host_ed25519_key.pub");
        fs::write(&known_hosts, format!("127.0.0.1 {host_key}")).unwrap();
        let mut ssh = self.container.command_on_its_network();
        // The first of each option counts.
        ssh.args(["ssh", "-F", "none"]).args(options);
        for option in [
            &format!("UserKnownHostsFile={}", known_hosts.display()),
            "GlobalKnownHostsFile=none",
            "StrictHostKeyChecking=yes",
            "HostKeyAlgorithms=ssh-ed25519",
            "IdentitiesOnly=yes",
            "PreferredAuthentications=keyboard-interactive,password",
            "NumberOfPasswordPrompts=1",
        ] {
            ssh.args(["-o", option]);
        }
        ssh.arg(format!("{user}@127.0.0.1")).args(remote);
        pty.run(&ssh)
    }

    /// Writes a file of root's with these permissions into a directory that is there.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>, mode: u32) {
        let script = r#"umask 077; cat >"$1" && chmod "$2" "$1""#;
        let mode = format!("{mode:o}");
        self.run_with_input(["sh", "-c", script, "sh", path, &mode], content)
            .ok();
    }

    /// What a file holds.
    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        self.run(["cat", path]).ok()
    }

    /// Whether there is a file, a directory or a socket of this name.
    pub fn exists(&self, path: &str) -> bool {
        self.run(["test", "-e", path]).code == 0
    }

    /// Moves what the daemon keeps to a small disk of its own, which [`Self::fill_disk_of_state`] fills.
    pub fn keep_state_on_small_disk(&self) {
        let script = format!(
            "set -e\nsystemctl stop secinfod\nmkdir /srv/state\ncp -a {STATE}/. /srv/state\n\
             mount -t tmpfs -o size=64m,mode=700 tmpfs {STATE}\ncp -a /srv/state/. {STATE}\n\
             chown secinfo:secinfo {STATE}\nsystemctl start secinfod"
        );
        self.shell(&script).ok();
    }

    /// Leaves no byte of that disk; the name of the file that takes them.
    pub fn fill_disk_of_state(&self) -> String {
        let filler = format!("{STATE}/filler");
        self.shell(&format!("cat /dev/zero >{filler}")).fails();
        filler
    }

    /// The journal of a unit since the machine was booted, one message a line.
    pub fn journal(&self, unit: &str) -> String {
        self.run(["journalctl", "--boot", "--output=cat", "--unit", unit])
            .ok()
    }

    /// Waits until something is so.
    ///
    /// # Panics
    /// When it is not so for a minute.
    #[track_caller]
    pub fn wait_for(&self, what: &str, mut condition: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !condition() {
            assert!(begun.elapsed() < PATIENCE, "waited in vain for {what}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// The process id, outside of the machine, of the first process in it: a caller who needs another
    /// way in can enter its namespaces.
    pub fn leader(&self) -> u32 {
        self.container.leader()
    }

    /// Shuts the machine down as an administrator does, and waits for it.
    pub fn power_off(mut self) {
        self.run(["systemctl", "poweroff"]).ok();
        self.container.wait_stopped();
    }

    /// Prints console and journal, to explain a failure.
    #[allow(
        clippy::print_stderr,
        reason = "the test runner shows it of a failed test"
    )]
    fn tell(&self) {
        let mut journal = self.container.command();
        journal.args(["journalctl", "--no-pager", "--output=short-monotonic"]);
        let lines = |output: std::process::Output| String::from_utf8_lossy(&output.stdout).into();
        let journal: String = journal
            .output()
            .map_or_else(|error| error.to_string(), lines);
        eprintln!("--- the machine's journal\n{journal}");
        eprintln!("--- the machine's console\n{}", self.container.console());
    }
}

/// The words before a command that make a user of root, without a login.
fn becoming(user: &str) -> Vec<String> {
    let (uid, gid) = (format!("--reuid={user}"), format!("--regid={user}"));
    ["setpriv", &uid, &gid, "--init-groups", "--reset-env", "--"]
        .map(str::to_owned)
        .to_vec()
}

impl Drop for Machine {
    fn drop(&mut self) {
        if thread::panicking() {
            self.tell();
        }
    }
}
