//! A blocking connection to the bus with deadlines, which starts no thread and leaves nothing in the
//! host's process when it is closed.
//!
//! A client library with its own runtime would leave thread-local state and a pair of descriptors
//! for signals in every program that authenticates users. A sign-in needs only a few calls, whose
//! encoding is from zbus.

use crate::arguments::BusAddress;
use crate::message::{Call, FIXED_HEADER, encode_header, lengths, read_reply};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketAddrUnix, SocketFlags, SocketType, connect, recv,
    send, socket_with,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::os::fd::OwnedFd;
use std::thread::sleep;
use std::time::{Duration, Instant};
use zbus::wire::serialized::Context;
use zbus::wire::{LE, to_bytes};
use zbus::{DynamicType, Type};
use zeroize::{Zeroize, Zeroizing};

/// The name of the bus itself.
pub(crate) const BUS: &str = "org.freedesktop.DBus";

/// The pause before another attempt to connect to a bus whose queue is full.
const RETRY_PAUSE: Duration = Duration::from_millis(10);

/// Why there is no reply.
#[derive(Debug)]
pub(crate) enum CallError {
    /// The reply is an error of this name.
    Named(String),
    /// The deadline has passed.
    Late,
    /// The connection ended, or could not be opened.
    Lost,
    /// The reply is not valid D-Bus, or has the wrong type.
    Malformed,
}

impl From<Errno> for CallError {
    fn from(_: Errno) -> Self {
        Self::Lost
    }
}

/// The time by which a wait must end.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    pub(crate) fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    fn left(self) -> Result<Duration, CallError> {
        let left = self.0.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(CallError::Late);
        }
        Ok(left)
    }
}

/// A call to the bus itself.
const TO_BUS: Call<'_> = Call {
    destination: BUS,
    path: "/org/freedesktop/DBus",
    interface: BUS,
    member: "",
};

/// A connection to the bus.
///
/// Messages are queued until a reply is awaited, so that the handshake, `Hello` and the first call
/// take one round trip.
pub(crate) struct Bus {
    socket: OwnedFd,
    serial: u32,
    output: Zeroizing<Vec<u8>>,
    input: Input,
    /// Whether the bus has accepted the handshake.
    is_accepted: bool,
}

/// The bytes received but not read yet.
struct Input {
    bytes: Zeroizing<[u8; 4096]>,
    start: usize,
    end: usize,
}

impl Bus {
    /// Connects, and queues the handshake.
    pub(crate) fn connect(address: &BusAddress, deadline: Deadline) -> Result<Self, CallError> {
        let address = match address {
            BusAddress::Path(path) => SocketAddrUnix::new(path)?,
            BusAddress::Abstract(name) => SocketAddrUnix::new_abstract_name(name)?,
        };
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
        loop {
            match connect(&socket, &address) {
                Ok(()) => break,
                Err(Errno::AGAIN | Errno::INTR) => sleep(RETRY_PAUSE.min(deadline.left()?)),
                Err(error) => return Err(error.into()),
            }
        }
        let mut bus = Self {
            socket,
            serial: 0,
            output: Zeroizing::new(Vec::with_capacity(1024)),
            input: Input {
                bytes: Zeroizing::new([0; 4096]),
                start: 0,
                end: 0,
            },
            is_accepted: false,
        };
        bus.queue_handshake()?;
        Ok(bus)
    }

    /// Queues the handshake (D-Bus specification, "Authentication Protocol"): EXTERNAL without an
    /// identity, so that the bus takes the uid from the kernel. Then `Hello`, which the bus requires
    /// and whose reply is not needed.
    fn queue_handshake(&mut self) -> Result<(), CallError> {
        self.output
            .extend_from_slice(b"\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n");
        let hello = Call {
            member: "Hello",
            ..TO_BUS
        };
        self.put(&hello, "", &[])
    }

    /// Reads the bus's replies to the handshake.
    fn finish_handshake(&mut self, deadline: Deadline) -> Result<(), CallError> {
        for expected in ["DATA", "OK"] {
            let line = self.receive_line(deadline)?;
            if line.split(' ').next() != Some(expected) {
                return Err(CallError::Lost);
            }
        }
        self.is_accepted = true;
        Ok(())
    }

    /// Calls a method of the bus itself.
    pub(crate) fn ask_bus<A, R>(
        &mut self,
        member: &str,
        arguments: &A,
        deadline: Deadline,
    ) -> Result<R, CallError>
    where
        A: Serialize + DynamicType,
        R: DeserializeOwned + Type,
    {
        let call = Call { member, ..TO_BUS };
        self.call(&call, arguments, deadline)
    }

    /// Calls a method, and waits for its reply. Other messages are ignored.
    pub(crate) fn call<A, R>(
        &mut self,
        call: &Call<'_>,
        arguments: &A,
        deadline: Deadline,
    ) -> Result<R, CallError>
    where
        A: Serialize + DynamicType,
        R: DeserializeOwned + Type,
    {
        let signature = arguments.signature().to_string_no_parens();
        let body = to_bytes(Context::new(LE, 0), arguments).map_err(|_| CallError::Malformed)?;
        // The encoding of no arguments is an empty body.
        let body = if signature.is_empty() {
            &[]
        } else {
            body.bytes()
        };
        self.call_with_body(call, &signature, body, deadline)
    }

    /// Calls a method with one secret string, of which no copy remains in memory.
    pub(crate) fn call_with_secret<R>(
        &mut self,
        call: &Call<'_>,
        secret: &str,
        deadline: Deadline,
    ) -> Result<R, CallError>
    where
        R: DeserializeOwned + Type,
    {
        let length = u32::try_from(secret.len()).map_err(|_| CallError::Malformed)?;
        let mut body = Zeroizing::new(Vec::with_capacity(secret.len() + 5));
        body.extend_from_slice(&length.to_le_bytes());
        body.extend_from_slice(secret.as_bytes());
        body.push(0);
        self.call_with_body(call, "s", &body, deadline)
    }

    fn call_with_body<R>(
        &mut self,
        call: &Call<'_>,
        signature: &str,
        body: &[u8],
        deadline: Deadline,
    ) -> Result<R, CallError>
    where
        R: DeserializeOwned + Type,
    {
        self.put(call, signature, body)?;
        let sent = self.flush(deadline);
        self.output.zeroize();
        sent?;
        if !self.is_accepted {
            self.finish_handshake(deadline)?;
        }
        loop {
            let message = self.receive(deadline)?;
            if let Some(reply) = read_reply(&message, self.serial, call.destination)? {
                return Ok(reply);
            }
        }
    }

    /// Queues a call. The buffer is large enough from the start, because growing would leave a copy
    /// of a secret in memory.
    fn put(&mut self, call: &Call<'_>, signature: &str, body: &[u8]) -> Result<(), CallError> {
        self.serial += 1;
        let header = encode_header(call, signature, body.len(), self.serial)?;
        self.output.reserve(header.len() + body.len());
        self.output.extend_from_slice(&header);
        self.output.extend_from_slice(body);
        Ok(())
    }

    /// Sends the queue, without `SIGPIPE`, which would kill the host if the peer is gone.
    fn flush(&self, deadline: Deadline) -> Result<(), CallError> {
        let mut bytes = self.output.as_slice();
        while !bytes.is_empty() {
            match send(&self.socket, bytes, SendFlags::NOSIGNAL) {
                Ok(sent) => bytes = &bytes[sent..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.wait(PollFlags::OUT, deadline)?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Fills the buffer with the next bytes.
    fn fill(&mut self, mut buffer: &mut [u8], deadline: Deadline) -> Result<(), CallError> {
        while !buffer.is_empty() {
            if self.input.start == self.input.end {
                self.receive_some(deadline)?;
            }
            let taken = self.input.take(buffer);
            buffer = &mut buffer[taken..];
        }
        // A peer that sends endlessly does not extend the deadline.
        deadline.left().map(|_| ())
    }

    /// Waits for bytes, and receives what is available.
    fn receive_some(&mut self, deadline: Deadline) -> Result<(), CallError> {
        loop {
            match recv(&self.socket, &mut *self.input.bytes, RecvFlags::empty()) {
                Ok((0, _)) => return Err(CallError::Lost),
                Ok((received, _)) => {
                    (self.input.start, self.input.end) = (0, received);
                    return Ok(());
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.wait(PollFlags::IN, deadline)?,
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn wait(&self, what: PollFlags, deadline: Deadline) -> Result<(), CallError> {
        let left = Timespec::try_from(deadline.left()?).map_err(|_| CallError::Late)?;
        match poll(&mut [PollFd::new(&self.socket, what)], Some(&left)) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn receive_line(&mut self, deadline: Deadline) -> Result<String, CallError> {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            if line.len() > 512 {
                return Err(CallError::Malformed);
            }
            let mut byte = [0];
            self.fill(&mut byte, deadline)?;
            line.extend_from_slice(&byte);
        }
        line.truncate(line.len() - 2);
        String::from_utf8(line).map_err(|_| CallError::Malformed)
    }

    fn receive(&mut self, deadline: Deadline) -> Result<Zeroizing<Vec<u8>>, CallError> {
        let mut fixed = [0; FIXED_HEADER];
        self.fill(&mut fixed, deadline)?;
        let (header, body) = lengths(&fixed)?;
        let mut message = Zeroizing::new(vec![0; header + body]);
        message[..FIXED_HEADER].copy_from_slice(&fixed);
        self.fill(&mut message[FIXED_HEADER..], deadline)?;
        Ok(message)
    }
}

impl Input {
    /// Moves bytes into `buffer`, and returns how many.
    fn take(&mut self, buffer: &mut [u8]) -> usize {
        let length = buffer.len().min(self.end - self.start);
        buffer[..length].copy_from_slice(&self.bytes[self.start..self.start + length]);
        self.start += length;
        length
    }
}
