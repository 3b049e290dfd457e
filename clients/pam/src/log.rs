//! Writes to the system log for authentication.
//!
//! It does not use `syslog(3)`, which keeps a descriptor and the program's name for the whole
//! process, where they belong to the host, and blocks while the log is full.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, SendFlags, SocketAddrUnix, SocketFlags, SocketType, connect, send, socket_with,
};
use std::path::PathBuf;

/// The socket of the system log.
const SOCKET: &str = "/dev/log";

/// The facility `authpriv` of RFC 3164 section 4.1.1, shifted for the priority.
const AUTHPRIV: u8 = 10 << 3;

/// The longest line, in bytes, that every receiver accepts.
const MAX_LINE: usize = 900;

/// How long to wait for a full log before the line is dropped.
const SEND_TIMEOUT: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 200_000_000,
};

/// The severity of a line (RFC 3164 section 4.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Needs immediate attention.
    Alert = 1,
    /// The module could not do its work.
    Error = 3,
    /// A user was refused.
    Notice = 5,
    /// A user was admitted.
    Info = 6,
    /// The steps of a sign-in.
    Debug = 7,
}

/// Writes log lines about one call.
#[derive(Debug, Clone)]
pub struct Log {
    socket: PathBuf,
    service: String,
    debug: bool,
}

impl Log {
    /// Creates a log for calls from this service; `debug` enables lines of that level.
    pub fn new(service: &str, debug: bool) -> Self {
        Self::at(SOCKET.into(), service, debug)
    }

    /// Creates a log with another socket.
    pub fn at(socket: PathBuf, service: &str, debug: bool) -> Self {
        let service = service.to_owned();
        Self {
            socket,
            service,
            debug,
        }
    }

    /// Writes a line. If that fails, the line is lost.
    pub fn write(&self, level: Level, text: &str) {
        if level == Level::Debug && !self.debug {
            return;
        }
        let _ = self.send(level, text);
    }

    fn send(&self, level: Level, text: &str) -> Result<(), Errno> {
        let priority = AUTHPRIV | level as u8;
        let process = std::process::id();
        let said: String = format!("{}: {text}", self.service)
            .chars()
            .map(|c| if c.is_control() { '?' } else { c })
            .collect();
        let line = format!("<{priority}>pam_secinfo[{process}]: {said}");
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = socket_with(AddressFamily::UNIX, SocketType::DGRAM, flags, None)?;
        connect(&socket, &SocketAddrUnix::new(&self.socket)?)?;
        let line = &line.as_bytes()[..line.len().min(MAX_LINE)];
        match send(&socket, line, SendFlags::NOSIGNAL) {
            Err(Errno::AGAIN) => {}
            sent => return sent.map(|_| ()),
        }
        poll(
            &mut [PollFd::new(&socket, PollFlags::OUT)],
            Some(&SEND_TIMEOUT),
        )?;
        send(&socket, line, SendFlags::NOSIGNAL).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixDatagram;

    fn listen() -> (tempfile::TempDir, PathBuf, UnixDatagram) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_nonblocking(true).unwrap();
        (directory, path, socket)
    }

    fn line(socket: &UnixDatagram) -> Option<String> {
        let mut buffer = [0; 4096];
        let length = socket.recv(&mut buffer).ok()?;
        Some(String::from_utf8_lossy(&buffer[..length]).into_owned())
    }

    #[test]
    fn a_line_goes_to_authpriv_with_the_service() {
        let (_directory, path, socket) = listen();
        Log::at(path, "sshd", false).write(Level::Alert, "alice was let in");
        let process = std::process::id();
        let expected = format!("<81>pam_secinfo[{process}]: sshd: alice was let in");
        assert_eq!(line(&socket), Some(expected));
    }

    #[test]
    fn control_characters_are_replaced_and_long_lines_cut() {
        let (_directory, path, socket) = listen();
        let log = Log::at(path, "ss\nhd", false);
        log.write(Level::Notice, "a\nb\u{1b}[2J");
        assert!(line(&socket).unwrap().ends_with("]: ss?hd: a?b?[2J"));
        log.write(Level::Notice, &"x".repeat(5000));
        assert_eq!(line(&socket).unwrap().len(), 900);
    }

    #[test]
    fn debug_lines_are_written_only_when_enabled() {
        let (_directory, path, socket) = listen();
        Log::at(path.clone(), "su", false).write(Level::Debug, "step");
        assert_eq!(line(&socket), None);
        Log::at(path, "su", true).write(Level::Debug, "step");
        assert!(line(&socket).unwrap().starts_with("<87>"));
    }

    #[test]
    fn a_full_or_missing_log_does_not_block() {
        let (_directory, path, socket) = listen();
        let log = Log::at(path, "su", false);
        for _ in 0..4096 {
            let before = log.send(Level::Info, "x");
            if before == Err(Errno::AGAIN) {
                drop(socket);
                log.write(Level::Info, "a lost line");
                return;
            }
        }
        panic!("the log was never full");
    }
}
