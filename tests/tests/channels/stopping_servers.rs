//! `email-smtp` against servers that stop in the middle, or are not there.

use crate::harness::{
    assert_accepted, assert_failed, assert_try_later, channel, deliver, request, right, start, with,
};
use crate::scripted::{Scripted, Stop, Then};
use secinfo_channel::{Reason, Report};
use secinfo_email_smtp::EmailSmtp;
use secinfo_tests::SmtpServer;
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::sync::mpsc::Receiver;
use tokio::net::TcpSocket;

#[test]
fn a_password_is_never_sent_in_the_clear() {
    // Stops after its greeting and EHLO, in which it offers neither STARTTLS nor AUTH.
    let server = Scripted::start(Stop::Dot, Then::Hang);
    let settings = json!({
        "host": SmtpServer::NAME,
        "port": server.port(),
        "security": "starttls",
        "username": SmtpServer::USER,
        "password": SmtpServer::PASSWORD,
        "from": "security@example.org",
        "timeout": "60s",
    });
    let report = deliver(&channel(&settings), request(1, "alice@example.org"));
    let detail = assert_failed(&report, Reason::Settings);
    assert!(detail.contains("STARTTLS"), "{detail}");
    let settings = with(settings, "security", "none");
    let report = deliver(&channel(&settings), request(1, "alice@example.org"));
    let detail = assert_failed(&report, Reason::Settings);
    assert!(detail.contains("AUTH"), "{detail}");
    assert_eq!(server.messages(), 0);
}

/// Settings for a server that stops.
fn plain(port: u16, timeout: &str) -> Value {
    json!({
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "from": "security@example.org",
        "timeout": timeout,
    })
}

/// A delivery to a server that stops, under way.
struct Stopped {
    server: Scripted,
    reports: Receiver<Report>,
    // As long as it delivers.
    _channel: EmailSmtp,
}

impl Stopped {
    fn start(stop: Stop, then: Then) -> Self {
        let server = Scripted::start(stop, then);
        // Only a server that hangs must be waited for.
        let timeout = if then == Then::Hang { "3s" } else { "60s" };
        let channel = channel(&plain(server.port(), timeout));
        Self {
            reports: start(&channel, request(1, "alice@example.org")),
            server,
            _channel: channel,
        }
    }

    /// What became of it, and how many messages the server has.
    fn end(self) -> (Report, usize) {
        (self.reports.recv().unwrap(), self.server.messages())
    }
}

#[test]
fn a_server_that_hangs_before_the_message_is_tried_again_later() {
    let stops = [
        Stop::Greeting,
        Stop::Hello,
        Stop::Mail,
        Stop::Recipient,
        Stop::Data,
    ];
    let ways = [
        (Then::Hang, Reason::Unreachable),
        (Then::HangUp, Reason::Provider),
        (Then::Babble, Reason::Provider),
    ];
    let under_way: Vec<_> = stops
        .iter()
        .flat_map(|&stop| ways.map(|(then, reason)| (Stopped::start(stop, then), reason)))
        .collect();
    for (stopped, reason) in under_way {
        let (report, messages) = stopped.end();
        let (_, detail) = assert_try_later(&report, reason);
        assert!(detail.contains("the mail server"), "{detail}");
        assert_eq!(messages, 0);
    }
}

#[test]
fn a_server_that_may_have_the_message_gets_no_second_one() {
    for (then, reason) in [
        (Then::Hang, Reason::TimedOut),
        (Then::HangUp, Reason::Provider),
        (Then::Babble, Reason::Provider),
    ] {
        let (report, messages) = Stopped::start(Stop::Dot, then).end();
        assert_failed(&report, reason);
        assert_eq!(messages, 1, "{then:?}");
    }
}

#[test]
fn a_server_that_hangs_holds_no_other_message_up() {
    let hanging = Scripted::start(Stop::Greeting, Then::Hang);
    let stuck = channel(&plain(hanging.port(), "10m"));
    let waiting: Vec<_> = (0..100)
        .map(|number| start(&stuck, request(number, "alice@example.org")))
        .collect();
    let server = SmtpServer::start();
    let working = channel(&right(&server));
    assert_accepted(&deliver(&working, request(1, "alice@example.org")));
    // The end of the channel is the end of what it has begun.
    drop(stuck);
    for reports in waiting {
        let report = reports.recv().unwrap();
        assert_failed(&report, Reason::Plugin);
    }
}

#[test]
fn a_server_that_is_not_there_is_tried_again_later() {
    // A port that is taken, at which nobody listens.
    let taken = TcpSocket::new_v4().unwrap();
    taken.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let nowhere = plain(taken.local_addr().unwrap().port(), "60s");
    // No part of a name is longer than 63 bytes (RFC 1035 section 2.3.4), so nobody is asked for
    // this one.
    let unknown = with(
        nowhere.clone(),
        "host",
        format!("{}.invalid", "a".repeat(64)),
    );
    let unknown = with(unknown, "security", "tls");
    for settings in [nowhere, unknown] {
        let channel = channel(&settings);
        let report = deliver(&channel, request(1, "alice@example.org"));
        let (_, detail) = assert_try_later(&report, Reason::Unreachable);
        assert_eq!(detail, "the mail server cannot be reached");
    }
}

#[test]
fn a_server_that_speaks_no_tls_is_not_spoken_to() {
    let server = Scripted::start(Stop::Dot, Then::Hang);
    let settings = with(plain(server.port(), "60s"), "security", "tls");
    let channel = channel(&settings);
    let report = deliver(&channel, request(1, "alice@example.org"));
    assert_try_later(&report, Reason::Unreachable);
    assert_eq!(server.messages(), 0);
}
