//! A fake of Twilio's server on loopback, over TLS: accepts texts and calls, and reports them as
//! delivered. The plugins' own tests check their requests against Twilio's description.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::collections::HashMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use tempfile::TempDir;

/// A running server, stopped on drop.
pub struct TwilioServer {
    port: u16,
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
    directory: TempDir,
}

/// A plugin's request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwilioRequest {
    /// The resource, such as `Messages.json` or `Calls/CA….json`.
    pub resource: String,
    /// The form; empty for a status request.
    pub form: HashMap<String, String>,
    /// The value of the header `Authorization`.
    pub authorization: String,
}

#[derive(Default)]
struct State {
    ended: AtomicBool,
    busy: AtomicUsize,
    created: AtomicUsize,
    requests: Mutex<Vec<TwilioRequest>>,
}

impl TwilioServer {
    /// The account.
    pub const ACCOUNT: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    /// Its token.
    pub const TOKEN: &str = "zirkonblau7f3e";

    /// Starts the server.
    pub fn start() -> Self {
        let directory = tempfile::Builder::new()
            .prefix("secinfo-twilio-")
            .tempdir()
            .unwrap();
        // The settings of channels decide which of them may read it.
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let (config, authority) = certify();
        fs::write(directory.path().join("ca.pem"), authority).unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.ended.load(Ordering::Acquire) {
                    break;
                }
                let (stream, shared) = (stream.unwrap(), Arc::clone(&shared));
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                // An error means that the client closed the connection.
                thread::spawn(move || shared.serve(StreamOwned::new(connection, stream)));
            }
        });
        Self {
            port,
            state,
            thread: Some(thread),
            directory,
        }
    }

    /// The certificate of the authority that issued the server's.
    pub fn ca_file(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// The settings of a plugin that sends through this server.
    pub fn settings(&self) -> String {
        format!(
            "account_sid = \"{}\"\nauth_token = \"{}\"\nfrom = \"+15005550006\"\n\
             base_url = \"https://127.0.0.1:{}\"\nca_file = \"{}\"\nfirst_check = \"20ms\"\n",
            Self::ACCOUNT,
            Self::TOKEN,
            self.port,
            self.ca_file().display()
        )
    }

    /// Answers the next `times` requests with 429 (too many requests).
    pub fn set_busy(&self, times: usize) {
        self.state.busy.store(times, Ordering::Release);
    }

    /// The requests so far, the oldest first.
    pub fn requests(&self) -> Vec<TwilioRequest> {
        self.state.requests.lock().unwrap().clone()
    }

    /// The forms that created texts (`Messages`) or calls (`Calls`), the oldest first.
    pub fn created(&self, list: &str) -> Vec<HashMap<String, String>> {
        let resource = format!("{list}.json");
        let mut requests = self.requests();
        requests.retain(|request| request.resource == resource);
        requests.into_iter().map(|request| request.form).collect()
    }
}

impl Drop for TwilioServer {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::Release);
        // Wakes the listener.
        let _ = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl State {
    fn serve(&self, stream: StreamOwned<ServerConnection, TcpStream>) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        while let Some((path, headers)) = head(&mut stream)? {
            let header = |name: &str| headers.get(name).cloned().unwrap_or_default();
            let length = header("content-length").parse().unwrap_or_default();
            let mut body = vec![0; length];
            stream.read_exact(&mut body)?;
            let prefix = format!("/2010-04-01/Accounts/{}/", TwilioServer::ACCOUNT);
            let request = TwilioRequest {
                resource: path.strip_prefix(&prefix).unwrap_or(&path).to_owned(),
                form: form(&body),
                authorization: header("authorization"),
            };
            let (status, body) = self.answer(&request);
            self.requests.lock().unwrap().push(request);
            let stream = stream.get_mut();
            write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )?;
            stream.flush()?;
        }
        Ok(())
    }

    fn answer(&self, request: &TwilioRequest) -> (&'static str, String) {
        let take_one = |busy: usize| busy.checked_sub(1);
        if self
            .busy
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, take_one)
            .is_ok()
        {
            return ("429 Too Many Requests", "{}".to_owned());
        }
        let (prefix, arrived) = if request.resource.starts_with("Calls") {
            ("CA", "completed")
        } else {
            ("SM", "delivered")
        };
        let (status, word, sid) = if let Some((_, sid)) = request.resource.split_once('/') {
            ("200 OK", arrived, sid.trim_end_matches(".json").to_owned())
        } else {
            let number = self.created.fetch_add(1, Ordering::AcqRel);
            ("201 Created", "queued", format!("{prefix}{number:032x}"))
        };
        let body = format!(r#"{{"sid":"{sid}","status":"{word}","error_code":null}}"#);
        (status, body)
    }
}

type Head = (String, HashMap<String, String>);

/// Reads the path and the headers of a request; `None` if the client closed the connection.
fn head(stream: &mut impl BufRead) -> io::Result<Option<Head>> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            return Ok(Some((path, headers)));
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
}

/// Decodes a form (`application/x-www-form-urlencoded`).
fn form(body: &[u8]) -> HashMap<String, String> {
    let body = String::from_utf8_lossy(body);
    body.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).unwrap();
                bytes.push(u8::from_str_radix(digits, 16).unwrap());
                rest = after;
            }
            (byte, _) => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Creates the server's TLS configuration, and the certificate of the authority that issued its
/// certificate.
fn certify() -> (Arc<ServerConfig>, String) {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([Ipv4Addr::LOCALHOST.to_string()])
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    (Arc::new(config), authority.pem())
}
