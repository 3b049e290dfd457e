//! The safe face of the ABI: what a plugin in Rust implements.

use crate::{Reason, Report, Request};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a plugin says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Info {
    /// Its name, such as `text-twilio`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The kinds of method it delivers for: some of `text`, `call` and `email`.
    pub kinds: &'static [&'static str],
    /// How many deliveries may be under way at once.
    pub parallel: u32,
    /// Whether the provider recognizes a repeated message by its id and delivers it once.
    pub idempotent: bool,
    /// Whether `Delivered` or `Failed` comes after `Accepted`.
    pub follows_up: bool,
    /// Whether it leaves messages, and the codes in them, readable on this host: for tests and
    /// demonstrations only.
    pub leaves_messages_readable: bool,
}

/// Delivers messages.
///
/// `deliver` may return before the message is delivered: a plugin that waits for a network has a
/// runtime on a thread of its own. Everything may be called from several threads at once.
pub trait Channel: Sized + Send + Sync + 'static {
    /// What it says about itself.
    const INFO: Info;

    /// Its settings, as the administrator wrote them.
    type Settings: DeserializeOwned;

    /// Makes the channel. No connection need be made yet.
    ///
    /// # Errors
    ///
    /// [`Unusable`], with what is wrong with the settings.
    fn create(settings: Self::Settings, host: Host) -> Result<Self, Unusable>;

    /// Delivers a message, and reports what became of it, once or more, through `delivery`.
    fn deliver(&self, delivery: Delivery);

    /// How the channel is, without sending anything. Must return at once.
    fn health(&self) -> Health;
}

/// Why a channel cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable(pub String);

/// How a channel is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Whether it could deliver now, as far as it knows.
    pub healthy: bool,
    /// What is wrong; empty when nothing is. Never a secret.
    pub detail: String,
}

/// How much a line of the log matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Something is broken.
    Error,
    /// Something is not as it should be.
    Warning,
    /// News.
    Info,
    /// For whoever looks for a fault.
    Debug,
}

type LogLine = dyn Fn(Level, &str) + Send + Sync;

/// The host process, as the plugin sees it.
#[derive(Clone)]
pub struct Host {
    log: Arc<LogLine>,
}

impl Host {
    /// A host that does this with lines of the log.
    pub fn new(log: impl Fn(Level, &str) + Send + Sync + 'static) -> Self {
        Self { log: Arc::new(log) }
    }

    /// Writes a line to the daemon's log. Never a destination, a text, a code or a secret.
    pub fn log(&self, level: Level, line: &str) {
        (self.log)(level, line);
    }
}

type Reporter = dyn Fn(Report) + Send + Sync;

/// A message that is being delivered. When it is dropped without a final report, it has failed.
pub struct Delivery {
    request: Request,
    report: Arc<Reporter>,
    follows_up: bool,
    finished: AtomicBool,
}

impl Delivery {
    /// A delivery whose reports go to `report`.
    pub fn new(
        request: Request,
        follows_up: bool,
        report: impl Fn(Report) + Send + Sync + 'static,
    ) -> Self {
        Self {
            request,
            report: Arc::new(report),
            follows_up,
            finished: AtomicBool::new(false),
        }
    }

    /// What is to be delivered.
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// Reports what became of it. After a final report, further ones are not heard.
    pub fn report(&self, report: Report) {
        let already = if report.is_final(self.follows_up) {
            self.finished.swap(true, Ordering::AcqRel)
        } else {
            self.finished.load(Ordering::Acquire)
        };
        if !already {
            (self.report)(report);
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        let detail = if std::thread::panicking() {
            "the plugin panicked"
        } else {
            "the plugin gave the message up without saying why"
        };
        self.report(Report::Failed {
            reason: Reason::Plugin,
            detail: detail.to_owned(),
        });
    }
}
