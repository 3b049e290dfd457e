//! A fake of Twilio's server: validates every request with Prism, then replies as the test says.

use crate::prism::{self, Prism};
use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;

/// A test that waits longer than this has failed.
pub(crate) const TIMEOUT: Duration = Duration::from_mins(2);

type Body = BoxBody<Bytes, io::Error>;

/// The operation that a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    /// Create a message or call.
    Create,
    /// Get its status.
    Status,
    /// Erase its text.
    Redact,
}

/// How the server replies.
#[derive(Clone)]
pub(crate) enum Reply {
    /// The example in the description.
    Example,
    /// The example with another status and error code.
    Status(&'static str, Option<u32>),
    /// This status and body.
    Plain(u16, String),
    /// This status and header.
    WithHeader(u16, &'static str, String),
    /// No reply.
    Hang,
    /// The connection is closed.
    Close,
    /// A 201 with an incomplete body.
    Truncated,
}

impl Reply {
    /// A refusal in Twilio's words, which contain the phone number.
    pub(crate) fn refusal(status: u16, code: u32) -> Self {
        Self::Plain(
            status,
            format!(
                r#"{{"code":{code},"message":"The number {} is not what we like","more_info":"https://www.twilio.com/docs/errors/{code}","status":{status}}}"#,
                crate::NUMBER
            ),
        )
    }
}

/// A request that the server received.
#[derive(Debug, Clone)]
pub(crate) struct ReceivedRequest {
    pub(crate) operation: Operation,
    pub(crate) path: String,
    pub(crate) form: BTreeMap<String, String>,
    pub(crate) authorization: String,
}

#[derive(Default)]
struct Record {
    replies: HashMap<Operation, VecDeque<Reply>>,
    requests: Vec<ReceivedRequest>,
    violations: Vec<String>,
}

struct Shared {
    record: Mutex<Record>,
    changed: Condvar,
    prism: Arc<Prism>,
    description: Value,
}

/// The fake server.
pub(crate) struct Provider {
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
    directory: TempDir,
    port: u16,
}

impl Provider {
    /// Starts the server with its replies for each operation, the last of which is repeated.
    pub(crate) fn start(replies: impl IntoIterator<Item = (Operation, Vec<Reply>)>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(certify(&directory)));
        let description = fs::read(prism::description()).unwrap();
        let record = Record {
            replies: replies
                .into_iter()
                .map(|(operation, replies)| (operation, replies.into()))
                .collect(),
            ..Record::default()
        };
        let shared = Arc::new(Shared {
            record: Mutex::new(record),
            changed: Condvar::new(),
            prism: Prism::shared(),
            description: serde_json::from_slice(&description).unwrap(),
        });
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime
            .block_on(TcpListener::bind(("127.0.0.1", 0)))
            .unwrap();
        let port = listener.local_addr().unwrap().port();
        runtime.spawn(serve(listener, acceptor, Arc::clone(&shared)));
        Self {
            shared,
            runtime: Some(runtime),
            directory,
            port,
        }
    }

    pub(crate) fn base_url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// The authority that issued its certificate.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// The requests for an operation so far.
    pub(crate) fn requests(&self, operation: Operation) -> Vec<ReceivedRequest> {
        let record = self.shared.record.lock().unwrap();
        let all = record.requests.iter();
        all.filter(|request| request.operation == operation)
            .cloned()
            .collect()
    }

    /// Waits for a request for an operation.
    pub(crate) fn wait_for(&self, operation: Operation) {
        let record = self.shared.record.lock().unwrap();
        let (_record, waited) = self
            .shared
            .changed
            .wait_timeout_while(record, TIMEOUT, |record| {
                !record
                    .requests
                    .iter()
                    .any(|request| request.operation == operation)
            })
            .unwrap();
        assert!(!waited.timed_out(), "no request to {operation:?} came");
    }

    /// The violations of the description so far.
    pub(crate) fn violations(&self) -> Vec<String> {
        self.shared.record.lock().unwrap().violations.clone()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Creates an authority, and a certificate issued by it for this address.
fn certify(directory: &TempDir) -> ServerConfig {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let pem = authority.self_signed(&authority_key).unwrap().pem();
    fs::write(directory.path().join("ca.pem"), pem).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()])
        .unwrap()
        .signed_by(&key, &Issuer::new(authority, authority_key))
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap()
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // A client that does not trust the certificate disconnects.
            let Ok(stream) = acceptor.accept(stream).await else {
                return;
            };
            let service = service_fn(move |request| answer(request, Arc::clone(&shared)));
            // An error from the service closes the connection, as `Reply::Close` needs.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    shared: Arc<Shared>,
) -> Result<Response<Body>, io::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let header = |name| {
        let value = head.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let path = head.uri.path().to_owned();
    let operation = match (&head.method, path.matches('/').count()) {
        (&Method::POST, 4) => Operation::Create,
        (&Method::POST, _) => Operation::Redact,
        _ => Operation::Status,
    };
    let form: BTreeMap<String, String> = twilio_async::form_urlencoded::parse(&body)
        .into_owned()
        .collect();
    let mut violations = unknown_parameters(&shared.description, &path, &form);
    let (status, example) = ask_prism(&shared.prism, &head, body).await;
    if !(200..300).contains(&status) {
        violations.push(format!("{} {path}: HTTP {status}: {example}", head.method));
    }
    let reply = {
        let mut record = shared.record.lock().unwrap();
        record.violations.append(&mut violations);
        record.requests.push(ReceivedRequest {
            operation,
            path,
            form,
            authorization: header(AUTHORIZATION),
        });
        shared.changed.notify_all();
        let replies = record.replies.entry(operation).or_default();
        if replies.len() > 1 {
            replies.pop_front()
        } else {
            replies.front().cloned()
        }
    };
    respond(reply.unwrap_or(Reply::Example), status, example).await
}

async fn respond(reply: Reply, status: u16, example: String) -> Result<Response<Body>, io::Error> {
    let plain = |status, text: String| {
        Response::builder()
            .status(status)
            .header(CONTENT_TYPE, "application/json")
            .body(whole(text))
            .map_err(io::Error::other)
    };
    match reply {
        Reply::Example => plain(status, example),
        Reply::Status(word, code) => {
            let mut body: Value = serde_json::from_str(&example)?;
            body["status"] = word.into();
            body["error_code"] = code.into();
            plain(status, body.to_string())
        }
        Reply::Plain(status, text) => plain(status, text),
        Reply::WithHeader(status, name, value) => Response::builder()
            .status(status)
            .header(name, value)
            .body(whole("{}".into()))
            .map_err(io::Error::other),
        Reply::Hang => std::future::pending().await,
        Reply::Close => Err(io::Error::other("the connection is closed")),
        Reply::Truncated => Response::builder()
            .status(201)
            .body(truncated())
            .map_err(io::Error::other),
    }
}

fn whole(text: String) -> Body {
    Full::new(Bytes::from(text))
        .map_err(|never| match never {})
        .boxed()
}

/// A body that ends with an error after its first bytes.
fn truncated() -> Body {
    let begin = Frame::data(Bytes::from_static(br#"{"sid":"SM"#));
    let end = io::Error::other("truncated");
    StreamBody::new(stream::iter([Ok(begin), Err(end)])).boxed()
}

/// The parameters that the description does not contain, which Prism accepts.
fn unknown_parameters(
    description: &Value,
    path: &str,
    form: &BTreeMap<String, String>,
) -> Vec<String> {
    let words: Vec<&str> = path.split('/').collect();
    let known = match words[..] {
        ["", "2010-04-01", "Accounts", _, list] => {
            format!("/2010-04-01/Accounts/{{AccountSid}}/{list}")
        }
        ["", "2010-04-01", "Accounts", _, list, _] => {
            format!("/2010-04-01/Accounts/{{AccountSid}}/{list}/{{Sid}}.json")
        }
        _ => return vec![format!("{path} is no path of Twilio's")],
    };
    let properties = &description["paths"][known]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
        ["schema"]["properties"];
    form.keys()
        .filter(|name| properties[name.as_str()].is_null())
        .map(|name| format!("{path} knows no {name}"))
        .collect()
}

/// Sends the request to Prism, and returns the status and body of its response.
async fn ask_prism(
    prism: &Prism,
    head: &hyper::http::request::Parts,
    body: Bytes,
) -> (u16, String) {
    let stream = TcpStream::connect(&prism.address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    let mut request = Request::builder()
        .method(&head.method)
        .uri(head.uri.path_and_query().unwrap().as_str())
        .header(HOST, &prism.address);
    for name in [AUTHORIZATION, CONTENT_TYPE] {
        if let Some(value) = head.headers.get(&name) {
            request = request.header(name, value);
        }
    }
    let request = request.body(Full::new(body)).unwrap();
    let response = sender.send_request(request).await.unwrap();
    let violations = response.headers().get("sl-violations").cloned();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    connection.abort();
    let text = String::from_utf8_lossy(&body).into_owned();
    match violations {
        None => (status, text),
        Some(violations) => (422, String::from_utf8_lossy(violations.as_bytes()).into()),
    }
}
