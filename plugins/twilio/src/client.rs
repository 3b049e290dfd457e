//! The HTTP client for Twilio's API.

use crate::request::{HttpMethod, HttpRequest};
use crate::settings::{Access, Credentials, unusable};
use bytes::Bytes;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Response, redirect, retry};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use secinfo_channel::CreateError;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use zeroize::Zeroizing;

/// The maximum size of a response in bytes. Twilio's have about 1,000.
const MAX_RESPONSE: usize = 64 * 1024;

/// How long an unused connection is kept: shorter than servers keep them, so that one that is about
/// to be closed is rarely used.
const IDLE: Duration = Duration::from_secs(4);

/// The upper limit of a wait that a server asks for.
const MAX_WAIT: Duration = Duration::from_hours(1);

/// Sends requests with the account's credentials.
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    credentials: Credentials,
}

/// Twilio's response.
pub(crate) struct HttpResponse {
    pub(crate) status: u16,
    /// How long Twilio asks to wait.
    pub(crate) retry_after: Option<Duration>,
    /// `None` if it was too long or incomplete.
    pub(crate) body: Option<Zeroizing<Vec<u8>>>,
}

/// Why there is no response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SendError {
    /// The request was not sent.
    NotSent(String),
    /// It is unknown whether Twilio has the request.
    Unknown(&'static str),
}

impl Client {
    pub(crate) fn new(access: Access) -> Result<Self, CreateError> {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(access.ca_file.as_deref())?)
            .connect_timeout(access.connect_timeout)
            .timeout(access.timeout)
            .pool_idle_timeout(IDLE)
            .redirect(redirect::Policy::none())
            // The daemon decides about repetitions.
            .retry(retry::never())
            .no_proxy()
            .referer(false)
            .user_agent(concat!("secinfo/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| CreateError(format!("no HTTP client: {}", root_cause(&error))))?;
        Ok(Self {
            http,
            base: access.base,
            credentials: access.credentials,
        })
    }

    /// Sends a request once.
    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, SendError> {
        let url = format!("{}{}", self.base, request.path);
        let request = match request.method {
            HttpMethod::Get => self.http.get(url),
            HttpMethod::Post => {
                let form = Zeroizing::new(request.form.as_bytes().to_vec());
                self.http
                    .post(url)
                    .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                    // Wiped once it has been sent.
                    .body(Bytes::from_owner(form))
            }
        };
        let Credentials { user, password } = &self.credentials;
        let response = request
            .basic_auth(user, Some(password.as_str()))
            .send()
            .await
            .map_err(|error| send_error(&error))?;
        Ok(HttpResponse {
            status: response.status().as_u16(),
            retry_after: retry_after(&response),
            body: read(response).await,
        })
    }
}

async fn read(mut response: Response) -> Option<Zeroizing<Vec<u8>>> {
    let mut body = Zeroizing::new(Vec::new());
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > MAX_RESPONSE {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

fn send_error(error: &reqwest::Error) -> SendError {
    if error.is_connect() || error.is_builder() {
        let cause = if error.is_timeout() {
            "connecting took too long".to_owned()
        } else {
            root_cause(error)
        };
        return SendError::NotSent(cause);
    }
    SendError::Unknown(if error.is_timeout() {
        "no answer in time"
    } else {
        "the connection broke before there was an answer"
    })
}

/// The message of an error's root cause: for a connection, that of the system or TLS. It names
/// neither a message nor a phone number.
fn root_cause(error: &(dyn Error + 'static)) -> String {
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
    Some(wait.min(MAX_WAIT))
}

fn tls(ca_file: Option<&Path>) -> Result<ClientConfig, CreateError> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = ca_file {
        let wrong = |what: &dyn std::fmt::Display| {
            CreateError(format!(
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
        // One invalid certificate must not make all others useless.
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
