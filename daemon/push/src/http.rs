//! What phones ask, in HTTP.

use crate::relay::{PollReply, PostReply, Relay, now};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue, USER_AGENT};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use secinfo_pipush::{Refusal, Reply, read_posted};
use secinfo_wire::push::{self, LONGEST_BODY, LONGEST_QUERY};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// How long the headers may take to arrive.
const HEADERS: Duration = Duration::from_secs(5);
/// The longest headers in all.
const LONGEST_HEADERS: usize = 16 * 1024;
/// The longest name of an app that is passed on.
const LONGEST_USER_AGENT: usize = 200;

/// Serves one request of a phone, and closes the connection, as the app expects it.
pub(crate) async fn serve<S>(relay: Arc<Relay>, stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let service = service_fn(|request| {
        let relay = Arc::clone(&relay);
        async move { Ok::<_, Infallible>(answer(&relay, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(LONGEST_HEADERS)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // What goes wrong is the phone's, or that of who claims to be one.
    let _ = connection.await;
}

async fn answer(relay: &Relay, request: Request<Incoming>) -> Response<Full<Bytes>> {
    match relay.is_path(request.uri().path()) {
        None => return written(&Reply::Refused(Refusal::Unavailable)),
        Some(false) => return empty(StatusCode::NOT_FOUND),
        Some(true) => {}
    }
    match *request.method() {
        Method::GET => {
            let query = request.uri().query().unwrap_or_default();
            if query.len() > LONGEST_QUERY {
                return written(&Reply::Refused(Refusal::Malformed));
            }
            match relay.poll(query) {
                PollReply::Request(request) => written(&Reply::Requests(request.as_slice())),
                PollReply::Refused(refusal) => written(&Reply::Refused(refusal)),
            }
        }
        Method::POST => post(relay, request).await,
        _ => empty(StatusCode::METHOD_NOT_ALLOWED),
    }
}

async fn post(relay: &Relay, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let user_agent = request.headers().get(USER_AGENT);
    let user_agent = user_agent.and_then(|value| value.to_str().ok());
    let user_agent: String = user_agent
        .unwrap_or_default()
        .chars()
        .take(LONGEST_USER_AGENT)
        .collect();
    let body = Limited::new(request.into_body(), LONGEST_BODY)
        .collect()
        .await;
    let Ok(body) = body else {
        return empty(StatusCode::PAYLOAD_TOO_LARGE);
    };
    // A form is ASCII, and as text without control characters it fits into a line to the daemon.
    let body = String::from_utf8(body.to_bytes().into()).ok();
    let Some(body) = body.filter(|body| body.bytes().all(|byte| byte.is_ascii_graphic())) else {
        return written(&Reply::Refused(Refusal::Malformed));
    };
    let Ok(posted) = read_posted(body.as_bytes(), &user_agent) else {
        return written(&Reply::Refused(Refusal::Malformed));
    };
    match relay.post(&posted, body, user_agent).await {
        PostReply::Refused(refusal) => written(&Reply::Refused(refusal)),
        PostReply::OfDaemon(reply) => written(&match &reply {
            push::Reply::Registered { public_key } => Reply::Registered { public_key },
            push::Reply::Counted(counted) => Reply::Counted(*counted),
            push::Reply::Code { code, message } => Reply::Code { code, message },
            push::Reply::NoEnrollment => Reply::Refused(Refusal::NoEnrollment),
            push::Reply::OldApp => Reply::Refused(Refusal::OldApp),
        }),
    }
}

fn written(reply: &Reply<'_>) -> Response<Full<Bytes>> {
    let status = StatusCode::from_u16(reply.status());
    let mut response = empty(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, json);
    *response.body_mut() = Full::new(reply.to_json(now()).into());
    response
}

fn empty(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = status;
    response
}
