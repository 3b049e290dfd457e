//! The host of the demo: a private bus and a daemon in a temporary directory.

use super::account::OwnAccounts;
use super::process::Process;
use super::spool::{self, Inbox};
use crate::failure::{Context, Failure, Result};
use crate::workspace::library;
use crate::{interrupt, screen};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long the daemon may take to answer after its start.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How many lines of the daemon's log are shown when the demo fails.
const LOG_TAIL_LINES: usize = 20;
const DAEMON_LOG: &str = "secinfod.log";
const HELPER_LOG: &str = "secinfo-password.log";

/// The bus, the daemon and their directory. Fields are dropped in this order: the daemon before its
/// bus and the accounts that it sees, the directory last.
pub(super) struct DemoHost {
    daemon: Process,
    bus: Process,
    accounts: Option<OwnAccounts>,
    programs: PathBuf,
    directory: TempDir,
}

impl DemoHost {
    /// Starts a bus, and the daemon on an empty log.
    pub(super) fn start(programs: &Path) -> Result<Self> {
        let directory = tempfile::Builder::new()
            .prefix("secinfo-demo-")
            .tempdir()
            .context(|| "make a directory for the demo".into())?;
        let path = directory.path();
        // Other users may try the bus as well; the log and its keys are in a directory of their own.
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))
            .context(|| format!("open {} to all", path.display()))?;
        write(&path.join("bus.conf"), &bus_configuration(path))?;
        write(&path.join("config.toml"), &daemon_configuration(path))?;
        spool::prepare(path, programs)?;
        let accounts = OwnAccounts::make(path)?;
        if let Some(accounts) = &accounts {
            let log = open_log(path, HELPER_LOG)?;
            accounts.serve_helper(&password_socket(path), programs, log)?;
        }
        let bus = start_bus(path, accounts.as_ref())?;
        let daemon = start_daemon(programs, path, accounts.as_ref())?;
        let mut host = Self {
            daemon,
            bus,
            accounts,
            programs: programs.to_owned(),
            directory,
        };
        host.wait_until_ready()?;
        Ok(host)
    }

    /// The temporary directory of the demo.
    pub(super) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The address of the bus.
    pub(super) fn bus_address(&self) -> String {
        bus_address(self.directory())
    }

    /// The path of the socket for sign-ins.
    pub(super) fn sign_in_socket(&self) -> PathBuf {
        sign_in_socket(self.directory())
    }

    /// The accounts of the demo's own; none where it may not mount.
    pub(super) fn accounts(&self) -> Option<&OwnAccounts> {
        self.accounts.as_ref()
    }

    /// The path of the library that was built from a package.
    pub(super) fn library(&self, package: &str) -> PathBuf {
        self.programs.join(library(package))
    }

    /// The inbox that receives the daemon's messages.
    pub(super) fn inbox(&self) -> Inbox {
        Inbox::new(self.directory())
    }

    /// Restarts the daemon on the same log.
    pub(super) fn restart_daemon(&mut self) -> Result<()> {
        self.daemon.stop()?;
        let path = self.directory.path();
        self.daemon = start_daemon(&self.programs, path, self.accounts.as_ref())?;
        self.wait_until_ready()
    }

    /// The last lines of the daemon's log.
    pub(super) fn log_tail(&self) -> String {
        let text = fs::read_to_string(self.directory().join(DAEMON_LOG)).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(LOG_TAIL_LINES)..].join("\n")
    }

    /// Stops the daemon and the bus, and removes the directory.
    pub(super) fn remove(mut self) -> Result<()> {
        let stopped = self.daemon.stop();
        drop(self.daemon);
        drop(self.bus);
        drop(self.accounts);
        let path = self.directory.path().to_owned();
        self.directory
            .close()
            .context(|| format!("remove {}", path.display()))?;
        stopped
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let end = Instant::now() + TIMEOUT;
        loop {
            let output = Command::new(self.programs.join("secinfo"))
                .args(["--json", "--bus", &self.bus_address(), "status"])
                .stdin(Stdio::null())
                .output()
                .context(|| "run secinfo".into())?;
            interrupt::check()?;
            if output.status.success() {
                return Ok(());
            }
            self.bus.check()?;
            self.daemon
                .check()
                .map_err(|failure| Failure::Wrong(format!("{failure}\n{}", self.log_tail())))?;
            if Instant::now() > end {
                return Err(Failure::Wrong(format!(
                    "secinfod does not serve after {} s: {}{}",
                    TIMEOUT.as_secs(),
                    String::from_utf8_lossy(&output.stderr),
                    self.log_tail()
                )));
            }
            interrupt::sleep(Duration::from_millis(50))?;
        }
    }
}

fn sign_in_socket(directory: &Path) -> PathBuf {
    directory.join("sign-in")
}

fn password_socket(directory: &Path) -> PathBuf {
    directory.join("password")
}

fn bus_address(directory: &Path) -> String {
    format!("unix:path={}", directory.join("bus").display())
}

/// Opens a log file to append to.
fn open_log(directory: &Path, name: &str) -> Result<File> {
    let path = directory.join(name);
    File::options()
        .create(true)
        .append(true)
        .open(&path)
        .context(|| format!("write to {}", path.display()))
}

/// Lets all users of this host connect, like the system bus; the daemon decides who may do what.
fn bus_configuration(directory: &Path) -> String {
    format!(
        r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>{}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
"#,
        bus_address(directory)
    )
}

fn daemon_configuration(directory: &Path) -> String {
    format!(
        "[daemon]\norganization = \"Example\"\nstate_directory = \"{}\"\nbus_address = \"{}\"\n\
         sign_in_socket = \"{}\"\npassword_socket = \"{}\"\n\
         # No polkit on this bus: root is the only administrator.\nauthorization = \"uid\"\n{}{}\n\
         [policy.reset]\nenabled = true\n",
        directory.join("state").display(),
        bus_address(directory),
        sign_in_socket(directory).display(),
        password_socket(directory).display(),
        spool::daemon_settings(directory),
        spool::channel_sections(directory)
    )
}

/// A command that sees the accounts of the demo's own, where there are any.
fn command(program: impl AsRef<Path>, accounts: Option<&OwnAccounts>) -> Command {
    match accounts {
        Some(accounts) => accounts.command(program),
        None => Command::new(program.as_ref()),
    }
}

fn start_bus(directory: &Path, accounts: Option<&OwnAccounts>) -> Result<Process> {
    let mut command = command("dbus-daemon", accounts);
    command
        .arg(format!(
            "--config-file={}",
            directory.join("bus.conf").display()
        ))
        .args(["--nofork", "--nopidfile", "--print-address"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(open_log(directory, "dbus-daemon.log")?);
    let mut bus = Process::start("dbus-daemon", &mut command)?;
    let mut address = String::new();
    let output = bus.child.stdout.take().expect("it is piped");
    // dbus-daemon prints its address once it accepts connections.
    BufReader::new(output)
        .read_line(&mut address)
        .context(|| "hear of dbus-daemon".into())?;
    if address.is_empty() {
        return Err(Failure::Wrong("dbus-daemon did not start".into()));
    }
    screen::say(&format!("dbus-daemon: process {}", bus.child.id()));
    Ok(bus)
}

fn start_daemon(
    programs: &Path,
    directory: &Path,
    accounts: Option<&OwnAccounts>,
) -> Result<Process> {
    let log = open_log(directory, DAEMON_LOG)?;
    let mut command = command(programs.join("secinfod"), accounts);
    command
        .arg("--config")
        .arg(directory.join("config.toml"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log);
    let daemon = Process::start("secinfod", &mut command)?;
    screen::say(&format!("secinfod: process {}", daemon.child.id()));
    Ok(daemon)
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).context(|| format!("write {}", path.display()))
}
