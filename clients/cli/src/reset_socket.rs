//! The daemon's socket, over which passwords are reset: it needs no message bus.

use secinfo_terminal::failure::Failure;
use secinfo_wire::Error;
use secinfo_wire::conversation::{Answer, LONGEST_MESSAGE};
use secinfo_wire::password_reset::{PasswordResetError, Start, Step, method};
use secinfo_wire::varlink::{self, END, Nothing, Reply};
use secinfo_words::{Words, message};
use serde::Serialize;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;
use zeroize::Zeroizing;

/// How long a reply may take: longer than the daemon waits for the host to set a password.
const PATIENCE: Duration = Duration::from_mins(2);

/// A connection to the daemon. A reset ends with it.
pub(crate) struct ResetSocket {
    stream: UnixStream,
    words: Words,
}

impl ResetSocket {
    /// Connects to the daemon, which systemd starts if necessary, and checks whose the socket is.
    pub(crate) fn connect(path: &Path, words: Words) -> Result<Self, Failure> {
        let stream = UnixStream::connect(path).map_err(|error| unreachable(&error))?;
        for set in [UnixStream::set_read_timeout, UnixStream::set_write_timeout] {
            set(&stream, Some(PATIENCE)).map_err(|error| unreachable(&error))?;
        }
        let peer = rustix::net::sockopt::socket_peercred(&stream);
        let uid = peer
            .map_err(|error| unreachable(&error.into()))?
            .uid
            .as_raw();
        match secinfo_wire::is_daemon(uid) {
            Ok(true) => Ok(Self { stream, words }),
            Ok(false) => Err(Error::Untrusted { uid }.into()),
            Err(error) => Err(unreachable(&error)),
        }
    }

    /// Starts a reset.
    pub(crate) fn start(&mut self, start: &Start) -> Result<Step, Failure> {
        self.call(method::START, start)
    }

    /// Passes on what the person typed.
    pub(crate) fn answer(&mut self, answer: &str) -> Result<Step, Failure> {
        self.call(method::ANSWER, &Answer::new(answer))
    }

    /// Ends the reset.
    pub(crate) fn cancel(&mut self) {
        // It ends with the connection in any case.
        let _ = self
            .stream
            .write_all(&varlink::call(method::CANCEL, &Nothing {}, 128));
    }

    fn call<P: Serialize>(&mut self, method: &str, parameters: &P) -> Result<Step, Failure> {
        let call = varlink::call(method, parameters, LONGEST_MESSAGE);
        match self.stream.write_all(&call) {
            // A daemon that has ended the connection has said why.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            sent => sent.map_err(|error| unreachable(&error))?,
        }
        let message = self.receive()?;
        let reply: Reply<'_> = serde_json::from_slice(&message).map_err(|_| malformed())?;
        if let Some(error) = reply.error {
            return Err(self.refused(&error));
        }
        let parameters = reply.parameters.ok_or_else(malformed)?;
        serde_json::from_str(parameters.get()).map_err(|_| malformed())
    }

    /// The next message, without the NUL behind it. The daemon sends one for each call.
    fn receive(&mut self) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let mut message = Zeroizing::new(vec![0; LONGEST_MESSAGE]);
        let mut filled = 0;
        while filled < message.len() {
            let received = match self.stream.read(&mut message[filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                received => received.map_err(|error| unreachable(&error))?,
            };
            if received == 0 {
                return Err(unreachable(&io::ErrorKind::ConnectionReset.into()));
            }
            filled += received;
            if message[filled - 1] == END {
                message.truncate(filled - 1);
                return Ok(message);
            }
        }
        Err(malformed())
    }

    fn refused(&self, error: &str) -> Failure {
        let words = self.words;
        let sentence = match PasswordResetError::from_name(error) {
            Some(PasswordResetError::NoReset) => words.say(message::ResetOver),
            Some(PasswordResetError::NotOffered) => words.say(message::ResetNotOffered),
            Some(PasswordResetError::LimitsExceeded) => words.say(message::ResetLimits),
            Some(PasswordResetError::StorageUnavailable | PasswordResetError::Internal) => {
                words.say(message::ResetFault)
            }
            Some(PasswordResetError::ShuttingDown) => words.say(message::ResetStopping),
            None => return Error::Protocol(error.to_owned()).into(),
        };
        Failure::Refused(sentence.to_string())
    }
}

fn unreachable(error: &io::Error) -> Failure {
    Error::Unreachable(error.to_string()).into()
}

fn malformed() -> Failure {
    Error::Protocol("a reply that does not have its form".to_owned()).into()
}
