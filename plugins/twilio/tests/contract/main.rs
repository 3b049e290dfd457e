//! Checks the plugins' requests against Twilio's own description of its API, and the outcome of each
//! response.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod calls;
mod failures;
mod health;
mod prism;
mod provider;
mod texts;

use provider::{Operation, Provider, Reply, TIMEOUT};
use secinfo_channel::{
    Channel, Delivery, Logger, MessagePurpose, Reason, Report, Request, SecretText,
};
use serde_json::{Value, json};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(crate) const ACCOUNT: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
pub(crate) const TOKEN: &str = "token7f3e";
pub(crate) const NUMBER: &str = "+4915112345678";
pub(crate) const CODE: &str = "907341";
pub(crate) const TEXT: &str = "Your code for host7 & its \"friends\" is 907341";

/// Settings for a server. Only a server that hangs uses up a time-out.
pub(crate) fn settings(base_url: &str, ca_file: Option<&Provider>) -> Value {
    let mut settings = json!({
        "account_sid": ACCOUNT,
        "auth_token": TOKEN,
        "from": "+15005550006",
        "base_url": base_url,
        "connect_timeout": "5s",
        "timeout": "6s",
        "first_check": "20ms",
    });
    if let Some(provider) = ca_file {
        settings["ca_file"] = provider.ca_file().display().to_string().into();
    }
    settings
}

pub(crate) fn settings_for(provider: &Provider) -> Value {
    settings(&provider.base_url(), Some(provider))
}

pub(crate) fn request() -> Request {
    let expires = SystemTime::now() + Duration::from_mins(5);
    Request {
        message: "0123456789abcdef0123456789abcdef".into(),
        purpose: MessagePurpose::SignIn,
        destination: SecretText::new(NUMBER.into()),
        subject: SecretText::default(),
        text: SecretText::new(TEXT.into()),
        html: SecretText::default(),
        code: SecretText::new(CODE.into()),
        language: "en".into(),
        organization: "Example".into(),
        host: "host7".into(),
        service: "sshd".into(),
        origin: String::new(),
        expires: expires
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_millis()
            .try_into()
            .unwrap(),
        attempt: 1,
    }
}

/// A channel whose reports and log lines are recorded.
pub(crate) struct Harness<C> {
    pub(crate) channel: C,
    /// The lines of its log.
    pub(crate) log: Receiver<String>,
}

impl<C: Channel> Harness<C> {
    pub(crate) fn create(settings: Value) -> Self {
        let (sender, log) = mpsc::channel();
        let logger = Logger::new(move |_, line| {
            assert_no_secrets(line);
            // The test may have stopped reading.
            let _ = sender.send(line.to_owned());
        });
        let settings = serde_json::from_value(settings).unwrap();
        let channel = C::create(settings, logger).unwrap();
        Self { channel, log }
    }

    /// Starts a delivery, and returns the receiver of its reports.
    pub(crate) fn deliver(&self, request: Request) -> Receiver<Report> {
        let (sender, reports) = mpsc::channel();
        let delivery = Delivery::new(request, C::INFO.follows_up, move |report| {
            // The test may have stopped reading.
            let _ = sender.send(report);
        });
        self.channel.deliver(delivery);
        reports
    }

    /// Delivers a message, and returns all reports.
    pub(crate) fn reports(&self, request: Request) -> Vec<Report> {
        all(&self.deliver(request))
    }
}

/// Returns all reports until the last, and checks that none contains a secret.
pub(crate) fn all(reports: &Receiver<Report>) -> Vec<Report> {
    let mut all = Vec::new();
    loop {
        match reports.recv_timeout(TIMEOUT) {
            Ok(report) => all.push(report),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("no report comes after {all:?}"),
        }
    }
    assert_no_secrets(&format!("{all:?}"));
    all
}

pub(crate) fn assert_no_secrets(text: &str) {
    for secret in [NUMBER, &NUMBER[1..], CODE, TEXT, TOKEN] {
        assert!(!text.contains(secret), "{text}");
    }
}

/// The only report, of a message that Twilio never accepted.
pub(crate) fn only(reports: Vec<Report>) -> Report {
    let [report] = <[Report; 1]>::try_from(reports).unwrap();
    report
}

pub(crate) fn failed(reason: Reason, detail: &str) -> Report {
    Report::Failed {
        reason,
        detail: detail.into(),
    }
}

pub(crate) fn try_later(after: u64, reason: Reason, detail: &str) -> Report {
    Report::TryLater {
        after,
        reason,
        detail: detail.into(),
    }
}

/// A server that answers every request for a new message or call with `reply`.
pub(crate) fn provider_with(reply: Reply) -> Provider {
    Provider::start([(Operation::Create, vec![reply])])
}
