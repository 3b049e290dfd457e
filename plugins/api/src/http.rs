//! An HTTP client for plugins: it follows nobody elsewhere and repeats nothing, because the daemon decides
//! about repetitions.

use crate::CreateError;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, Response, Url, redirect, retry};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::error::Error;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use zeroize::Zeroizing;

/// The maximum size of a response in bytes: providers' have about 1,000.
const MAX_RESPONSE: usize = 64 * 1024;

/// How long an unused connection is kept: shorter than servers keep them, so that one that is about
/// to be closed is rarely used.
const IDLE: Duration = Duration::from_secs(4);

/// The upper limit of a wait that a server asks for.
const MAX_WAIT: Duration = Duration::from_hours(1);

/// A provider's response.
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// How long the provider asks to wait.
    pub retry_after: Option<Duration>,
    /// `None` if it was too long or incomplete.
    pub body: Option<Zeroizing<Vec<u8>>>,
}

/// Why there is no response.
#[derive(Debug, PartialEq, Eq)]
pub enum SendError {
    /// The request was not sent.
    NotSent(String),
    /// It is unknown whether the provider has the request.
    Unknown(&'static str),
}

/// Makes a client that trusts the authorities in this file of PEM, or else those of the system. Connecting
/// may take `connect_timeout`, and a request, connecting included, `timeout`.
///
/// # Errors
///
/// If there are no authorities that can be used.
pub fn client(
    ca_file: Option<&Path>,
    connect_timeout: Duration,
    timeout: Duration,
) -> Result<Client, CreateError> {
    Client::builder()
        .tls_backend_preconfigured(tls(ca_file)?)
        .connect_timeout(connect_timeout)
        .timeout(timeout)
        .pool_idle_timeout(IDLE)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .referer(false)
        .user_agent(concat!("secinfo/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| CreateError(format!("no HTTP client: {}", root_cause(&error))))
}

/// Sends a request once, and reads the response.
///
/// # Errors
///
/// [`SendError`], if there is none.
pub async fn send(request: reqwest::RequestBuilder) -> Result<HttpResponse, SendError> {
    let response = request.send().await.map_err(|error| send_error(&error))?;
    Ok(HttpResponse {
        status: response.status().as_u16(),
        retry_after: retry_after(&response),
        body: read(response).await,
    })
}

/// Validates the address of a provider, to which paths are added: without a slash at its end. Plain http is
/// for this host itself only. `None`: it is none.
pub fn base(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    let is_safe = match url.scheme() {
        "https" => url.host_str().is_some(),
        "http" => url.host_str().is_some_and(is_local),
        _ => false,
    };
    (is_plain && is_safe).then(|| url.as_str().trim_end_matches('/').to_owned())
}

fn is_local(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
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
            return Err(CreateError(
                "the system trusts no certificates: install the package ca-certificates, or set ca_file"
                    .to_owned(),
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

    #[test]
    fn only_this_host_is_spoken_to_without_tls() {
        for (text, read) in [
            ("https://ntfy.sh", Some("https://ntfy.sh")),
            ("https://ntfy.sh/", Some("https://ntfy.sh")),
            ("https://h/gotify/", Some("https://h/gotify")),
            ("http://127.0.0.1:80/", Some("http://127.0.0.1")),
            ("http://ntfy.sh", None),
            ("https://me:pw@ntfy.sh", None),
            ("https://ntfy.sh/?a=b", None),
            ("ntfy.sh", None),
        ] {
            assert_eq!(base(text).as_deref(), read, "{text}");
        }
    }
}
