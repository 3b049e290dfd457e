//! The root helper that sets passwords, as the daemon calls it: one call to a connection.

use secinfo_wire::password::{
    Attempt, Became, Check, Checked, LONGEST_MESSAGE, Outcome, PasswordError, SetPassword, Ticket,
    method,
};
use secinfo_wire::varlink::{self, END, Reply};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;
use zeroize::Zeroizing;

/// How long the helper may take. The host's password modules may ask a service over the network, and a
/// configured command may take a while.
const PATIENCE: Duration = Duration::from_secs(90);

/// The helper.
pub(in crate::service) struct Helper {
    socket: PathBuf,
}

/// Why a call of the helper came to nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum HelperError {
    /// It could not be reached, or has not answered: what it did is not known.
    #[error("the helper that sets passwords has not answered ({0}): see secinfo-password.socket")]
    Unanswered(#[from] io::Error),
    /// It has refused the call, and changed nothing.
    #[error("the helper that sets passwords has refused the call: {}", .0.name())]
    Refused(PasswordError),
}

impl Helper {
    pub(in crate::service) const fn new(socket: PathBuf) -> Self {
        Self { socket }
    }

    /// Whether this host has the helper.
    pub(super) fn is_there(&self) -> bool {
        self.socket.exists()
    }

    /// Whether the password of this user can be set at all.
    pub(super) async fn check(&self, name: &str, uid: u32) -> Result<Checked, HelperError> {
        let name = name.to_owned();
        self.call(method::CHECK, &Check { name, uid }).await
    }

    /// Sets the password.
    pub(super) async fn set_password(&self, call: &SetPassword) -> Result<Attempt, HelperError> {
        self.call(method::SET_PASSWORD, call).await
    }

    /// What became of a ticket, which is used up by asking.
    pub(super) async fn outcome(&self, ticket: Ticket) -> Result<Became, HelperError> {
        self.call(method::OUTCOME, &Outcome { ticket }).await
    }

    async fn call<R: DeserializeOwned>(
        &self,
        method: &str,
        parameters: &impl Serialize,
    ) -> Result<R, HelperError> {
        let call = varlink::call(method, parameters, LONGEST_MESSAGE);
        let answered = timeout(PATIENCE, self.exchange(&call)).await;
        let message = answered.map_err(io::Error::from)??;
        let reply: Reply<'_> = serde_json::from_slice(&message).map_err(malformed)?;
        if let Some(name) = reply.error {
            let known = PasswordError::from_name(&name);
            return Err(known.map_or_else(
                || io::Error::new(io::ErrorKind::InvalidData, name.into_owned()).into(),
                HelperError::Refused,
            ));
        }
        let parameters = reply.parameters.map_or("{}", |parameters| parameters.get());
        Ok(serde_json::from_str(parameters).map_err(malformed)?)
    }

    async fn exchange(&self, call: &[u8]) -> io::Result<Zeroizing<Vec<u8>>> {
        let mut stream = UnixStream::connect(&self.socket).await?;
        // systemd listens for it, as root. No other account is told a password.
        if stream.peer_cred()?.uid() != 0 {
            let why = "what listens there does not run as root";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
        }
        stream.write_all(call).await?;
        let mut message = Zeroizing::new(vec![0; LONGEST_MESSAGE]);
        let mut filled = 0;
        loop {
            let received = stream.read(&mut message[filled..]).await?;
            if received == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            filled += received;
            if message[filled - 1] == END {
                message.truncate(filled - 1);
                return Ok(message);
            }
        }
    }
}

/// What is wrong with a reply is not said: it could repeat what was sent.
fn malformed(_: serde_json::Error) -> io::Error {
    io::ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests {
    use super::PATIENCE;
    use std::time::Duration;

    #[test]
    fn the_unit_waits_at_a_stop_for_longer_than_a_password_may_take() {
        let unit = include_str!("../../../../../systemd/secinfod.service");
        let minutes = unit
            .lines()
            .find_map(|line| line.strip_prefix("TimeoutStopSec=")?.strip_suffix("min"));
        let minutes = minutes.and_then(|minutes| minutes.parse().ok());
        let waits = Duration::from_mins(minutes.expect("a number of minutes"));
        assert!(waits > PATIENCE);
    }
}
