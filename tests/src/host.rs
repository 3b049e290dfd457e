//! A test host: a directory, a private bus, and the daemon with its configuration.

use crate::client::Client;
use crate::command::{CommandOutput, RunningCommand, secinfo};
use crate::daemon::Daemon;
use secinfo_test_person::PrivateBus;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use tempfile::TempDir;
use zbus::Connection;

/// The setup of a host.
#[derive(Clone)]
pub struct Setup {
    daemon: String,
    policy: String,
    more: String,
    state: Option<PathBuf>,
    environment: Vec<(String, OsString)>,
    wrapper: Vec<String>,
}

impl Default for Setup {
    fn default() -> Self {
        Self::new()
    }
}

impl Setup {
    /// The shipped defaults, with root as the only administrator.
    pub fn new() -> Self {
        Self {
            daemon: "authorization = \"uid\"\norganization = \"Example\"\n".to_owned(),
            policy: String::new(),
            more: String::new(),
            state: None,
            environment: Vec::new(),
            wrapper: Vec::new(),
        }
    }

    /// Allows a drift of ten steps, so that a test has many valid codes and need not wait for the
    /// next step.
    pub fn with_drift() -> Self {
        Self::new().more("[policy.authenticator-app]\ndrift = 10\n")
    }

    /// Lets polkit decide who is an administrator.
    #[must_use]
    pub fn polkit(mut self) -> Self {
        self.daemon = self.daemon.replace("\"uid\"", "\"polkit\"");
        self
    }

    /// Adds lines to `[daemon]`.
    #[must_use]
    pub fn daemon(mut self, lines: &str) -> Self {
        self.daemon.push_str(lines);
        self.daemon.push('\n');
        self
    }

    /// Adds lines to `[policy]`.
    #[must_use]
    pub fn policy(mut self, lines: &str) -> Self {
        self.policy.push_str(lines);
        self.policy.push('\n');
        self
    }

    /// Adds further sections.
    #[must_use]
    pub fn more(mut self, sections: &str) -> Self {
        self.more.push_str(sections);
        self.more.push('\n');
        self
    }

    /// Sets the state directory.
    #[must_use]
    pub fn state(mut self, directory: &Path) -> Self {
        self.state = Some(directory.to_owned());
        self
    }

    /// Sets an environment variable for the daemon.
    #[must_use]
    pub fn environment(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// Starts the daemon with this command, which must `exec` it.
    #[must_use]
    pub fn wrapper(mut self, words: &[&str]) -> Self {
        self.wrapper = words.iter().map(|&word| word.to_owned()).collect();
        self
    }

    /// Sets the daemon's clock ahead, such as by `11m`. Needs libfaketime.
    #[must_use]
    pub fn later(self, by: &str) -> Self {
        // The monotonic clock is not changed, so that time-outs do not come early.
        self.environment("LD_PRELOAD", "/usr/$LIB/faketime/libfaketimeMT.so.1")
            .environment("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .environment("FAKETIME", format!("+{by}"))
    }

    /// Takes what the daemon's clock is ahead by, such as `+11m`, from this file whenever it is read. Needs
    /// libfaketime.
    #[must_use]
    pub fn clock(self, file: &Path) -> Self {
        self.environment("LD_PRELOAD", "/usr/$LIB/faketime/libfaketimeMT.so.1")
            .environment("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .environment("FAKETIME_NO_CACHE", "1")
            .environment("FAKETIME_TIMESTAMP_FILE", file)
    }

    fn has_channels(&self) -> bool {
        self.more.contains("[channel.")
    }

    fn config(&self, bus: &str, state: &Path, host: &Path) -> String {
        let Self {
            daemon,
            policy,
            more,
            ..
        } = self;
        let text = format!(
            "[daemon]\nbus_address = \"{bus}\"\nstate_directory = \"{}\"\n\
             sign_in_socket = \"{}\"\npassword_socket = \"{}\"\n\
             key_socket = \"{}\"\npush_socket = \"{}\"\n{daemon}\n[policy]\n{policy}\n{more}",
            state.display(),
            host.join("sign-in").display(),
            host.join("password").display(),
            host.join("key").display(),
            host.join("push").display()
        );
        text.replace("{host}", &host.display().to_string())
    }
}

/// A test host with a running daemon.
pub struct TestHost {
    setup: Setup,
    daemon: Option<Daemon>,
    watching: Connection,
    bus: PrivateBus,
    directory: TempDir,
}

impl TestHost {
    /// Starts a host with the shipped defaults.
    pub async fn start() -> Self {
        Self::with(Setup::new()).await
    }

    /// Starts a host with this setup.
    pub async fn with(setup: Setup) -> Self {
        let mut host = Self::without_daemon(setup).await;
        host.start_daemon().await;
        host
    }

    /// Creates a host whose daemon is not started yet.
    pub async fn without_daemon(setup: Setup) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("secinfo-")
            .tempdir()
            .unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let bus = PrivateBus::start(directory.path(), "");
        let watching = Client::connect(&bus, 0, directory.path().join("sign-in"))
            .await
            .connection;
        let host = Self {
            setup,
            daemon: None,
            watching,
            bus,
            directory,
        };
        host.write_config(&host.setup.clone());
        if host.setup.has_channels() {
            host.prepare_spool();
        }
        host
    }

    /// The host's temporary directory.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The bus.
    pub fn bus(&self) -> &PrivateBus {
        &self.bus
    }

    /// The daemon's socket for sign-ins.
    pub fn sign_in_socket(&self) -> PathBuf {
        self.directory().join("sign-in")
    }

    /// Where the daemon looks for the helper that sets passwords.
    pub fn password_socket(&self) -> PathBuf {
        self.directory().join("password")
    }

    /// Where the daemon looks for the helper that talks to security keys.
    pub fn key_socket(&self) -> PathBuf {
        self.directory().join("key")
    }

    /// Where the daemon looks for the process that phones talk to.
    pub fn push_socket(&self) -> PathBuf {
        self.directory().join("push")
    }

    /// The daemon's state directory.
    pub fn state_directory(&self) -> PathBuf {
        self.setup
            .state
            .clone()
            .unwrap_or_else(|| self.directory().join("state"))
    }

    /// The configuration file.
    pub fn config_file(&self) -> PathBuf {
        self.directory().join("config.toml")
    }

    /// The file of the daemon's output.
    pub fn log_file(&self) -> PathBuf {
        self.directory().join("secinfod.log")
    }

    /// The output of all daemons on this host.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// Changes the setup, with effect from the next start or reload.
    pub fn set_up(&mut self, setup: Setup) {
        self.write_config(&setup);
        self.setup = setup;
    }

    fn write_config(&self, setup: &Setup) {
        let text = setup.config(
            &self.bus.address(),
            &self.state_directory(),
            self.directory(),
        );
        fs::write(self.config_file(), text).unwrap();
    }

    /// The running daemon.
    pub fn daemon(&mut self) -> &mut Daemon {
        self.daemon.as_mut().expect("the daemon was started")
    }

    /// Starts the daemon and waits until it is ready.
    pub async fn start_daemon(&mut self) {
        assert!(self.daemon.is_none(), "the daemon runs already");
        let daemon = Daemon::start(
            &self.config_file(),
            &self.log_file(),
            &self.setup.environment,
            &self.setup.wrapper,
            &self.watching,
        )
        .await;
        self.daemon = Some(daemon);
    }

    /// Starts the daemon without a bus, and waits until its socket listens.
    pub fn spawn_daemon(&mut self) {
        self.spawn_daemon_for(&self.sign_in_socket());
    }

    /// Starts what starts the daemon in turn, and waits until this socket is there.
    pub fn spawn_daemon_for(&mut self, socket: &Path) {
        assert!(self.daemon.is_none(), "the daemon runs already");
        let daemon = Daemon::spawn(
            &self.config_file(),
            &self.log_file(),
            &self.setup.environment,
            &self.setup.wrapper,
        );
        self.daemon.insert(daemon).wait_for_socket(socket);
    }

    /// Stops the bus.
    pub fn stop_bus(&mut self) {
        self.bus.stop();
    }

    /// Starts a bus again at the same address, and waits until the daemon is on it.
    pub async fn start_bus(&mut self) {
        self.bus = PrivateBus::start(self.directory.path(), "");
        let socket = self.sign_in_socket();
        self.watching = Client::connect(&self.bus, 0, socket).await.connection;
        let daemon = self.daemon.as_mut().expect("the daemon was started");
        daemon.wait_ready(&self.watching).await;
    }

    /// Stops the daemon gracefully.
    pub fn stop(&mut self) -> ExitStatus {
        self.daemon.take().expect("the daemon was started").stop()
    }

    /// Kills the daemon.
    pub fn kill(&mut self) {
        self.daemon.take().expect("the daemon was started").kill();
    }

    /// Stops the daemon gracefully and starts it again with the same state.
    pub async fn restart(&mut self) {
        let status = self.stop();
        assert!(
            status.success(),
            "the daemon ended with {status}: {}",
            self.log()
        );
        self.start_daemon().await;
    }

    /// Connects to the bus with this uid.
    pub async fn client(&self, uid: u32) -> Client {
        Client::connect(&self.bus, uid, self.sign_in_socket()).await
    }

    /// Runs the `secinfo` command as this uid with this standard input.
    pub fn secinfo(&self, uid: u32, arguments: &[&str], input: &str) -> CommandOutput {
        let mut command = self.start_secinfo(uid, arguments);
        command.write(input);
        command.finish()
    }

    /// Runs the `secinfo` command as this uid, whose locale this is, with this standard input.
    pub fn secinfo_in(
        &self,
        locale: &str,
        uid: u32,
        arguments: &[&str],
        input: &str,
    ) -> CommandOutput {
        let mut command = secinfo(&self.bus.address(), uid, arguments);
        command.env("LC_ALL", locale);
        let mut command = RunningCommand::start(command);
        command.write(input);
        command.finish()
    }

    /// Starts the `secinfo` command as this uid.
    pub fn start_secinfo(&self, uid: u32, arguments: &[&str]) -> RunningCommand {
        RunningCommand::start(secinfo(&self.bus.address(), uid, arguments))
    }
}
