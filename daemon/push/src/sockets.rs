//! The sockets that systemd passes.

use crate::PushError;
use listenfd::ListenFd;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::Path;

/// The sockets that systemd passes.
pub(crate) struct Sockets {
    /// Where the daemon connects.
    pub(crate) daemon: UnixListener,
    /// Where phones connect, or a proxy in front of them.
    pub(crate) phones: Vec<Phones>,
}

/// A socket for phones.
pub(crate) enum Phones {
    /// Phones connect themselves, with TLS.
    Direct(TcpListener),
    /// A proxy on this host connects, and has ended TLS.
    Proxy(UnixListener),
}

impl Sockets {
    /// Takes the sockets. The daemon's is the one at this path.
    pub(crate) fn take(daemon: &Path) -> Result<Self, PushError> {
        let mut passed = ListenFd::from_env();
        if passed.len() == 0 {
            return Err(PushError::NoSockets);
        }
        let mut of_daemon = None;
        let mut phones = Vec::new();
        for at in 0..passed.len() {
            // One that is no Unix socket stays where it is.
            if let Ok(Some(socket)) = passed.take_unix_listener(at) {
                if socket.local_addr()?.as_pathname() == Some(daemon) {
                    of_daemon = Some(socket);
                } else {
                    phones.push(Phones::Proxy(socket));
                }
            } else if let Ok(Some(socket)) = passed.take_tcp_listener(at) {
                phones.push(Phones::Direct(socket));
            } else {
                return Err(PushError::Sockets("a socket is neither TCP nor Unix"));
            }
        }
        if phones.is_empty() {
            return Err(PushError::Sockets("no socket for phones was passed"));
        }
        Ok(Self {
            daemon: of_daemon.ok_or(PushError::Sockets("no socket for the daemon was passed"))?,
            phones,
        })
    }

    /// Whether phones connect themselves.
    pub(crate) fn need_certificate(&self) -> bool {
        let is_direct = |socket: &Phones| matches!(socket, Phones::Direct(_));
        self.phones.iter().any(is_direct)
    }
}
