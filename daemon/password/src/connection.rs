//! The connection: messages with deadlines, and who sends them.

use crate::error::HelperError;
use rustix::net::sockopt::{self, socket_peercred};
use rustix::net::{AddressFamily, SocketType};
use secinfo_wire::password::LONGEST_MESSAGE;
use secinfo_wire::varlink::END;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long a connection may be silent.
const SILENCE: Duration = Duration::from_secs(30);

/// How long a message may take after its first byte, and a reply until it is read.
const MESSAGE: Duration = Duration::from_secs(10);

/// A connection to the daemon.
pub(crate) struct Connection {
    stream: UnixStream,
    /// The message that was received last, and what came behind it.
    input: Zeroizing<Vec<u8>>,
    /// How much of the input is the last message, with the NUL behind it.
    taken: usize,
    filled: usize,
}

impl Connection {
    /// Takes standard input, where systemd puts the connection.
    pub(crate) fn from_standard_input() -> Result<Self, HelperError> {
        let input = io::stdin();
        let is_connection = matches!(sockopt::socket_domain(&input), Ok(AddressFamily::UNIX))
            && matches!(sockopt::socket_type(&input), Ok(SocketType::STREAM))
            && matches!(sockopt::socket_acceptconn(&input), Ok(false));
        if !is_connection {
            return Err(HelperError::NoConnection);
        }
        Ok(Self {
            stream: UnixStream::from(input.as_fd().try_clone_to_owned()?),
            input: Zeroizing::new(vec![0; LONGEST_MESSAGE]),
            taken: 0,
            filled: 0,
        })
    }

    /// The uid of the process that connected, as the kernel knows it.
    pub(crate) fn peer(&self) -> io::Result<u32> {
        Ok(socket_peercred(&self.stream)?.uid.as_raw())
    }

    /// The next message, without the NUL behind it; none when the connection was closed between two, or
    /// silent for too long.
    pub(crate) fn receive(&mut self) -> Result<Option<&[u8]>, HelperError> {
        self.input.copy_within(self.taken..self.filled, 0);
        self.filled -= std::mem::take(&mut self.taken);
        let mut searched = 0;
        let mut deadline = Instant::now() + SILENCE;
        if self.filled > 0 {
            deadline = Instant::now() + MESSAGE;
        }
        loop {
            let new = &self.input[searched..self.filled];
            if let Some(end) = new.iter().position(|byte| *byte == END) {
                let end = searched + end;
                self.taken = end + 1;
                return Ok(Some(&self.input[..end]));
            }
            searched = self.filled;
            if self.filled == self.input.len() {
                return Err(HelperError::NotACall);
            }
            let was_silent = self.filled == 0;
            match self.read_until(deadline) {
                Ok(0) if was_silent => return Ok(None),
                Ok(0) => return Err(HelperError::NotACall),
                Ok(read) => self.filled += read,
                Err(error) if is_late(&error) && was_silent => return Ok(None),
                Err(error) if is_late(&error) => return Err(HelperError::NotACall),
                Err(error) => return Err(error.into()),
            }
            if was_silent {
                deadline = Instant::now() + MESSAGE;
            }
        }
    }

    fn read_until(&mut self, deadline: Instant) -> io::Result<usize> {
        loop {
            self.stream.set_read_timeout(Some(left(deadline)?))?;
            match self.stream.read(&mut self.input[self.filled..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }

    /// Sends a reply.
    pub(crate) fn send(&mut self, mut reply: &[u8]) -> Result<(), HelperError> {
        let deadline = Instant::now() + MESSAGE;
        while !reply.is_empty() {
            self.stream.set_write_timeout(Some(left(deadline)?))?;
            match self.stream.write(reply) {
                Ok(sent) => reply = &reply[sent..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// The time that is left, for the socket: no time at all would be no limit.
fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(ErrorKind::TimedOut.into());
    }
    Ok(left)
}

fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock)
}
