//! The TPM of a virtual machine.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long it may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// A TPM 2.0, with the keys that it was made with. Serves one machine after another.
pub struct Tpm {
    state: TempDir,
}

impl Tpm {
    /// One as it comes from the factory.
    pub fn new() -> Self {
        Self {
            state: tempfile::tempdir().unwrap(),
        }
    }

    /// Switches it on, for the machine that connects to this socket first.
    pub(super) fn start(&self, socket: &Path) -> Running {
        let process = Command::new("setpriv")
            .args(["--pdeathsig", "KILL"])
            .args(["swtpm", "socket", "--tpm2", "--terminate"])
            .arg("--tpmstate")
            .arg(format!("dir={}", self.state.path().display()))
            .arg("--ctrl")
            .arg(format!("type=unixio,path={}", socket.display()))
            .args(["--flags", "not-need-init,startup-clear"])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("setpriv is installed (Debian package util-linux)");
        let mut running = Running {
            process,
            socket: socket.to_owned(),
        };
        let begun = Instant::now();
        while !secinfo_test_person::is_listening(socket) {
            let ended = running.process.try_wait().unwrap();
            assert!(
                ended.is_none() && begun.elapsed() < PATIENCE,
                "no TPM starts (Debian package swtpm; {ended:?})"
            );
            thread::sleep(Duration::from_millis(10));
        }
        running
    }
}

impl Default for Tpm {
    fn default() -> Self {
        Self::new()
    }
}

/// A TPM that is switched on. Killed with this value.
pub(super) struct Running {
    process: Child,
    socket: PathBuf,
}

impl Running {
    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
