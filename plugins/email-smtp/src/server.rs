//! Connections to the mail server.

use crate::email::Email;
use crate::outcome::{Cause, Reply, SendError, Status, Step};
use crate::settings::{Checked, Protection};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailParameter};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{io, iter};
use tokio::time::timeout;

/// How long an idle connection is kept. Servers keep them for about 5 minutes.
const IDLE: Duration = Duration::from_mins(1);
/// How long a server may take to answer `QUIT`.
const QUIT_TIMEOUT: Duration = Duration::from_secs(5);

/// The mail server.
///
/// Sends each SMTP command itself instead of using lettre's transport, because the command that
/// failed decides the reason of a refusal and whether the message may be repeated.
pub(crate) struct Server {
    settings: Checked,
    idle: Mutex<Vec<Idle>>,
}

/// A connection that is kept for the next message.
struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl Server {
    pub(crate) const fn new(settings: Checked) -> Self {
        Self {
            settings,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// The settings.
    pub(crate) const fn settings(&self) -> &Checked {
        &self.settings
    }

    /// Sends an email over an idle connection or a new one. Returns the server's id of it, or an
    /// empty text if the server does not say.
    pub(crate) async fn send(self: &Arc<Self>, email: &Email) -> Result<String, SendError> {
        if let Some(mut connection) = self.idle_connection() {
            match self.send_over(&mut connection, email).await {
                Err(error) if error.is_stale_connection() => disconnect(connection),
                result => return self.finish(connection, result),
            }
        }
        let mut connection = self.connect().await?;
        let result = self.send_over(&mut connection, email).await;
        self.finish(connection, result)
    }

    /// Keeps the connection after a success, and closes it after a failure.
    fn finish(
        self: &Arc<Self>,
        connection: AsyncSmtpConnection,
        result: Result<String, SendError>,
    ) -> Result<String, SendError> {
        if result.is_ok() {
            self.keep(connection);
        } else {
            disconnect(connection);
        }
        result
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let Checked {
            host,
            port,
            protection,
            credentials,
            hello,
            ..
        } = &self.settings;
        let address = (host.as_str(), *port);
        let wrapper = match protection {
            Protection::Tls(parameters) => Some(parameters.clone()),
            Protection::Starttls(_) | Protection::None => None,
        };
        let connecting = async {
            let mut connection =
                AsyncSmtpConnection::connect_tokio1(address, None, hello, wrapper, None).await?;
            if let Protection::Starttls(parameters) = protection
                && connection.can_starttls()
            {
                connection.starttls(parameters.clone(), hello).await?;
            }
            Ok(connection)
        };
        let mut connection = self.step(Step::Connect, connecting).await?;
        if matches!(protection, Protection::Starttls(_)) && !connection.is_encrypted() {
            disconnect(connection);
            return Err(missing(Step::Connect, "STARTTLS"));
        }
        let Some(credentials) = credentials else {
            return Ok(connection);
        };
        if connection
            .server_info()
            .get_auth_mechanism(DEFAULT_MECHANISMS)
            .is_none()
        {
            disconnect(connection);
            return Err(missing(
                Step::Authenticate,
                "AUTH with PLAIN or LOGIN on this connection",
            ));
        }
        let signing_in = connection.auth(DEFAULT_MECHANISMS, credentials);
        match self.step(Step::Authenticate, signing_in).await {
            Ok(_) => Ok(connection),
            Err(error) => {
                disconnect(connection);
                Err(error)
            }
        }
    }

    async fn send_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        email: &Email,
    ) -> Result<String, SendError> {
        let Email { from, to, bytes } = email;
        let mut parameters = Vec::new();
        if !AsRef::<str>::as_ref(to).is_ascii() {
            let info = connection.server_info();
            if !info.supports_feature(Extension::SmtpUtfEight) {
                return Err(missing(
                    Step::Recipient,
                    "SMTPUTF8, which an address that is not ASCII needs",
                ));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let mail = connection.command(Mail::new(Some(from.clone()), parameters));
        self.step(Step::Sender, mail).await?;
        let rcpt = connection.command(Rcpt::new(to.clone(), Vec::new()));
        self.step(Step::Recipient, rcpt).await?;
        let response = self.step(Step::Data, connection.command(Data)).await?;
        // Also detects a reply injected before TLS began, which would shift every later reply by
        // one command.
        if !response.has_code(354) {
            return Err(SendError {
                step: Step::Data,
                cause: Cause::InvalidReply,
            });
        }
        let response = self.step(Step::Content, connection.message(bytes)).await?;
        let text: Vec<_> = response.message().collect();
        Ok(reference(&text.join(" ")))
    }

    /// Runs one step within the time-out.
    async fn step<T>(
        &self,
        step: Step,
        future: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, SendError> {
        let cause = match timeout(self.settings.timeout, future).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(error)) => cause_of(&error),
            Err(_) => Cause::TimedOut,
        };
        Err(SendError { step, cause })
    }

    fn idle_connection(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        // The most recently used one, so that the others expire.
        idle.pop().map(|idle| idle.connection)
    }

    fn keep(self: &Arc<Self>, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(Idle {
            connection,
            since: Instant::now(),
        });
        drop(idle);
        let server = Arc::downgrade(self);
        tokio::spawn(async move {
            tokio::time::sleep(IDLE).await;
            if let Some(server) = server.upgrade() {
                server.close_expired_connections();
            }
        });
    }

    fn close_expired_connections(&self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let expired: Vec<_> = idle
            .extract_if(.., |idle| idle.since.elapsed() >= IDLE)
            .collect();
        drop(idle);
        for Idle { connection, .. } in expired {
            disconnect(connection);
        }
    }
}

/// Closes a connection in the background.
fn disconnect(mut connection: AsyncSmtpConnection) {
    tokio::spawn(async move {
        let _ = timeout(QUIT_TIMEOUT, connection.abort()).await;
    });
}

const fn missing(step: Step, what: &'static str) -> SendError {
    SendError {
        step,
        cause: Cause::Missing(what),
    }
}

fn cause_of(error: &Error) -> Cause {
    if let Some(code) = error.status() {
        let text = std::error::Error::source(error).map(ToString::to_string);
        return Cause::Refused(Reply {
            code: code.into(),
            status: text.as_deref().and_then(Status::parse),
        });
    }
    if error.is_response() || error.is_client() {
        return Cause::InvalidReply;
    }
    if is_certificate_error(error) {
        return Cause::Certificate;
    }
    if error.is_timeout() {
        return Cause::TimedOut;
    }
    Cause::Network
}

fn is_certificate_error(error: &Error) -> bool {
    // lettre wraps the error of rustls once or twice.
    let sources = iter::successors(std::error::Error::source(error), |error| error.source());
    sources
        .filter_map(|source| source.downcast_ref::<io::Error>())
        .filter_map(io::Error::get_ref)
        .filter_map(|inner| inner.downcast_ref::<rustls::Error>())
        .any(|error| matches!(error, rustls::Error::InvalidCertificate(_)))
}

/// The server's id of an accepted message. There is no standard; this is the form of Exim, Postfix
/// and their followers.
fn reference(text: &str) -> String {
    let id = ["id=", "queued as "]
        .iter()
        .find_map(|before| text.split_once(before))
        .map_or("", |(_, after)| after);
    // Never something that could be an address.
    let end = id
        .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '.' | '_'))
        .unwrap_or(id.len());
    let ended = !id[end..].starts_with('@');
    let id = &id[..end];
    if ended && id.len() <= 64 {
        id.trim_end_matches('.').to_owned()
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_id_of_a_message_is_kept() {
        for (text, expected) in [
            ("OK id=1rXyZ0-0003vN-2x", "1rXyZ0-0003vN-2x"),
            ("2.0.0 Ok: queued as 4TgBnR2xY1z", "4TgBnR2xY1z"),
            ("2.0.0 Ok: queued as 4TgBnR2xY1z.", "4TgBnR2xY1z"),
            ("2.0.0 OK", ""),
            ("Ok id=alice@example.org", ""),
            ("", ""),
        ] {
            assert_eq!(reference(text), expected, "{text}");
        }
    }
}
