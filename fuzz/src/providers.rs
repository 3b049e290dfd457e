//! What mail servers and Twilio answer. The plugins talk to a server on loopback that answers with the
//! input, whatever they ask.

use secinfo_channel::{Channel, Delivery, Logger, MessagePurpose, Report, Request};
use secinfo_email_smtp::EmailSmtp;
use secinfo_twilio::TextTwilio;
use serde_json::json;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::sync::mpsc::{Sender, channel};
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::Duration;

/// A channel whose server answers with what it is given.
struct Answered<C> {
    channel: C,
    replies: Mutex<Sender<Vec<u8>>>,
}

static SMTP: LazyLock<Answered<EmailSmtp>> = LazyLock::new(|| {
    Answered::start(|port| {
        json!({
            "host": "127.0.0.1", "port": port, "security": "none", "from": "secinfo@example.org",
            "helo": "host.example.org", "timeout": "1s",
        })
    })
});

static TWILIO: LazyLock<Answered<TextTwilio>> = LazyLock::new(|| {
    Answered::start(|port| {
        json!({
            "account_sid": format!("AC{}", "0".repeat(32)), "auth_token": "0".repeat(32),
            "from": "+15005550006", "base_url": format!("http://127.0.0.1:{port}"),
            "connect_timeout": "1s", "timeout": "2s", "follow_up": "1s", "first_check": "1s",
        })
    })
});

impl<C: Channel> Answered<C> {
    fn start(settings: impl FnOnce(u16) -> serde_json::Value) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let (replies, given) = channel::<Vec<u8>>();
        thread::spawn(move || {
            let mut reply = Vec::new();
            for connection in listener.incoming() {
                let Ok(mut connection) = connection else {
                    continue;
                };
                // A second connection for one message gets the same.
                if let Some(next) = given.try_iter().last() {
                    reply = next;
                }
                let _ = connection.write_all(&reply);
                let _ = connection.shutdown(Shutdown::Write);
                let _ = connection.set_read_timeout(Some(Duration::from_secs(1)));
                // Reads what is sent, so that no reset of the connection overtakes the reply.
                let mut sent = [0; 4096];
                while matches!(connection.read(&mut sent), Ok(1..)) {}
            }
        });
        let settings = serde_json::from_value(settings(port)).expect("these are settings");
        let channel = C::create(settings, Logger::new(|_, _| ()));
        Self {
            channel: channel.unwrap_or_else(|error| panic!("{}", error.0)),
            replies: Mutex::new(replies),
        }
    }

    /// The first report of a message whose server answers so.
    fn report(&self, reply: &[u8]) -> Report {
        let replies = self.replies.lock().expect("no fuzzing thread panics");
        replies.send(reply.to_vec()).expect("the server runs");
        let (report, reported) = channel();
        self.channel
            .deliver(Delivery::new(request(), false, move |news| {
                let _ = report.send(news);
            }));
        reported.recv().expect("every delivery is reported")
    }
}

fn request() -> Request {
    Request {
        message: "0".repeat(32),
        purpose: MessagePurpose::SignIn,
        destination: "alice@example.org".to_owned().into(),
        subject: "A code".to_owned().into(),
        text: "The code is 123456.".to_owned().into(),
        html: String::new().into(),
        code: "123456".to_owned().into(),
        language: "en".to_owned(),
        organization: "Example".to_owned(),
        host: "host.example.org".to_owned(),
        service: "sshd".to_owned(),
        origin: String::new(),
        expires: u64::MAX,
        attempt: 1,
    }
}

/// What a report tells administrators is short and holds neither code nor destination.
fn check(report: &Report) {
    let (Report::Accepted { reference: detail }
    | Report::Failed { detail, .. }
    | Report::TryLater { detail, .. }) = report
    else {
        return;
    };
    assert!(detail.len() <= 1024, "{} bytes", detail.len());
    assert!(!detail.chars().any(char::is_control), "{detail:?}");
}

/// Sends an email to a server that answers so.
pub(crate) fn smtp(input: &[u8]) {
    check(&SMTP.report(input));
}

/// Sends a text by an API that answers so: with a whole response, or a body alone.
pub(crate) fn twilio(input: &[u8]) {
    if input.starts_with(b"HTTP/") {
        check(&TWILIO.report(input));
        return;
    }
    let head = format!(
        "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        input.len()
    );
    check(&TWILIO.report(&[head.as_bytes(), input].concat()));
}
