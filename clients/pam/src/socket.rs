//! A connection to the daemon's socket with deadlines, which starts no thread and leaves nothing in the
//! host's process when it is closed.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, ioctl_fionbio};
use rustix::net::sockopt::{Timeout, set_socket_timeout, socket_peercred};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketAddrUnix, SocketFlags, SocketType, connect, recv,
    send, socket_with,
};
use secinfo_wire::sign_in::LONGEST_MESSAGE;
use secinfo_wire::varlink::END;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// Why there is no connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ConnectError {
    /// This process, or the system, has no descriptor or memory left for it.
    NoRoom(Errno),
    /// No process listens there.
    NoDaemon,
    /// The deadline has passed.
    Late,
}

/// Why there is no reply.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ReceiveError {
    /// The deadline has passed.
    Late,
    /// The connection has ended.
    Lost,
    /// The message is too long.
    Malformed,
}

/// The time by which a wait must end.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    pub(crate) fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// The time that is left; none if there is none.
    fn left(self) -> Option<Duration> {
        let left = self.0.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }
}

/// A connection to the daemon.
pub(crate) struct Socket {
    socket: OwnedFd,
    input: Zeroizing<Vec<u8>>,
}

impl Socket {
    /// Connects. While the queue of connections is full, the kernel lets one wait for its turn after the
    /// other.
    pub(crate) fn connect(path: &Path, deadline: Deadline) -> Result<Self, ConnectError> {
        let address = SocketAddrUnix::new(path).map_err(|_| ConnectError::NoDaemon)?;
        let flags = SocketFlags::CLOEXEC;
        let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)
            .map_err(ConnectError::NoRoom)?;
        loop {
            let left = deadline.left().ok_or(ConnectError::Late)?;
            // No time at all would be no limit.
            let left = left.max(Duration::from_millis(1));
            set_socket_timeout(&socket, Timeout::Send, Some(left)).map_err(ConnectError::NoRoom)?;
            match connect(&socket, &address) {
                Ok(()) => break,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Err(ConnectError::Late),
                Err(error @ (Errno::NOMEM | Errno::NOBUFS | Errno::MFILE | Errno::NFILE)) => {
                    return Err(ConnectError::NoRoom(error));
                }
                Err(_) => return Err(ConnectError::NoDaemon),
            }
        }
        ioctl_fionbio(&socket, true).map_err(ConnectError::NoRoom)?;
        Ok(Self {
            socket,
            input: Zeroizing::new(vec![0; LONGEST_MESSAGE]),
        })
    }

    /// The uid of the process that listens: of the daemon, or of the service manager that listens for it.
    pub(crate) fn listener(&self) -> Option<u32> {
        let peer = socket_peercred(&self.socket).ok()?;
        Some(peer.uid.as_raw())
    }

    /// Sends a message, without `SIGPIPE`, which would kill the host if the peer is gone.
    pub(crate) fn send(&self, mut message: &[u8], deadline: Deadline) -> Result<(), ReceiveError> {
        while !message.is_empty() {
            match send(&self.socket, message, SendFlags::NOSIGNAL) {
                Ok(sent) => message = &message[sent..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.wait(PollFlags::OUT, deadline)?,
                Err(_) => return Err(ReceiveError::Lost),
            }
        }
        Ok(())
    }

    /// Receives a message, without the NUL behind it. Nothing may come behind the NUL: there is one reply
    /// to a call.
    pub(crate) fn receive(&mut self, deadline: Deadline) -> Result<&[u8], ReceiveError> {
        let mut filled = 0;
        loop {
            // A peer that sends endlessly does not extend the deadline.
            deadline.left().ok_or(ReceiveError::Late)?;
            let room = &mut self.input[filled..];
            if room.is_empty() {
                return Err(ReceiveError::Malformed);
            }
            match recv(&self.socket, room, RecvFlags::empty()) {
                Ok((0, _)) => return Err(ReceiveError::Lost),
                Ok((received, _)) => {
                    let new = &self.input[filled..filled + received];
                    filled += received;
                    match new.iter().position(|byte| *byte == END) {
                        None => {}
                        Some(end) if end + 1 == received => return Ok(&self.input[..filled - 1]),
                        Some(_) => return Err(ReceiveError::Malformed),
                    }
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.wait(PollFlags::IN, deadline)?,
                Err(_) => return Err(ReceiveError::Lost),
            }
        }
    }

    fn wait(&self, what: PollFlags, deadline: Deadline) -> Result<(), ReceiveError> {
        let left = deadline.left().ok_or(ReceiveError::Late)?;
        let left = Timespec::try_from(left).map_err(|_| ReceiveError::Late)?;
        match poll(&mut [PollFd::new(&self.socket, what)], Some(&left)) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(_) => Err(ReceiveError::Lost),
        }
    }
}
