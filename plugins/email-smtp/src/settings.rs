//! The settings, and their validation.

use jiff::SignedDuration;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use secinfo_channel::{CreateError, SecretText};
use serde::Deserialize;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The settings of `email-smtp`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The mail server: a name or an address.
    host: String,
    /// The port; by default 465, 587 or 25, depending on `security`.
    port: Option<u16>,
    /// How the connection is protected.
    #[serde(default)]
    security: Security,
    /// The account at the mail server; without one there is no authentication.
    username: Option<String>,
    /// Its password.
    password: Option<SecretText>,
    /// The sender, with or without a display name: `Example <security@example.org>`.
    from: String,
    /// The address for replies.
    reply_to: Option<String>,
    /// PEM file of the certificate authorities that are trusted for the mail server, instead of the
    /// system's.
    ca_file: Option<PathBuf>,
    /// How long connecting, and then each reply, may take: 1 s to 10 min, by default 10 s.
    timeout: Option<String>,
    /// The name of this host in `EHLO`; by default its host name.
    helo: Option<String>,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Security {
    /// Implicit TLS, which RFC 8314 section 3 prefers.
    #[default]
    Tls,
    /// STARTTLS (RFC 3207), which is required.
    Starttls,
    /// No TLS: only to a server on this host.
    None,
}

/// Validated settings.
pub(crate) struct Checked {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) protection: Protection,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) sender: Sender,
    pub(crate) timeout: Duration,
    pub(crate) hello: ClientId,
}

/// How the connection is protected, with the TLS parameters.
pub(crate) enum Protection {
    Tls(TlsParameters),
    Starttls(TlsParameters),
    None,
}

/// The sender of messages.
pub(crate) struct Sender {
    pub(crate) from: Mailbox,
    pub(crate) reply_to: Option<Mailbox>,
}

impl Settings {
    /// Validates the settings.
    pub(crate) fn check(self) -> Result<Checked, CreateError> {
        let sender = Sender {
            from: mailbox("from", &self.from)?,
            reply_to: self
                .reply_to
                .as_deref()
                .map(|text| mailbox("reply_to", text))
                .transpose()?,
        };
        let credentials = match (self.username, self.password) {
            (Some(user), Some(password)) => Some(Credentials::new(user, password.to_string())),
            (None, None) => None,
            _ => return Err(unusable("set both username and password, or neither")),
        };
        let ca_file = self.ca_file.as_deref();
        let (protection, port) = match self.security {
            Security::Tls => (Protection::Tls(tls(&self.host, ca_file)?), 465),
            Security::Starttls => (Protection::Starttls(tls(&self.host, ca_file)?), 587),
            Security::None if is_local(&self.host) => (Protection::None, 25),
            Security::None => {
                return Err(unusable(
                    "security = \"none\" is for a mail server on this host only; write \"tls\" or \"starttls\"",
                ));
            }
        };
        Ok(Checked {
            port: self.port.unwrap_or(port),
            timeout: self
                .timeout
                .as_deref()
                .map_or(Ok(DEFAULT_TIMEOUT), timeout)?,
            hello: hello(self.helo)?,
            host: self.host,
            protection,
            credentials,
            sender,
        })
    }
}

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
const SHORTEST_TIMEOUT: Duration = Duration::from_secs(1);
const LONGEST_TIMEOUT: Duration = Duration::from_mins(10);

fn unusable(text: &str) -> CreateError {
    CreateError(text.to_owned())
}

fn mailbox(name: &str, text: &str) -> Result<Mailbox, CreateError> {
    text.parse().map_err(|error| {
        CreateError(format!(
            "{name} is no address ({error}); write one such as \"Example <security@example.org>\""
        ))
    })
}

/// Whether the server is on this host, so that messages to it do not cross a network.
fn is_local(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn tls(host: &str, ca_file: Option<&Path>) -> Result<TlsParameters, CreateError> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(path) = ca_file {
        let wrong = |what: &dyn std::fmt::Display| {
            CreateError(format!("ca_file {} is not usable: {what}", path.display()))
        };
        let pem = fs::read(path).map_err(|error| wrong(&error))?;
        let certificate = Certificate::from_pem(&pem).map_err(|_| wrong(&"it is no PEM"))?;
        if !pem.windows(BEGIN.len()).any(|part| part == BEGIN) {
            return Err(wrong(&"it holds no certificate"));
        }
        builder = builder
            .certificate_store(CertificateStore::None)
            .add_root_certificate(certificate);
    }
    builder
        .build()
        .map_err(|_| unusable("ca_file holds a certificate that cannot be used"))
}

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

fn timeout(text: &str) -> Result<Duration, CreateError> {
    text.parse::<SignedDuration>()
        .ok()
        .and_then(|length| Duration::try_from(length).ok())
        .filter(|length| (SHORTEST_TIMEOUT..=LONGEST_TIMEOUT).contains(length))
        .ok_or_else(|| unusable("timeout is not from \"1s\" to \"10m\"; write one such as \"10s\""))
}

fn hello(name: Option<String>) -> Result<ClientId, CreateError> {
    if let Some(name) = name {
        return if is_domain(&name) {
            Ok(ClientId::Domain(name))
        } else {
            Err(unusable("helo is no domain name"))
        };
    }
    let system = rustix::system::uname();
    let name = system.nodename().to_string_lossy();
    Ok(if is_domain(&name) {
        ClientId::Domain(name.into_owned())
    } else {
        ClientId::default()
    })
}

fn is_domain(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    (1..=253).contains(&name.len()) && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(change: &Value) -> Result<Checked, String> {
        let mut settings = json!({ "host": "mail.example.org", "from": "security@example.org" });
        let object = settings.as_object_mut().unwrap();
        object.extend(change.as_object().unwrap().clone());
        serde_json::from_value::<Settings>(settings)
            .map_err(|error| error.to_string())?
            .check()
            .map_err(|CreateError(text)| text)
    }

    fn refused(change: &Value) -> String {
        check(change).err().expect("refused")
    }

    #[test]
    fn the_port_follows_the_security() {
        for (change, port) in [
            (json!({}), 465),
            (json!({ "security": "starttls" }), 587),
            (json!({ "security": "none", "host": "localhost" }), 25),
            (json!({ "security": "none", "host": "::1" }), 25),
            (json!({ "port": 2525 }), 2525),
        ] {
            assert_eq!(check(&change).unwrap().port, port, "{change}");
        }
    }

    #[test]
    fn nothing_leaves_this_host_unprotected() {
        for host in ["mail.example.org", "192.0.2.1", "localhost.example.org"] {
            let text = refused(&json!({ "security": "none", "host": host }));
            assert!(text.contains("on this host only"), "{text}");
        }
    }

    #[test]
    fn an_error_names_the_invalid_setting() {
        for (change, word) in [
            (json!({ "from": "nobody" }), "from"),
            (
                json!({ "from": "a@example.org\r\nBcc: b@example.org" }),
                "from",
            ),
            (json!({ "reply_to": "@" }), "reply_to"),
            (json!({ "username": "alice" }), "password"),
            (json!({ "password": "secret" }), "username"),
            (json!({ "timeout": "0s" }), "timeout"),
            (json!({ "timeout": "1h" }), "timeout"),
            (json!({ "timeout": "soon" }), "timeout"),
            (json!({ "helo": "a b" }), "helo"),
            (json!({ "helo": "" }), "helo"),
            (json!({ "ca_file": "/nonexistent/ca.pem" }), "ca_file"),
            (json!({ "ca_file": "/dev/null" }), "ca_file"),
            (json!({ "security": "ssl" }), "ssl"),
            (json!({ "pasword": "secret" }), "pasword"),
        ] {
            let text = refused(&change);
            assert!(text.contains(word), "{change}: {text}");
            assert!(!text.contains("secret"), "{text}");
        }
    }

    #[test]
    fn a_timeout_is_a_duration() {
        let checked = check(&json!({ "timeout": "2m" })).unwrap();
        assert_eq!(checked.timeout, Duration::from_mins(2));
        assert_eq!(check(&json!({})).unwrap().timeout, DEFAULT_TIMEOUT);
    }
}
