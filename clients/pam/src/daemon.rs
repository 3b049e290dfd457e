//! Finds the daemon, checks that it is the daemon, and makes the calls of a sign-in.

use crate::outcome::{Failure, Unavailable, refused};
use crate::path;
use crate::socket::{ConnectError, Deadline, ReceiveError, Socket};
use secinfo_wire::is_daemon;
use secinfo_wire::password_reset;
use secinfo_wire::sign_in::{Answer, Start, Step, method};
use secinfo_wire::varlink::{self, Reply};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io;
use std::path::Path;
use std::time::Duration;

/// Room for a call: each character of an answer takes six bytes at most, as those of an item do.
const ROOM: usize = 16 * 1024;

/// The daemon's connection. A sign-in ends with it.
pub(crate) struct Daemon {
    socket: Socket,
    timeout: Duration,
}

impl Daemon {
    /// Finds the daemon, which systemd starts if necessary, and checks whose the socket is.
    pub(crate) fn find(path: &Path, timeout: Duration) -> Result<Self, Failure> {
        let path = match path::safe(path, is_daemon) {
            Ok(Some(path)) => path,
            Ok(None) => return Err(Unavailable::UnsafePath.into()),
            Err(error) => return Err(no_file(&error)),
        };
        let socket =
            Socket::connect(&path, Deadline::after(timeout)).map_err(|error| match error {
                ConnectError::NoRoom(_) => Failure::NoRoom,
                ConnectError::NoDaemon => Unavailable::NoDaemon.into(),
                ConnectError::Late => Unavailable::Hung.into(),
            })?;
        let uid = socket.listener().ok_or(Unavailable::NoDaemon)?;
        match is_daemon(uid) {
            Ok(true) => Ok(Self { socket, timeout }),
            Ok(false) => Err(Unavailable::Impostor { uid }.into()),
            Err(error) => Err(no_file(&error)),
        }
    }

    /// Starts a sign-in.
    pub(crate) fn start(&mut self, start: &Start) -> Result<Step, Failure> {
        self.call(method::START, start)
    }

    /// Sends the user's answer, and whether it is the password that was typed before.
    pub(crate) fn answer(&mut self, answer: &str, is_password: bool) -> Result<Step, Failure> {
        let answer = Answer::new(answer);
        let answer = if is_password {
            answer.which_is_password()
        } else {
            answer
        };
        self.call(method::ANSWER, &answer)
    }

    /// Starts a password reset.
    pub(crate) fn start_reset(
        &mut self,
        start: &password_reset::Start,
    ) -> Result<password_reset::Step, Failure> {
        self.call(password_reset::method::START, start)
    }

    /// Sends the user's answer in a reset.
    pub(crate) fn answer_reset(&mut self, answer: &str) -> Result<password_reset::Step, Failure> {
        self.call(password_reset::method::ANSWER, &Answer::new(answer))
    }

    fn call<P: Serialize, S: DeserializeOwned>(
        &mut self,
        method: &str,
        parameters: &P,
    ) -> Result<S, Failure> {
        let deadline = Deadline::after(self.timeout);
        let call = varlink::call(method, parameters, ROOM);
        let sent = self.socket.send(&call, deadline);
        if let Err(error) = sent
            && error != ReceiveError::Lost
        {
            return Err(unanswered(&error).into());
        }
        // A daemon that has ended the connection has said why.
        let reply = self.socket.receive(deadline);
        let reply = reply.map_err(|error| unanswered(&error))?;
        let reply: Reply<'_> = serde_json::from_slice(reply).map_err(|_| Unavailable::Malformed)?;
        if let Some(error) = reply.error {
            return Err(refused(&error));
        }
        let parameters = reply.parameters.ok_or(Unavailable::Malformed)?;
        let step = serde_json::from_str(parameters.get());
        Ok(step.map_err(|_| Unavailable::Malformed)?)
    }
}

/// Why a file could not be looked at.
fn no_file(error: &io::Error) -> Failure {
    use rustix::io::Errno;
    match Errno::from_io_error(error) {
        Some(Errno::MFILE | Errno::NFILE | Errno::NOMEM) => Failure::NoRoom,
        _ => Unavailable::NoDaemon.into(),
    }
}

const fn unanswered(error: &ReceiveError) -> Unavailable {
    match error {
        ReceiveError::Late => Unavailable::Hung,
        ReceiveError::Lost => Unavailable::Lost,
        ReceiveError::Malformed => Unavailable::Malformed,
    }
}
