//! A daemon process on a private message bus.

use crate::failure::{Context, Failure, Result};
use crate::measure::Resident;
use futures_util::StreamExt;
use rustix::process::{Pid, Signal, kill_process};
use secinfo_wire::names::BUS_NAME;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use zbus::fdo::DBusProxy;
use zbus::{Connection, DynamicType, Message};

/// A user who is measured verifies more often in a minute than any other in a day.
const BUDGET: &str =
    "\n[policy.budget]\nchanges = \"60000 in 24h\"\nverifications = \"60000 in 24h\"\n";

/// How long the daemon may take to start or stop.
const TIMEOUT: Duration = Duration::from_mins(5);

/// The path of the root object, with the interfaces Manager and Audit.
pub(crate) const ROOT_PATH: &str = "/org/secinfo/SecurityInfo1";

/// A private message bus, a connection to it, and the daemon if it is running.
pub(crate) struct BenchHost {
    directory: PathBuf,
    bus: Child,
    address: String,
    connection: Connection,
    daemon: Option<Child>,
}

impl BenchHost {
    /// Starts a bus in this directory; the daemon's state will be in its subdirectory `state`. The
    /// daemon is configured with the shipped defaults, but for the budget of a user who is measured, and
    /// the lines in `further`, which begin in `[daemon]`.
    pub(crate) async fn start_bus(directory: &Path, further: &str) -> Result<Self> {
        let (socket, config) = (directory.join("bus"), directory.join("bus.conf"));
        let text = format!(
            "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" \
             \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n\
             <busconfig><type>system</type><listen>unix:path={}</listen><auth>EXTERNAL</auth>\n\
             <policy context=\"default\"><allow user=\"*\"/><allow own=\"*\"/>\
             <allow send_destination=\"*\"/><allow receive_sender=\"*\"/></policy></busconfig>\n",
            socket.display()
        );
        fs::write(&config, text).context(|| "write the bus's configuration".into())?;
        let log = directory.join("bus.log");
        let log = File::create(&log).context(|| format!("create {}", log.display()))?;
        let mut bus = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--nopidfile", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .context(|| "start dbus-daemon (Debian package dbus-daemon)".into())?;
        let mut address = String::new();
        if let Some(output) = bus.stdout.take() {
            let read = BufReader::new(output).read_line(&mut address);
            read.context(|| "read the bus's address".into())?;
        }
        let address = address.trim().to_owned();
        let connection = connect(&address).await?;
        let configuration = configuration(directory) + further + BUDGET;
        fs::write(directory.join("config.toml"), configuration)
            .context(|| "write the daemon's configuration".into())?;
        Ok(Self {
            directory: directory.to_owned(),
            bus,
            address,
            connection,
            daemon: None,
        })
    }

    /// Where the bus listens.
    pub(crate) fn bus_socket(&self) -> PathBuf {
        self.directory.join("bus")
    }

    /// The daemon's socket for sign-ins.
    pub(crate) fn sign_in_socket(&self) -> PathBuf {
        sign_in_socket(&self.directory)
    }

    /// The daemon's state directory.
    pub(crate) fn state(&self) -> PathBuf {
        state(&self.directory)
    }

    /// Starts the daemon, and returns how long it took to get its name on the bus.
    pub(crate) async fn start_daemon(&mut self, program: &Path) -> Result<Duration> {
        let bus = DBusProxy::new(&self.connection).await?;
        let mut owners = bus
            .receive_name_owner_changed_with_args(&[(0, BUS_NAME)])
            .await?;
        let log = self.directory.join("daemon.log");
        let log = File::create(&log).context(|| format!("create {}", log.display()))?;
        let begun = Instant::now();
        let daemon = Command::new(program)
            .arg("--config")
            .arg(self.directory.join("config.toml"))
            .env_remove("CREDENTIALS_DIRECTORY")
            .env_remove("NOTIFY_SOCKET")
            .env_remove("JOURNAL_STREAM")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context(|| format!("start {}", program.display()))?;
        self.daemon = Some(daemon);
        loop {
            let next = tokio::time::timeout(Duration::from_millis(100), owners.next()).await;
            let took = begun.elapsed();
            if let Ok(Some(change)) = next
                && change.args()?.new_owner().is_some()
            {
                return Ok(took);
            }
            if self.daemon_ended()? || took > TIMEOUT {
                return Err(self.failure("start"));
            }
        }
    }

    fn daemon_ended(&mut self) -> Result<bool> {
        let Some(daemon) = &mut self.daemon else {
            return Ok(true);
        };
        let status = daemon.try_wait();
        Ok(status.context(|| "wait for the daemon".into())?.is_some())
    }

    fn failure(&self, what: &str) -> Failure {
        let log = fs::read_to_string(self.directory.join("daemon.log")).unwrap_or_default();
        Failure::Wrong(format!("the daemon did not {what}: {log}"))
    }

    /// Stops the daemon gracefully.
    pub(crate) fn stop_daemon(&mut self) -> Result<()> {
        if let Some(daemon) = &self.daemon {
            kill_process(Pid::from_child(daemon), Signal::TERM)
                .context(|| "stop the daemon".into())?;
        }
        let begun = Instant::now();
        while !self.daemon_ended()? {
            if begun.elapsed() > TIMEOUT {
                return Err(self.failure("stop"));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.daemon = None;
        Ok(())
    }

    /// Calls a method of the root object, and waits for the reply.
    pub(crate) async fn call<B>(&self, interface: &str, member: &str, body: &B) -> Result<Message>
    where
        B: serde::Serialize + DynamicType,
    {
        call(&self.connection, ROOT_PATH, interface, member, body).await
    }

    /// The connection that calls go through.
    pub(crate) const fn connection(&self) -> &Connection {
        &self.connection
    }
    /// Another connection to the bus.
    pub(crate) async fn connect(&self) -> Result<Connection> {
        connect(&self.address).await
    }

    /// Makes an empty call.
    pub(crate) async fn ping(&self) -> Result<()> {
        self.call("org.freedesktop.DBus.Peer", "Ping", &()).await?;
        Ok(())
    }

    /// The memory of the daemon.
    pub(crate) fn resident(&self) -> Result<Resident> {
        let pid = self.daemon.as_ref().map(Child::id).unwrap_or_default();
        Resident::of(&pid.to_string())
    }
}

impl Drop for BenchHost {
    fn drop(&mut self) {
        for child in self.daemon.iter_mut().chain([&mut self.bus]) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

async fn connect(address: &str) -> Result<Connection> {
    let builder = zbus::connection::Builder::address(address);
    Ok(builder.build().await?)
}

/// Calls a method of the daemon, and waits for the reply.
pub(crate) async fn call<B>(
    connection: &Connection,
    path: &str,
    interface: &str,
    member: &str,
    body: &B,
) -> Result<Message>
where
    B: serde::Serialize + DynamicType,
{
    let call = connection.call_method(Some(BUS_NAME), path, Some(interface), member, body);
    Ok(call.await?)
}

/// The content of a reply.
pub(crate) fn content<T>(message: &Message) -> Result<T>
where
    T: serde::de::DeserializeOwned + zbus::Type,
{
    let body = message.body();
    let (value, _) = body
        .data()
        .deserialize::<T>()
        .context(|| "read a reply".into())?;
    Ok(value)
}

/// The state directory of a daemon that runs in this directory.
pub(crate) fn state(directory: &Path) -> PathBuf {
    directory.join("state")
}

/// The socket for sign-ins of a daemon that runs in this directory.
fn sign_in_socket(directory: &Path) -> PathBuf {
    directory.join("sign-in")
}

/// The configuration of a daemon that runs in this directory.
fn configuration(directory: &Path) -> String {
    format!(
        "[daemon]\nauthorization = \"uid\"\norganization = \"Example\"\n\
         bus_address = \"unix:path={}\"\nstate_directory = \"{}\"\n\
         sign_in_socket = \"{}\"\n",
        directory.join("bus").display(),
        state(directory).display(),
        sign_in_socket(directory).display()
    )
}
