//! The doorbell against servers that take only what the documentation of ntfy and of Gotify allows.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request as HttpRequest, Response};
use hyper_util::rt::TokioIo;
use secinfo_channel::{
    Channel, CreateError, Delivery, Logger, MessagePurpose, Reason, Report, Request, SecretText,
};
use secinfo_doorbell::Doorbell;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

const TOPIC: &str = "secinfo-7Kq_2";
const NTFY_TOKEN: &str = "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2";
const GOTIFY_TOKEN: &str = "AxQ9Wm_k3o.Zp1d";
const TEXT: &str = "A sign-in waits for your phone on host.example.org.";

/// How a server answers what is right: with this status and header, or as it answers usually.
type Answer = Option<(u16, Option<(&'static str, &'static str)>)>;

struct Server {
    address: SocketAddr,
    /// The messages that it took.
    taken: Arc<Mutex<Vec<Value>>>,
}

/// The status for a request, and the message, if it is right.
type Judge = fn(&HttpRequest<()>, &[u8]) -> Result<Value, u16>;

impl Server {
    fn start(judge: Judge, answer: Answer) -> Self {
        let (sender, receiver) = mpsc::channel();
        let taken: Arc<Mutex<Vec<Value>>> = Arc::default();
        let record = Arc::clone(&taken);
        thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                sender.send(listener.local_addr().unwrap()).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    let record = Arc::clone(&record);
                    let service = service_fn(move |request| {
                        let record = Arc::clone(&record);
                        async move { Ok::<_, Infallible>(serve(judge, answer, &record, request).await) }
                    });
                    let connection = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service);
                    tokio::spawn(connection);
                }
            });
        });
        Self {
            address: receiver.recv().unwrap(),
            taken,
        }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn taken(&self) -> Vec<Value> {
        self.taken.lock().unwrap().clone()
    }
}

async fn serve(
    judge: Judge,
    answer: Answer,
    record: &Mutex<Vec<Value>>,
    request: HttpRequest<Incoming>,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let response = Response::builder();
    match (judge(&HttpRequest::from_parts(head, ()), &body), answer) {
        (Err(status), _) => response.status(status).body(Full::default()),
        (Ok(_), Some((status, header))) => {
            let response = response.status(status);
            let response = match header {
                Some((name, value)) => response.header(name, value),
                None => response,
            };
            response.body(Full::default())
        }
        (Ok(message), None) => {
            record.lock().unwrap().push(message);
            let body = json!({ "id": "hwQ2YpKdmg", "event": "message" }).to_string();
            response.body(Full::from(body))
        }
    }
    .unwrap()
}

fn header<'r>(request: &'r HttpRequest<()>, name: &str) -> Option<&'r str> {
    request.headers().get(name)?.to_str().ok()
}

/// JSON is posted to the root of the server. A topic is one that phones can subscribe to, a text of more than
/// 4,096 bytes becomes an attachment, priorities are from 1 to 5.
fn ntfy(request: &HttpRequest<()>, body: &[u8]) -> Result<Value, u16> {
    if request.method() != Method::POST || request.uri().path() != "/" {
        return Err(404);
    }
    match header(request, "authorization") {
        None => return Err(403),
        Some(value) if value != format!("Bearer {NTFY_TOKEN}") => return Err(401),
        Some(_) => {}
    }
    let message: Value = serde_json::from_slice(body).map_err(|_| 400_u16)?;
    let fields = message.as_object().ok_or(400_u16)?;
    let known = ["topic", "title", "message", "tags", "priority", "click"];
    let is_right = fields.keys().all(|name| known.contains(&name.as_str()))
        && message["topic"] == TOPIC
        && message["message"]
            .as_str()
            .is_some_and(|text| (1..=4096).contains(&text.len()))
        && message["priority"]
            .as_u64()
            .is_some_and(|priority| (1..=5).contains(&priority))
        && message["click"]
            .as_str()
            .is_some_and(|click| click.contains("://"));
    is_right.then_some(message).ok_or(400)
}

/// Extras are taken with JSON alone, and their names have a namespace.
fn gotify(request: &HttpRequest<()>, body: &[u8]) -> Result<Value, u16> {
    if request.method() != Method::POST || request.uri().path() != "/gotify/message" {
        return Err(404);
    }
    if header(request, "x-gotify-key") != Some(GOTIFY_TOKEN) {
        return Err(401);
    }
    if header(request, "content-type") != Some("application/json") {
        return Err(400);
    }
    let message: Value = serde_json::from_slice(body).map_err(|_| 400_u16)?;
    let is_right = message["message"]
        .as_str()
        .is_some_and(|text| !text.is_empty())
        && message["priority"].is_i64()
        && message["extras"]
            .as_object()
            .is_some_and(|extras| extras.keys().all(|name| name.contains("::")));
    is_right.then_some(message).ok_or(400)
}

fn doorbell(settings: Value) -> Doorbell {
    let settings = serde_json::from_value(settings).unwrap();
    match Doorbell::create(settings, Logger::new(|_, _| {})) {
        Ok(doorbell) => doorbell,
        Err(CreateError(text)) => panic!("{text}"),
    }
}

fn by_ntfy(server: &Server) -> Doorbell {
    doorbell(json!({
        "service": "ntfy", "url": server.url(), "topic": TOPIC, "token": NTFY_TOKEN,
    }))
}

fn request(text: &str) -> Request {
    Request {
        message: "0123456789abcdef0123456789abcdef".to_owned(),
        purpose: MessagePurpose::SignIn,
        destination: SecretText::default(),
        subject: SecretText::default(),
        text: SecretText::new(text.to_owned()),
        html: SecretText::default(),
        code: SecretText::default(),
        language: "en".to_owned(),
        organization: "Example".to_owned(),
        host: "host.example.org".to_owned(),
        service: "sshd".to_owned(),
        origin: "192.0.2.7".to_owned(),
        expires: u64::MAX,
        attempt: 1,
    }
}

/// The only report of a delivery.
fn ring(doorbell: &Doorbell, text: &str) -> Report {
    let (sender, receiver) = mpsc::channel();
    let report = move |report| sender.send(report).unwrap();
    doorbell.deliver(Delivery::new(request(text), false, report));
    let reports: Vec<Report> = receiver.iter().collect();
    assert_eq!(reports.len(), 1, "{reports:?}");
    reports.into_iter().next().unwrap()
}

#[test]
fn phones_learn_that_a_sign_in_waits_and_where_and_nothing_else() {
    let server = Server::start(ntfy, None);
    let report = ring(&by_ntfy(&server), TEXT);
    let reference = "hwQ2YpKdmg".to_owned();
    assert_eq!(report, Report::Accepted { reference });
    let sent = json!({
        "topic": TOPIC, "message": TEXT, "priority": 4, "click": "pia://secinfo",
    });
    assert_eq!(server.taken(), [sent]);

    let server = Server::start(gotify, None);
    let by_gotify = doorbell(json!({
        "service": "gotify", "url": format!("{}/gotify/", server.url()), "token": GOTIFY_TOKEN,
    }));
    assert!(matches!(ring(&by_gotify, TEXT), Report::Accepted { .. }));
    let sent = json!({
        "message": TEXT, "priority": 8,
        "extras": { "client::notification": { "click": { "url": "pia://secinfo" } } },
    });
    assert_eq!(server.taken(), [sent]);
}

#[test]
fn an_answer_says_whether_to_come_again_or_what_to_check() {
    let busy = Some(("retry-after", "7"));
    for (answer, reason, wait) in [
        ((429, busy), Reason::Busy, Some(7000)),
        ((429, None), Reason::Busy, Some(0)),
        ((507, None), Reason::Busy, Some(0)),
        ((500, None), Reason::Provider, Some(0)),
        (
            (302, Some(("location", "https://h/"))),
            Reason::Settings,
            None,
        ),
        ((403, None), Reason::Settings, None),
        ((413, None), Reason::Refused, None),
    ] {
        let server = Server::start(ntfy, Some(answer));
        let doorbell = by_ntfy(&server);
        let (is, after) = match ring(&doorbell, TEXT) {
            Report::Failed { reason, .. } => (reason, None),
            Report::TryLater { reason, after, .. } => (reason, Some(after)),
            other => panic!("{other:?}"),
        };
        assert_eq!((is, after), (reason, wait), "{answer:?}");
        assert_eq!(doorbell.health().healthy, reason != Reason::Settings);
    }
}

#[test]
fn a_wrong_token_or_topic_and_a_server_that_is_away_make_it_unhealthy_until_it_rings() {
    let server = Server::start(ntfy, None);
    for (topic, token) in [("other", NTFY_TOKEN), (TOPIC, "tk_other")] {
        let doorbell = doorbell(json!({
            "service": "ntfy", "url": server.url(), "topic": topic, "token": token,
        }));
        let Report::Failed { reason, detail } = ring(&doorbell, TEXT) else {
            panic!("it was taken");
        };
        assert_eq!(reason, Reason::Settings);
        assert!(
            !detail.contains(token) && !detail.contains(TOPIC),
            "{detail}"
        );
        assert!(!doorbell.health().healthy);
    }
    let away = doorbell(json!({
        "service": "ntfy", "url": "http://127.0.0.1:1", "topic": TOPIC,
    }));
    let report = ring(&away, TEXT);
    let is_unreachable = |reason| reason == Reason::Unreachable;
    assert!(matches!(report, Report::TryLater { reason, .. } if is_unreachable(reason)));
    assert!(!away.health().healthy);
    let well = by_ntfy(&server);
    assert!(matches!(ring(&well, TEXT), Report::Accepted { .. }));
    assert!(well.health().healthy);
}

#[test]
fn a_text_that_would_become_an_attachment_is_not_sent() {
    let server = Server::start(ntfy, None);
    let report = ring(&by_ntfy(&server), &"A".repeat(1025));
    let is_plugin = |reason| reason == Reason::Plugin;
    assert!(matches!(report, Report::Failed { reason, .. } if is_plugin(reason)));
    assert!(server.taken().is_empty());
}
