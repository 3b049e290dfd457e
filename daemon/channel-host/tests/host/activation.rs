//! A host that is started by systemd's socket activation.

use crate::harness::{ACCOUNT, directory, example, hello, receive};
use secinfo_channel_host::wire::{FromHost, encode};
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

/// `systemd-socket-activate` or the host that it started, killed on drop.
struct Activated {
    child: Child,
    /// Kept open, because writing to a closed pipe would end the process.
    _stderr: BufReader<ChildStderr>,
}

impl Drop for Activated {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts `systemd-socket-activate`, which starts a host at the first connection.
fn listen(socket: &Path, plugin: &Path) -> Activated {
    let mut child = Command::new("systemd-socket-activate")
        .arg("--listen")
        .arg(socket)
        .arg(example("channel-host"))
        .args(["test", "--user", ACCOUNT, "--plugin"])
        .arg(plugin)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut printed = BufReader::new(child.stderr.take().unwrap());
    printed.read_line(&mut line).unwrap();
    assert!(line.contains("Listening"), "{line}");
    Activated {
        child,
        _stderr: printed,
    }
}

#[test]
fn a_host_serves_the_daemon_on_a_socket_from_systemd() {
    let directory = directory();
    let plugin = secinfo_test_plugins::compile("file", directory.path());
    let socket = directory.path().join("text.sock");
    let mut host = listen(&socket, &plugin);
    let mut daemon = UnixStream::connect(&socket).unwrap();
    daemon.write_all(&encode(&hello()).unwrap()).unwrap();
    match receive(&mut daemon) {
        Some(FromHost::Hello { .. }) => {}
        Some(FromHost::Unusable { why }) => panic!("{why}"),
        _ => panic!("no hello"),
    }
    // For the next connection, systemd starts a new process.
    drop(daemon);
    assert!(host.child.wait().unwrap().success());
}

#[test]
fn a_host_refuses_other_users() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let directory = directory();
    let plugin = secinfo_test_plugins::compile("file", directory.path());
    let socket = directory.path().join("text.sock");
    let _host = listen(&socket, &plugin);
    fs::set_permissions(&socket, Permissions::from_mode(0o666)).unwrap();
    let stranger = Command::new("setpriv")
        .args(["--reuid=1", "--regid=1", "--clear-groups", "perl", "-MIO::Socket::UNIX", "-e"])
        .arg("my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or exit 2; exit(defined(getc $s) ? 3 : 0)")
        .arg(&socket)
        .status()
        .unwrap();
    assert_eq!(
        stranger.code(),
        Some(0),
        "the connection is closed without a message"
    );
    let mut daemon = UnixStream::connect(&socket).unwrap();
    daemon.write_all(&encode(&hello()).unwrap()).unwrap();
    assert!(matches!(receive(&mut daemon), Some(FromHost::Hello { .. })));
}
