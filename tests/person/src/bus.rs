//! A private message bus, and connections to it with any uid.

use crate::connect;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running dbus-daemon, killed on drop.
pub struct PrivateBus {
    daemon: Child,
    socket: PathBuf,
}

impl PrivateBus {
    /// Starts a bus in this directory, which every user who connects must be able to enter. The bus
    /// allows everything but what these further rules deny, so that every other refusal is from the
    /// daemon.
    pub fn start(directory: &Path, rules: &str) -> Self {
        let socket = directory.join("bus");
        let config = directory.join("bus.conf");
        let log = directory.join("bus.log");
        let text = format!(
            r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={}</listen>
  <auth>EXTERNAL</auth>
  <limit name="max_connections_per_user">4096</limit>
  <limit name="max_completed_connections">8192</limit>
  <limit name="max_replies_per_connection">4096</limit>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    {rules}
  </policy>
</busconfig>"#,
            socket.display()
        );
        fs::write(&config, text).unwrap();
        let mut daemon = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--nopidfile", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .expect("dbus-daemon is installed (Debian package dbus-daemon)");
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        assert!(
            address.starts_with("unix:"),
            "dbus-daemon did not start: {}",
            fs::read_to_string(&log).unwrap()
        );
        Self { daemon, socket }
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("unix:path={}", self.socket.display())
    }

    /// Stops it.
    pub fn stop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }

    /// A stream to its socket with this uid.
    pub fn connect(&self, uid: u32) -> UnixStream {
        connect(&self.socket, uid)
    }
}

impl Drop for PrivateBus {
    fn drop(&mut self) {
        self.stop();
    }
}
