//! Starts a host, and talks to it as the daemon does.

use secinfo_channel::{MessagePurpose, Report, Request, SecretText};
use secinfo_channel_host::wire::{
    FromHost, LogLevel, PROTOCOL, PluginInfo, ToHost, decode, encode, frame_length,
};
use std::fs::{self, Permissions};
use std::io::{ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// How long a test waits for a message. Only a failed test waits for so long.
const TIMEOUT: Duration = Duration::from_mins(2);

pub(crate) const DESTINATION: &str = "+4930123456";
pub(crate) const CODE: &str = "918273";

/// An account of Debian that owns nothing.
pub(crate) const ACCOUNT: &str = "games";
/// Its uid.
pub(crate) const ACCOUNT_UID: u32 = 5;

/// The path of an example of this crate.
pub(crate) fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().unwrap().parent().unwrap();
    profile.join("examples").join(name)
}

/// Creates a directory that every user can read.
pub(crate) fn directory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    directory
}

/// Creates a file in a directory with these permissions.
pub(crate) fn file(directory: &Path, name: &str, content: &str, mode: u32) -> PathBuf {
    let path = directory.join(name);
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    path
}

/// A request to this destination.
pub(crate) fn request_to(destination: &str) -> Box<Request> {
    let secret = |text: &str| SecretText::new(text.to_owned());
    Box::new(Request {
        message: "0123456789abcdef0123456789abcdef".to_owned(),
        purpose: MessagePurpose::SignIn,
        destination: secret(destination),
        subject: secret(""),
        text: secret("Example: 918273 is your code for sshd on web1"),
        html: secret(""),
        code: secret(CODE),
        language: "en".to_owned(),
        organization: "Example".to_owned(),
        host: "web1".to_owned(),
        service: "sshd".to_owned(),
        origin: "192.0.2.7".to_owned(),
        expires: 4_000_000_000_000,
        attempt: 1,
    })
}

/// A running host process, killed on drop.
pub(crate) struct HostProcess {
    child: Child,
    pub(crate) stream: UnixStream,
    /// The plugin's log lines, in order.
    pub(crate) log: Vec<LogLine>,
    _directory: TempDir,
}

/// A log line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogLine {
    pub(crate) level: LogLevel,
    pub(crate) text: String,
    pub(crate) dropped: u64,
}

impl HostProcess {
    /// Starts a host with a plugin in C, and waits until it is ready.
    pub(crate) fn start_ready(plugin: &str, settings: &str) -> Self {
        let mut host = Self::start(plugin, settings, &[]);
        host.greet();
        host
    }

    /// Starts a host with a plugin in C.
    pub(crate) fn start(plugin: &str, settings: &str, arguments: &[&str]) -> Self {
        let directory = directory();
        let library = secinfo_test_plugins::compile(plugin, directory.path());
        Self::start_with(&library, settings, arguments, directory)
    }

    /// Starts a host that is to become this user, by a daemon with this uid.
    pub(crate) fn start_as(user: Option<&str>, daemon: u32) -> Self {
        let directory = directory();
        let library = secinfo_test_plugins::compile("file", directory.path());
        // Whose a socket is, the kernel takes from the thread that makes it.
        let pair = std::thread::spawn(move || {
            let daemon = rustix::process::Uid::from_raw(daemon);
            rustix::thread::set_thread_res_uid(daemon, daemon, daemon).unwrap();
            UnixStream::pair().unwrap()
        });
        let pair = pair.join().unwrap();
        Self::start_on(pair, user, &library, "", &[], directory)
    }

    /// Starts a host with this library.
    pub(crate) fn start_with(
        library: &Path,
        settings: &str,
        arguments: &[&str],
        directory: TempDir,
    ) -> Self {
        let pair = UnixStream::pair().unwrap();
        Self::start_on(pair, Some(ACCOUNT), library, settings, arguments, directory)
    }

    fn start_on(
        (ours, theirs): (UnixStream, UnixStream),
        user: Option<&str>,
        library: &Path,
        settings: &str,
        arguments: &[&str],
        directory: TempDir,
    ) -> Self {
        let settings = file(directory.path(), "settings.toml", settings, 0o600);
        ours.set_read_timeout(Some(TIMEOUT)).unwrap();
        let child = Command::new(example("channel-host"))
            .args(["test", "--plugin"])
            .arg(library)
            .arg("--settings")
            .arg(settings)
            .args(user.map(|user| format!("--user={user}")))
            .args(arguments)
            .stdin(OwnedFd::from(theirs))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            child,
            stream: ours,
            log: Vec::new(),
            _directory: directory,
        }
    }

    pub(crate) fn send(&mut self, message: &ToHost) {
        self.stream.write_all(&encode(message).unwrap()).unwrap();
    }

    /// The next message; `None` if the host has ended.
    pub(crate) fn receive_any(&mut self) -> Option<FromHost> {
        receive(&mut self.stream)
    }

    /// The next message other than a log line; log lines are recorded.
    pub(crate) fn receive(&mut self) -> Option<FromHost> {
        loop {
            match self.receive_any()? {
                FromHost::Log {
                    level,
                    line,
                    dropped,
                } => self.log.push(LogLine {
                    level,
                    text: line,
                    dropped,
                }),
                other => return Some(other),
            }
        }
    }

    /// The next message, which must be a log line.
    pub(crate) fn receive_log_line(&mut self) {
        match self.receive_any() {
            Some(FromHost::Log {
                level,
                line,
                dropped,
            }) => self.log.push(LogLine {
                level,
                text: line,
                dropped,
            }),
            _ => panic!("no line"),
        }
    }

    /// Sends `Hello` to a usable plugin, and returns its properties and the restrictions in force.
    pub(crate) fn greet(&mut self) -> (PluginInfo, Vec<String>) {
        self.send(&hello());
        match self.receive() {
            Some(FromHost::Hello {
                protocol: PROTOCOL,
                plugin,
                confined,
            }) => (plugin, confined),
            Some(FromHost::Unusable { why }) => panic!("unusable: {why}"),
            _ => panic!("no hello"),
        }
    }

    /// Sends `Hello` to a plugin that cannot be used, and returns the reason.
    pub(crate) fn refusal(&mut self) -> String {
        self.send(&hello());
        let Some(FromHost::Unusable { why }) = self.receive() else {
            panic!("not unusable");
        };
        assert!(self.receive().is_none(), "the host ends");
        assert_eq!(self.exit().code(), Some(1));
        why
    }

    pub(crate) fn deliver(&mut self, delivery: u64, destination: &str) {
        self.send(&ToHost::Deliver {
            delivery,
            request: request_to(destination),
        });
    }

    /// Delivers to [`DESTINATION`], waits until the delivery has started and returns its first
    /// report.
    pub(crate) fn outcome(&mut self, delivery: u64) -> Report {
        self.outcome_to(delivery, DESTINATION)
    }

    pub(crate) fn outcome_to(&mut self, delivery: u64, destination: &str) -> Report {
        self.deliver(delivery, destination);
        self.wait_started(delivery);
        self.report(delivery)
    }

    pub(crate) fn wait_started(&mut self, delivery: u64) {
        match self.receive() {
            Some(FromHost::Started { delivery: started }) => assert_eq!(started, delivery),
            Some(FromHost::Report { report, .. }) => panic!("not started: {report:?}"),
            Some(_) => panic!("not started"),
            None => panic!("not started, but ended: {:?}", self.exit()),
        }
    }

    pub(crate) fn report(&mut self, delivery: u64) -> Report {
        match self.receive() {
            Some(FromHost::Report {
                delivery: reported,
                report,
            }) => {
                assert_eq!(reported, delivery);
                report
            }
            _ => panic!("no report"),
        }
    }

    /// Asks for the plugin's health. All earlier messages have been received afterwards.
    pub(crate) fn health(&mut self) -> (bool, String) {
        self.send(&ToHost::Health);
        match self.receive() {
            Some(FromHost::Health { healthy, detail }) => (healthy, detail),
            _ => panic!("no health"),
        }
    }

    /// Waits for the end of the host.
    pub(crate) fn exit(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    pub(crate) fn lines(&self) -> Vec<&str> {
        self.log.iter().map(|line| line.text.as_str()).collect()
    }
}

impl Drop for HostProcess {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn hello() -> ToHost {
    ToHost::Hello {
        protocol: PROTOCOL,
        allow_readable: false,
    }
}

/// The next message from a host.
pub(crate) fn receive(stream: &mut UnixStream) -> Option<FromHost> {
    let mut prefix = [0; 4];
    match stream.read_exact(&mut prefix) {
        Ok(()) => {}
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset
            ) =>
        {
            return None;
        }
        Err(error) => panic!("{error}"),
    }
    let mut bytes = vec![0; frame_length(prefix).unwrap()];
    stream.read_exact(&mut bytes).unwrap();
    Some(decode(&bytes).unwrap())
}
