//! The mail server, as its clients see it.

use crate::message::Letter;
use crate::outcome::{Cause, Problem, Reply, Stage, Status};
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

/// How long a connection waits for the next message. Servers wait for 5 minutes or so.
const IDLE: Duration = Duration::from_mins(1);
/// How long a server may take to say good-bye.
const FAREWELL: Duration = Duration::from_secs(5);

/// The mail server.
///
/// The parts of lettre that tell each command apart are used, not its transport: whose fault a
/// refusal is, and whether a message may be sent again, follows from the command that failed.
pub(crate) struct Server {
    settings: Checked,
    idle: Mutex<Vec<Idle>>,
}

/// A connection that waits for the next message.
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

    /// Sends a message, over a connection that is there already or a new one. Returns what the
    /// server calls it, or nothing where it does not say.
    pub(crate) async fn send(self: &Arc<Self>, letter: &Letter) -> Result<String, Problem> {
        if let Some(mut connection) = self.idle_connection() {
            match self.send_over(&mut connection, letter).await {
                Err(problem) if problem.is_of_a_stale_connection() => say_farewell(connection),
                result => return self.finish(connection, result),
            }
        }
        let mut connection = self.connect().await?;
        let result = self.send_over(&mut connection, letter).await;
        self.finish(connection, result)
    }

    /// Keeps a connection over which a message went, and ends any other.
    fn finish(
        self: &Arc<Self>,
        connection: AsyncSmtpConnection,
        result: Result<String, Problem>,
    ) -> Result<String, Problem> {
        if result.is_ok() {
            self.keep(connection);
        } else {
            say_farewell(connection);
        }
        result
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Problem> {
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
        let mut connection = self.step(Stage::Connect, connecting).await?;
        if matches!(protection, Protection::Starttls(_)) && !connection.is_encrypted() {
            say_farewell(connection);
            return Err(missing(Stage::Connect, "STARTTLS"));
        }
        let Some(credentials) = credentials else {
            return Ok(connection);
        };
        if connection
            .server_info()
            .get_auth_mechanism(DEFAULT_MECHANISMS)
            .is_none()
        {
            say_farewell(connection);
            return Err(missing(
                Stage::Authenticate,
                "AUTH with PLAIN or LOGIN on this connection",
            ));
        }
        let signing_in = connection.auth(DEFAULT_MECHANISMS, credentials);
        match self.step(Stage::Authenticate, signing_in).await {
            Ok(_) => Ok(connection),
            Err(problem) => {
                say_farewell(connection);
                Err(problem)
            }
        }
    }

    async fn send_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        letter: &Letter,
    ) -> Result<String, Problem> {
        let Letter { from, to, bytes } = letter;
        let mut parameters = Vec::new();
        if !AsRef::<str>::as_ref(to).is_ascii() {
            let info = connection.server_info();
            if !info.supports_feature(Extension::SmtpUtfEight) {
                return Err(missing(
                    Stage::Recipient,
                    "SMTPUTF8, which an address that is not ASCII needs",
                ));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let mail = connection.command(Mail::new(Some(from.clone()), parameters));
        self.step(Stage::Sender, mail).await?;
        let rcpt = connection.command(Rcpt::new(to.clone(), Vec::new()));
        self.step(Stage::Recipient, rcpt).await?;
        let response = self.step(Stage::Data, connection.command(Data)).await?;
        // Also where a reply was slipped in before TLS began, after which each answer would be taken
        // for that to the command before.
        if !response.has_code(354) {
            return Err(Problem {
                stage: Stage::Data,
                cause: Cause::Garbled,
            });
        }
        let response = self.step(Stage::Content, connection.message(bytes)).await?;
        let text: Vec<_> = response.message().collect();
        Ok(reference(&text.join(" ")))
    }

    /// One step, in the time that it may take.
    async fn step<T>(
        &self,
        stage: Stage,
        step: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Problem> {
        let cause = match timeout(self.settings.timeout, step).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(error)) => cause_of(&error),
            Err(_) => Cause::TimedOut,
        };
        Err(Problem { stage, cause })
    }

    fn idle_connection(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        // The latest: the others may end for want of work.
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
                server.end_idle_connections();
            }
        });
    }

    fn end_idle_connections(&self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let ended: Vec<_> = idle
            .extract_if(.., |idle| idle.since.elapsed() >= IDLE)
            .collect();
        drop(idle);
        for Idle { connection, .. } in ended {
            say_farewell(connection);
        }
    }
}

/// Ends a connection. Nobody waits for it.
fn say_farewell(mut connection: AsyncSmtpConnection) {
    tokio::spawn(async move {
        let _ = timeout(FAREWELL, connection.abort()).await;
    });
}

const fn missing(stage: Stage, what: &'static str) -> Problem {
    Problem {
        stage,
        cause: Cause::Missing(what),
    }
}

fn cause_of(error: &Error) -> Cause {
    if let Some(code) = error.status() {
        let text = std::error::Error::source(error).map(ToString::to_string);
        return Cause::Refused(Reply {
            code: code.into(),
            status: text.as_deref().and_then(Status::of),
        });
    }
    if error.is_response() || error.is_client() {
        return Cause::Garbled;
    }
    if is_of_the_certificate(error) {
        return Cause::Certificate;
    }
    if error.is_timeout() {
        return Cause::TimedOut;
    }
    Cause::Network
}

fn is_of_the_certificate(error: &Error) -> bool {
    // lettre wraps what rustls says once or twice.
    let sources = iter::successors(std::error::Error::source(error), |error| error.source());
    sources
        .filter_map(|source| source.downcast_ref::<io::Error>())
        .filter_map(io::Error::get_ref)
        .filter_map(|inner| inner.downcast_ref::<rustls::Error>())
        .any(|error| matches!(error, rustls::Error::InvalidCertificate(_)))
}

/// What a server calls a message that it has taken. There is no standard: this is how Exim,
/// Postfix and those that follow them say it.
fn reference(text: &str) -> String {
    let id = ["id=", "queued as "]
        .iter()
        .find_map(|before| text.split_once(before))
        .map_or("", |(_, after)| after);
    // Nothing that could be an address, whatever the server says.
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
    fn the_name_that_a_server_gives_a_message_is_kept() {
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
