//! The trait that a plugin in Rust implements: the safe counterpart of the C ABI.

use crate::{Reason, Report, Request};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The static properties of a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Info {
    /// Name, such as `text-twilio`.
    pub name: &'static str,
    /// Version of the plugin.
    pub version: &'static str,
    /// The kinds that it delivers: some of `text`, `call`, `email` and `push`.
    pub kinds: &'static [&'static str],
    /// The maximum number of concurrent deliveries.
    pub parallel: u32,
    /// Whether the provider recognizes a repeated message by its id and delivers it once.
    pub idempotent: bool,
    /// Whether `Delivered` or `Failed` follows `Accepted`.
    pub follows_up: bool,
    /// Whether the plugin leaves messages, and the codes in them, readable on this host. Only for
    /// tests and demonstrations.
    pub leaves_messages_readable: bool,
}

/// Delivers messages.
///
/// `deliver` may return before the message is delivered: a plugin that waits for a network runs
/// its own runtime on a separate thread. All methods may be called from several threads at once.
pub trait Channel: Sized + Send + Sync + 'static {
    /// The plugin's static properties.
    const INFO: Info;

    /// The settings, as the administrator wrote them.
    type Settings: DeserializeOwned;

    /// Creates the channel. It does not have to connect yet.
    ///
    /// # Errors
    ///
    /// [`CreateError`], if the settings cannot be used.
    fn create(settings: Self::Settings, logger: Logger) -> Result<Self, CreateError>;

    /// Delivers a message, and reports its status through `delivery`, once or more.
    fn deliver(&self, delivery: Delivery);

    /// Returns the channel's health at once, from what is known, without sending anything.
    fn health(&self) -> Health;
}

/// Why a channel cannot be created: a sentence that tells the administrator what to do. Never holds
/// a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateError(pub String);

/// The health of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Whether the channel could deliver now, as far as it knows.
    pub healthy: bool,
    /// What is wrong; empty if healthy. Never holds a secret.
    pub detail: String,
}

/// The level of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Something does not work.
    Error,
    /// Something needs attention.
    Warning,
    /// A normal event.
    Info,
    /// Details for troubleshooting.
    Debug,
}

type LogLine = dyn Fn(Level, &str) + Send + Sync;

/// The daemon's log, as the plugin sees it.
#[derive(Clone)]
pub struct Logger {
    log: Arc<LogLine>,
}

impl Logger {
    /// Creates a logger that passes each line to `log`.
    pub fn new(log: impl Fn(Level, &str) + Send + Sync + 'static) -> Self {
        Self { log: Arc::new(log) }
    }

    /// Writes a line to the daemon's log. It must not hold a destination, text, code or secret.
    pub fn log(&self, level: Level, line: &str) {
        (self.log)(level, line);
    }
}

type Reporter = dyn Fn(Report) + Send + Sync;

/// A delivery in progress. Dropping it without a final report reports a failure.
pub struct Delivery {
    request: Request,
    report: Arc<Reporter>,
    follows_up: bool,
    finished: AtomicBool,
}

impl Delivery {
    /// Creates a delivery that passes its reports to `report`.
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

    /// The message to deliver.
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// Reports the status of the delivery. Reports after a final one are ignored.
    pub fn report(&self, report: Report) {
        let was_finished = if report.is_final(self.follows_up) {
            self.finished.swap(true, Ordering::AcqRel)
        } else {
            self.finished.load(Ordering::Acquire)
        };
        if !was_finished {
            (self.report)(report);
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        let detail = if std::thread::panicking() {
            "the plugin panicked"
        } else {
            "the plugin gave up the message without saying why"
        };
        self.report(Report::Failed {
            reason: Reason::Plugin,
            detail: detail.to_owned(),
        });
    }
}
