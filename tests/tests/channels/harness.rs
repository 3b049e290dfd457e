//! `email-smtp` with settings and messages for its tests.

use secinfo_channel::{
    Channel, Delivery, Logger, MessagePurpose, Reason, Report, Request, SecretText,
};
use secinfo_email_smtp::EmailSmtp;
use secinfo_tests::SmtpServer;
use serde_json::{Value, json};
use std::sync::mpsc::{self, Receiver};

pub(crate) const CODE: &str = "135790";
pub(crate) const SUBJECT: &str = "Bestätigungscode für Ihr Konto – 確認";

pub(crate) fn channel(settings: &Value) -> EmailSmtp {
    let settings = serde_json::from_value(settings.clone()).unwrap();
    EmailSmtp::create(settings, Logger::new(|_, _| {})).unwrap()
}

/// Settings with which the server accepts mail.
pub(crate) fn valid_settings(server: &SmtpServer) -> Value {
    json!({
        "host": SmtpServer::NAME,
        "port": server.tls_port(),
        "username": SmtpServer::USER,
        "password": SmtpServer::PASSWORD,
        "from": "Beispiel & Söhne <security@example.org>",
        "reply_to": "help@example.org",
        "ca_file": server.ca_file(),
        "timeout": "60s",
        "helo": "host.example.org",
    })
}

pub(crate) fn with(mut settings: Value, name: &str, value: impl Into<Value>) -> Value {
    settings[name] = value.into();
    settings
}

pub(crate) fn request(number: u32, destination: &str) -> Request {
    Request {
        message: format!("{number:032x}"),
        purpose: MessagePurpose::PasswordReset,
        destination: SecretText::from(destination.to_owned()),
        subject: SecretText::from(SUBJECT.to_owned()),
        text: SecretText::from(format!(
            "Ihr Code lautet {CODE}.\n.\n..Grüße\n{}\n",
            "lange Zeile ".repeat(200)
        )),
        html: SecretText::from(format!(
            "<p>Ihr Code lautet <b>{CODE}</b>.</p>\n<p>Grüße</p>\n"
        )),
        code: SecretText::from(CODE.to_owned()),
        language: "de".to_owned(),
        organization: "Beispiel & Söhne".to_owned(),
        host: "host.example.org".to_owned(),
        service: "sshd".to_owned(),
        origin: "192.0.2.7".to_owned(),
        expires: 1_900_000_000_000,
        attempt: 1,
    }
}

pub(crate) fn start(channel: &EmailSmtp, request: Request) -> Receiver<Report> {
    let (sender, receiver) = mpsc::channel();
    let report = move |report| sender.send(report).unwrap();
    channel.deliver(Delivery::new(request, EmailSmtp::INFO.follows_up, report));
    receiver
}

/// The only report of a delivery, which must not contain a secret.
pub(crate) fn deliver(channel: &EmailSmtp, request: Request) -> Report {
    let destination = request.destination.clone();
    let reports: Vec<_> = start(channel, request).iter().collect();
    let text = format!("{reports:?}");
    for secret in [destination.as_str(), CODE, SmtpServer::PASSWORD] {
        assert!(secret.is_empty() || !text.contains(secret), "{text}");
    }
    let mut reports = reports.into_iter();
    let report = reports.next().expect("a report");
    assert_eq!(reports.next(), None);
    report
}

#[track_caller]
pub(crate) fn assert_accepted(report: &Report) -> &str {
    match report {
        Report::Accepted { reference } => reference,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub(crate) fn assert_failed(report: &Report, expected: Reason) -> &str {
    match report {
        Report::Failed { reason, detail } if *reason == expected => detail,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub(crate) fn assert_try_later(report: &Report, expected: Reason) -> (u64, &str) {
    match report {
        Report::TryLater {
            after,
            reason,
            detail,
        } if *reason == expected => (*after, detail),
        other => panic!("{other:?}"),
    }
}
