//! The connection to Twilio.

use crate::composer::{Composed, Method};
use crate::settings::{Access, Credentials, unusable};
use bytes::Bytes;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Response, redirect, retry};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use secinfo_channel::Unusable;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use zeroize::Zeroizing;

/// How long an answer may be, in bytes. Twilio's are about 1,000 long.
const LONGEST_ANSWER: usize = 64 * 1024;

/// How long an unused connection is kept: shorter than servers do, so that hardly ever one is
/// chosen that its server is about to close.
const IDLE: Duration = Duration::from_secs(4);

/// Longer than this nobody waits, whatever a server asks for.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// Sends what was composed.
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    credentials: Credentials,
}

/// What Twilio answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// How long Twilio asks to wait.
    pub(crate) retry_after: Option<Duration>,
    /// `None` when it was too long, or broke off.
    pub(crate) body: Option<Zeroizing<Vec<u8>>>,
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// The request was not sent.
    NotSent(String),
    /// Whether Twilio has the request is unknown.
    Unknown(&'static str),
}

impl Client {
    pub(crate) fn new(access: Access) -> Result<Self, Unusable> {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(access.ca_file.as_deref())?)
            .connect_timeout(access.connect_timeout)
            .timeout(access.timeout)
            .pool_idle_timeout(IDLE)
            .redirect(redirect::Policy::none())
            // What is repeated, and when, is decided by the daemon.
            .retry(retry::never())
            .no_proxy()
            .referer(false)
            .user_agent(concat!("secinfo/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Unusable(format!("no HTTP client: {}", innermost(&error))))?;
        Ok(Self {
            http,
            base: access.base,
            credentials: access.credentials,
        })
    }

    /// Sends a request once.
    pub(crate) async fn ask(&self, composed: Composed) -> Result<Answer, Unanswered> {
        let url = format!("{}{}", self.base, composed.path);
        let request = match composed.method {
            Method::Get => self.http.get(url),
            Method::Post => {
                let form = Zeroizing::new(composed.form.as_bytes().to_vec());
                self.http
                    .post(url)
                    .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                    // Wipes itself when it has been sent.
                    .body(Bytes::from_owner(form))
            }
        };
        let Credentials { user, password } = &self.credentials;
        let response = request
            .basic_auth(user, Some(password.as_str()))
            .send()
            .await
            .map_err(|error| unanswered(&error))?;
        Ok(Answer {
            status: response.status().as_u16(),
            retry_after: retry_after(&response),
            body: read(response).await,
        })
    }
}

async fn read(mut response: Response) -> Option<Zeroizing<Vec<u8>>> {
    let mut body = Zeroizing::new(Vec::new());
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

fn unanswered(error: &reqwest::Error) -> Unanswered {
    if error.is_connect() || error.is_builder() {
        let cause = if error.is_timeout() {
            "connecting took too long".to_owned()
        } else {
            innermost(error)
        };
        return Unanswered::NotSent(cause);
    }
    Unanswered::Unknown(if error.is_timeout() {
        "no answer in time"
    } else {
        "the connection broke before there was an answer"
    })
}

/// What is at the bottom of an error, which the layers above it only wrap: of a connection, that is
/// the system's or TLS's own word. It names neither a message nor a number.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string().chars().take(200).collect()
}

/// `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date.
fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    wait(text, SystemTime::now())
}

fn wait(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    let wait = if let Ok(seconds) = text.parse() {
        Duration::from_secs(seconds)
    } else {
        let date = DateTimeParser::new().parse_timestamp(text).ok()?;
        SystemTime::from(date)
            .duration_since(now)
            .unwrap_or_default()
    };
    Some(wait.min(LONGEST_WAIT))
}

fn tls(ca_file: Option<&Path>) -> Result<ClientConfig, Unusable> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = ca_file {
        let wrong = |what: &dyn std::fmt::Display| {
            Unusable(format!(
                "ca_file {} is not usable: {what}; name a file of certificates as PEM",
                path.display()
            ))
        };
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| wrong(&error))? {
            let certificate = certificate.map_err(|error| wrong(&error))?;
            roots.add(certificate).map_err(|error| wrong(&error))?;
        }
        if roots.is_empty() {
            return Err(wrong(&"it holds no certificate"));
        }
    } else {
        // One certificate that cannot be read is no reason to trust none.
        let system = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(system.certs);
        if roots.is_empty() {
            return Err(unusable(
                "the system trusts no certificates: install the package ca-certificates, or set ca_file",
            ));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_seconds_or_a_date() {
        // 2015-10-21 07:28:00 UTC.
        let now = SystemTime::UNIX_EPOCH + Duration::from_mins(24_090_208);
        let seconds = |text| wait(text, now).map(|wait| wait.as_secs());
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds(" 7 "), Some(7));
        assert_eq!(seconds("Wed, 21 Oct 2015 07:28:30 GMT"), Some(30));
        assert_eq!(seconds("Wed, 21 Oct 2015 07:00:00 GMT"), Some(0));
        assert_eq!(seconds("999999999999"), Some(3600));
        for nonsense in ["", "soon", "-5", "1.5"] {
            assert_eq!(seconds(nonsense), None, "{nonsense}");
        }
    }
}
