//! The daemon as a process.

use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use zbus::Connection;
use zbus::fdo::DBusProxy;
use zbus::names::BusName;

/// How long the daemon may take to start or stop.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The path of a binary of this workspace, in `SECINFO_BIN_DIR` or next to the test.
pub fn binary(name: &str) -> PathBuf {
    let directory =
        std::env::var_os("SECINFO_BIN_DIR").map_or_else(target_directory, PathBuf::from);
    let path = directory.join(name);
    assert!(
        path.is_file(),
        "{} is not built: run `cargo build -p secinfod -p secinfo-cli` first, or set SECINFO_BIN_DIR",
        path.display()
    );
    path
}

/// The directory of binaries, `target/<profile>`. The test is in `target/<profile>/deps`.
fn target_directory() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let deps = test.parent().expect("a file is in a directory");
    deps.parent().unwrap_or(deps).to_owned()
}

/// A running secinfod, killed on drop.
pub struct Daemon {
    process: Child,
    log: PathBuf,
}

impl Daemon {
    /// Starts the daemon with this configuration and waits until it owns its name on the bus.
    /// `wrapper` is a command that executes the daemon, such as `unshare -m`; the daemon's output is
    /// appended to `log`.
    ///
    /// # Panics
    /// If it does not start; the message contains its output.
    pub async fn start(
        config: &Path,
        log: &Path,
        environment: &[(String, OsString)],
        wrapper: &[String],
        watching: &Connection,
    ) -> Self {
        let mut daemon = Self::spawn(config, log, environment, wrapper);
        daemon.wait_ready(watching).await;
        daemon
    }

    /// Starts the daemon without waiting.
    pub fn spawn(
        config: &Path,
        log: &Path,
        environment: &[(String, OsString)],
        wrapper: &[String],
    ) -> Self {
        let output = OpenOptions::new()
            .create(true)
            .append(true)
            .open(log)
            .unwrap();
        let mut words: Vec<OsString> = wrapper.iter().map(OsString::from).collect();
        words.push(binary("secinfod").into());
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .arg("--config")
            .arg(config)
            .env("SECINFO_LOG", "info,sled=warn")
            .env_remove("JOURNAL_STREAM")
            .env_remove("NOTIFY_SOCKET")
            .env_remove("CREDENTIALS_DIRECTORY")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .process_group(0);
        let process = command.spawn().expect("secinfod can be started");
        Self {
            process,
            log: log.to_owned(),
        }
    }

    /// Waits until this process owns the daemon's name.
    pub async fn wait_ready(&mut self, watching: &Connection) {
        let bus = DBusProxy::new(watching).await.unwrap();
        let name = BusName::try_from(secinfo_wire::names::BUS_NAME).unwrap();
        let begun = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                panic!(
                    "secinfod ended ({status}) instead of starting: {}",
                    self.log()
                );
            }
            let owner = bus.get_connection_unix_process_id(name.clone()).await;
            if owner.is_ok_and(|pid| pid == self.pid()) {
                return;
            }
            assert!(
                begun.elapsed() < TIMEOUT,
                "secinfod has no name on the bus: {}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until something listens on this socket.
    pub fn wait_for_socket(&mut self, socket: &Path) {
        let begun = Instant::now();
        while !secinfo_test_person::is_listening(socket) {
            if let Some(status) = self.process.try_wait().unwrap() {
                panic!("secinfod ended ({status}): {}", self.log());
            }
            assert!(begun.elapsed() < TIMEOUT, "no socket: {}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Its output so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Sends it a signal; returns once each of its threads has stopped, where that is what the signal says.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
        while signal == Signal::STOP && !self.is_stopped() {
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn is_stopped(&self) -> bool {
        let threads = fs::read_dir(format!("/proc/{}/task", self.pid())).unwrap();
        // One that has ended meanwhile does nothing more.
        threads.flatten().all(|thread| {
            let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
            stat.rsplit_once(") ")
                .is_none_or(|(_, rest)| rest.starts_with('T'))
        })
    }

    /// Stops it with `SIGTERM`, and waits for its end.
    pub fn stop(mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait_ended()
    }

    /// Kills it, and waits for its end.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Whether it is running.
    pub fn is_running(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    /// Waits for its end.
    pub fn wait_ended(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(
                begun.elapsed() < TIMEOUT,
                "secinfod does not stop: {}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
