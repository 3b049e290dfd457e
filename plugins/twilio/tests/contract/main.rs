//! What the plugins send to Twilio is what Twilio's own description of its interface asks for, and
//! each answer has the right outcome.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod calls;
mod health;
mod prism;
mod provider;
mod texts;
mod trouble;

use provider::{PATIENCE, Provider, Reply, Wish};
use secinfo_channel::{Channel, Delivery, Host, MessagePurpose, Reason, Report, Request, Word};
use serde_json::{Value, json};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(crate) const ACCOUNT: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
pub(crate) const TOKEN: &str = "token7f3e";
pub(crate) const NUMBER: &str = "+4915112345678";
pub(crate) const CODE: &str = "907341";
pub(crate) const TEXT: &str = "Your code for host7 & its \"friends\" is 907341";

/// Settings for a server, with time-outs of which only that of a server that hangs is ever used up.
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
        destination: Word::new(NUMBER.into()),
        subject: Word::default(),
        text: Word::new(TEXT.into()),
        html: Word::default(),
        code: Word::new(CODE.into()),
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

/// A channel whose reports and log lines are kept.
pub(crate) struct Tried<C> {
    pub(crate) channel: C,
    /// The lines of its log.
    pub(crate) log: Receiver<String>,
}

impl<C: Channel> Tried<C> {
    pub(crate) fn create(settings: Value) -> Self {
        let (sender, log) = mpsc::channel();
        let host = Host::new(move |_, line| {
            keeps_secrets(line);
            // A test that has seen enough does not read any more.
            let _ = sender.send(line.to_owned());
        });
        let settings = serde_json::from_value(settings).unwrap();
        let channel = C::create(settings, host).unwrap();
        Self { channel, log }
    }

    /// Hands in a delivery; its reports come out of what this returns.
    pub(crate) fn deliver(&self, request: Request) -> Receiver<Report> {
        let (sender, reports) = mpsc::channel();
        let delivery = Delivery::new(request, C::INFO.follows_up, move |report| {
            // A test that has seen enough does not listen any more.
            let _ = sender.send(report);
        });
        self.channel.deliver(delivery);
        reports
    }

    /// Delivers, and answers with all reports.
    pub(crate) fn reports(&self, request: Request) -> Vec<Report> {
        all(&self.deliver(request))
    }
}

/// All reports until the last. No report and nothing in them may give away what was sent.
pub(crate) fn all(reports: &Receiver<Report>) -> Vec<Report> {
    let mut all = Vec::new();
    loop {
        match reports.recv_timeout(PATIENCE) {
            Ok(report) => all.push(report),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("no report comes after {all:?}"),
        }
    }
    keeps_secrets(&format!("{all:?}"));
    all
}

pub(crate) fn keeps_secrets(text: &str) {
    for secret in [NUMBER, &NUMBER[1..], CODE, TEXT, TOKEN] {
        assert!(!text.contains(secret), "{text}");
    }
}

/// The only report, of a message that Twilio never took.
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

/// A server that answers every request for a new message or call so.
pub(crate) fn provider_that(reply: Reply) -> Provider {
    Provider::start([(Wish::Create, vec![reply])])
}
