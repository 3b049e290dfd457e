//! The connection to the daemon.

use crate::error::HostError;
use crate::system;
use crate::wire::{FromHost, ToHost, decode, encode, frame_length};
use rustix::net::{AddressFamily, SocketType, sockopt};
use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;
use zeroize::Zeroizing;

/// The account of the daemon.
const DAEMON: &str = "secinfo";

/// How long a write may block before the daemon counts as dead.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// A stream to the daemon.
pub(crate) struct Connection {
    stream: UnixStream,
    /// The uid of the peer.
    pub(crate) peer: u32,
}

impl Connection {
    /// Takes standard input if it is a socket, otherwise accepts the daemon's first connection on
    /// the listening socket from systemd.
    ///
    /// # Errors
    ///
    /// [`HostError::NoSocket`], or [`HostError::Connection`].
    pub(crate) fn open() -> Result<Self, HostError> {
        let stream = match standard_input() {
            Some(stream) => stream?,
            None => accept(&system::passed_listener().ok_or(HostError::NoSocket)?)?,
        };
        // The daemon may have created it non-blocking, for its own event loop.
        stream.set_nonblocking(false)?;
        let peer = peer(&stream)?;
        Ok(Self { stream, peer })
    }

    /// Receives the next message; `None` if the daemon has closed the connection.
    ///
    /// # Errors
    ///
    /// [`HostError::Wire`] and [`HostError::Connection`].
    pub(crate) fn receive(&mut self) -> Result<Option<ToHost>, HostError> {
        let mut prefix = [0; 4];
        match self.stream.read_exact(&mut prefix) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        let mut bytes = Zeroizing::new(vec![0; frame_length(prefix)?]);
        self.stream.read_exact(&mut bytes)?;
        Ok(Some(decode(&bytes)?))
    }

    /// Sets how long `receive` waits; `None` waits forever.
    pub(crate) fn set_read_timeout(&self, timeout: Option<Duration>) -> Result<(), HostError> {
        Ok(self.stream.set_read_timeout(timeout)?)
    }

    /// Starts the thread that writes messages. It ends when every outbox is dropped or one of them
    /// closes the connection.
    pub(crate) fn outbox(&self) -> Result<(Outbox, JoinHandle<()>), HostError> {
        let stream = self.stream.try_clone()?;
        stream.set_write_timeout(Some(WRITE_TIMEOUT))?;
        let (sender, receiver) = channel();
        let writer = std::thread::Builder::new()
            .name("to-daemon".to_owned())
            .spawn(move || write(stream, &receiver))?;
        Ok((Outbox(sender), writer))
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

/// The queue of messages to the daemon.
#[derive(Clone)]
pub(crate) struct Outbox(Sender<Outgoing>);

enum Outgoing {
    Message(FromHost),
    /// Confirms that this message and all before it are written.
    Confirmed(FromHost, Sender<()>),
    Close,
}

impl Outbox {
    /// Queues a message. It is lost if the connection has failed.
    pub(crate) fn send(&self, message: FromHost) {
        let _ = self.0.send(Outgoing::Message(message));
    }

    /// Sends a message and waits until it is written, so that the daemon reads it even if this
    /// process then crashes. Returns whether it was written.
    pub(crate) fn send_and_wait(&self, message: FromHost) -> bool {
        let (written, wait) = channel();
        self.0.send(Outgoing::Confirmed(message, written)).is_ok() && wait.recv().is_ok()
    }

    /// Closes the connection after the messages queued before.
    pub(crate) fn close(&self) {
        let _ = self.0.send(Outgoing::Close);
    }
}

fn write(mut stream: UnixStream, messages: &Receiver<Outgoing>) {
    while let Ok(outgoing) = messages.recv() {
        let (message, written) = match outgoing {
            Outgoing::Message(message) => (message, None),
            Outgoing::Confirmed(message, written) => (message, Some(written)),
            Outgoing::Close => break,
        };
        let sent = encode(&message)
            .map_err(HostError::from)
            .and_then(|frame| Ok(stream.write_all(&frame)?));
        if sent.is_err() {
            break;
        }
        if let Some(written) = written {
            let _ = written.send(());
        }
    }
    // Also ends the thread that reads from the daemon.
    let _ = stream.shutdown(Shutdown::Both);
}

fn standard_input() -> Option<std::io::Result<UnixStream>> {
    let input = std::io::stdin();
    let is_socket = matches!(sockopt::socket_domain(&input), Ok(AddressFamily::UNIX))
        && matches!(sockopt::socket_type(&input), Ok(SocketType::STREAM))
        && matches!(sockopt::socket_acceptconn(&input), Ok(false));
    is_socket.then(|| input.as_fd().try_clone_to_owned().map(UnixStream::from))
}

/// Accepts the first connection from a user who may use this channel.
fn accept(listener: &OwnedFd) -> Result<UnixStream, HostError> {
    let listener = UnixListener::from(listener.try_clone()?);
    listener.set_nonblocking(false)?;
    loop {
        let (stream, _) = listener.accept()?;
        if may_use(peer(&stream)?) {
            return Ok(stream);
        }
    }
}

fn peer(stream: &UnixStream) -> Result<u32, HostError> {
    let credentials = sockopt::socket_peercred(stream).map_err(std::io::Error::from)?;
    Ok(credentials.uid.as_raw())
}

/// Whether the uid is root's or that of the daemon's account.
fn may_use(uid: u32) -> bool {
    uid == 0
        || matches!(nix::unistd::User::from_name(DAEMON), Ok(Some(user)) if user.uid.as_raw() == uid)
}
