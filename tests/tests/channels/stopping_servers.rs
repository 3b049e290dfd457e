//! `email-smtp` against servers that stop in the middle, or are unreachable.

use crate::fake_server::{AtStop, FakeMailServer, Stop};
use crate::harness::{
    assert_accepted, assert_failed, assert_try_later, channel, deliver, request, start,
    valid_settings, with,
};
use secinfo_channel::{Reason, Report};
use secinfo_email_smtp::EmailSmtp;
use secinfo_tests::SmtpServer;
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::sync::mpsc::Receiver;
use tokio::net::TcpSocket;

#[test]
fn a_password_is_never_sent_in_the_clear() {
    // It offers neither STARTTLS nor AUTH.
    let server = FakeMailServer::start(Stop::Dot, AtStop::Hang);
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

/// A delivery in progress to a server that stops.
struct PendingDelivery {
    server: FakeMailServer,
    reports: Receiver<Report>,
    // Kept until the delivery has ended.
    _channel: EmailSmtp,
}

impl PendingDelivery {
    fn start(stop: Stop, then: AtStop) -> Self {
        let server = FakeMailServer::start(stop, then);
        // Only a server that hangs uses up the time-out.
        let timeout = if then == AtStop::Hang { "3s" } else { "60s" };
        let channel = channel(&plain(server.port(), timeout));
        Self {
            reports: start(&channel, request(1, "alice@example.org")),
            server,
            _channel: channel,
        }
    }

    /// The report, and the number of messages that the server has received.
    fn end(self) -> (Report, usize) {
        (self.reports.recv().unwrap(), self.server.messages())
    }
}

#[test]
fn a_server_that_hangs_before_the_message_is_retried_later() {
    let stops = [
        Stop::Greeting,
        Stop::Hello,
        Stop::Mail,
        Stop::Recipient,
        Stop::Data,
    ];
    let ways = [
        (AtStop::Hang, Reason::Unreachable),
        (AtStop::Close, Reason::Provider),
        (AtStop::Garbage, Reason::Provider),
    ];
    let under_way: Vec<_> = stops
        .iter()
        .flat_map(|&stop| ways.map(|(then, reason)| (PendingDelivery::start(stop, then), reason)))
        .collect();
    for (stopped, reason) in under_way {
        let (report, messages) = stopped.end();
        let (_, detail) = assert_try_later(&report, reason);
        assert!(detail.contains("the mail server"), "{detail}");
        assert_eq!(messages, 0);
    }
}

#[test]
fn a_server_that_may_have_the_message_gets_no_repetition() {
    for (then, reason) in [
        (AtStop::Hang, Reason::TimedOut),
        (AtStop::Close, Reason::Provider),
        (AtStop::Garbage, Reason::Provider),
    ] {
        let (report, messages) = PendingDelivery::start(Stop::Dot, then).end();
        assert_failed(&report, reason);
        assert_eq!(messages, 1, "{then:?}");
    }
}

#[test]
fn a_server_that_hangs_does_not_delay_other_messages() {
    let hanging = FakeMailServer::start(Stop::Greeting, AtStop::Hang);
    let stuck = channel(&plain(hanging.port(), "10m"));
    let waiting: Vec<_> = (0..100)
        .map(|number| start(&stuck, request(number, "alice@example.org")))
        .collect();
    let server = SmtpServer::start();
    let working = channel(&valid_settings(&server));
    assert_accepted(&deliver(&working, request(1, "alice@example.org")));
    // Dropping the channel ends its deliveries.
    drop(stuck);
    for reports in waiting {
        let report = reports.recv().unwrap();
        assert_failed(&report, Reason::Plugin);
    }
}

#[test]
fn an_unreachable_mail_server_is_retried_later() {
    // The port is taken, but not listening.
    let taken = TcpSocket::new_v4().unwrap();
    taken.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let nowhere = plain(taken.local_addr().unwrap().port(), "60s");
    // No part of a name may be longer than 63 bytes (RFC 1035 section 2.3.4), so no name server is
    // queried.
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
fn a_server_without_tls_is_not_used() {
    let server = FakeMailServer::start(Stop::Dot, AtStop::Hang);
    let settings = with(plain(server.port(), "60s"), "security", "tls");
    let channel = channel(&settings);
    let report = deliver(&channel, request(1, "alice@example.org"));
    assert_try_later(&report, Reason::Unreachable);
    assert_eq!(server.messages(), 0);
}
