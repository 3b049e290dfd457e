//! A server in Twilio's place: asks Prism about every request, then answers as a test wants.

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

/// Longer than anything takes; a test that waits for as long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

type Body = BoxBody<Bytes, io::Error>;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Wish {
    /// A new message or call.
    Create,
    /// What became of it.
    Status,
    /// Erasing it.
    Redact,
}

/// How the server answers.
#[derive(Clone)]
pub(crate) enum Reply {
    /// With an example out of the description.
    Example,
    /// With that example, but another status and error code.
    Status(&'static str, Option<u32>),
    /// With this.
    Plain(u16, String),
    /// With this, and a header.
    WithHeader(u16, &'static str, String),
    /// Never.
    Hang,
    /// By closing the connection.
    Close,
    /// With a 201 that breaks off.
    BreakOff,
}

impl Reply {
    /// A refusal as Twilio words it, which names the number.
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

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) wish: Wish,
    pub(crate) path: String,
    pub(crate) form: BTreeMap<String, String>,
    pub(crate) authorization: String,
}

#[derive(Default)]
struct Record {
    replies: HashMap<Wish, VecDeque<Reply>>,
    seen: Vec<Seen>,
    objections: Vec<String>,
}

struct Shared {
    record: Mutex<Record>,
    changed: Condvar,
    prism: Arc<Prism>,
    description: Value,
}

/// The server.
pub(crate) struct Provider {
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
    directory: TempDir,
    port: u16,
}

impl Provider {
    /// Starts it, with its answers by what is asked for. The last one of each is repeated.
    pub(crate) fn start(replies: impl IntoIterator<Item = (Wish, Vec<Reply>)>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(certify(&directory)));
        let description = fs::read(prism::description()).unwrap();
        let record = Record {
            replies: replies
                .into_iter()
                .map(|(wish, replies)| (wish, replies.into()))
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

    /// The authority that vouches for it.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// What came so far.
    pub(crate) fn seen(&self, wish: Wish) -> Vec<Seen> {
        let record = self.shared.record.lock().unwrap();
        let all = record.seen.iter();
        all.filter(|seen| seen.wish == wish).cloned().collect()
    }

    /// Waits until a request of this kind came.
    pub(crate) fn wait_for(&self, wish: Wish) {
        let record = self.shared.record.lock().unwrap();
        let (_record, waited) = self
            .shared
            .changed
            .wait_timeout_while(record, PATIENCE, |record| {
                !record.seen.iter().any(|seen| seen.wish == wish)
            })
            .unwrap();
        assert!(!waited.timed_out(), "no {wish:?} came");
    }

    /// What was sent against the description.
    pub(crate) fn objections(&self) -> Vec<String> {
        self.shared.record.lock().unwrap().objections.clone()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// An authority, and a certificate of its for this address.
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
            // A client that does not trust us goes away.
            let Ok(stream) = acceptor.accept(stream).await else {
                return;
            };
            let service = service_fn(move |request| answer(request, Arc::clone(&shared)));
            // An answer that is an error closes the connection: that is what it is for.
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
    let wish = match (&head.method, path.matches('/').count()) {
        (&Method::POST, 4) => Wish::Create,
        (&Method::POST, _) => Wish::Redact,
        _ => Wish::Status,
    };
    let form: BTreeMap<String, String> = twilio_async::form_urlencoded::parse(&body)
        .into_owned()
        .collect();
    let mut objections = unknown_parameters(&shared.description, &path, &form);
    let (status, example) = ask_prism(&shared.prism, &head, body).await;
    if !(200..300).contains(&status) {
        objections.push(format!("{} {path}: HTTP {status}: {example}", head.method));
    }
    let reply = {
        let mut record = shared.record.lock().unwrap();
        record.objections.append(&mut objections);
        record.seen.push(Seen {
            wish,
            path,
            form,
            authorization: header(AUTHORIZATION),
        });
        shared.changed.notify_all();
        let replies = record.replies.entry(wish).or_default();
        if replies.len() > 1 {
            replies.pop_front()
        } else {
            replies.front().cloned()
        }
    };
    give(reply.unwrap_or(Reply::Example), status, example).await
}

async fn give(reply: Reply, status: u16, example: String) -> Result<Response<Body>, io::Error> {
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
        Reply::BreakOff => Response::builder()
            .status(201)
            .body(broken_off())
            .map_err(io::Error::other),
    }
}

fn whole(text: String) -> Body {
    Full::new(Bytes::from(text))
        .map_err(|never| match never {})
        .boxed()
}

/// A body that ends after its first bytes, and not as it should.
fn broken_off() -> Body {
    let begin = Frame::data(Bytes::from_static(br#"{"sid":"SM"#));
    let end = io::Error::other("broken off");
    StreamBody::new(stream::iter([Ok(begin), Err(end)])).boxed()
}

/// Prism lets parameters pass that the description does not know.
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

/// Status and body of Prism's answer to the same request.
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
