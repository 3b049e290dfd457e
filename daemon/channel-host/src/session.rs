//! The state that the plugin's threads share.

use crate::connection::Outbox;
use crate::deliveries::{Deliveries, ReportOutcome};
use crate::plugin::PluginReport;
use crate::rate_limit::RateLimit;
use crate::wire::{FromHost, LogLevel};
use secinfo_channel::abi::Incompatible;
use secinfo_channel::{Level, Reason, Report, Request};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use zeroize::Zeroizing;

/// The longest log line, in bytes.
const MAX_LINE: usize = 1 << 10;

/// Connects one plugin with one connection to the daemon.
pub(crate) struct Session {
    outbox: Outbox,
    state: Mutex<State>,
    idle: Condvar,
    limit: Mutex<RateLimit>,
    start: Instant,
}

struct State {
    deliveries: Deliveries,
    /// How many threads are in `deliver`.
    delivering: usize,
}

impl State {
    fn is_idle(&self) -> bool {
        self.delivering == 0 && self.deliveries.is_empty()
    }
}

impl Session {
    pub(crate) fn new(outbox: Outbox, secrets: &[Zeroizing<String>]) -> Self {
        Self {
            outbox,
            state: Mutex::new(State {
                deliveries: Deliveries::new(secrets),
                delivering: 0,
            }),
            idle: Condvar::new(),
            limit: Mutex::new(RateLimit::new()),
            start: Instant::now(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a message to the daemon.
    pub(crate) fn send(&self, message: FromHost) {
        self.outbox.send(message);
    }

    /// Closes the connection after the messages sent before.
    pub(crate) fn close(&self) {
        self.outbox.close();
    }

    /// Sets whether a final report follows `Accepted`.
    pub(crate) fn set_follows_up(&self, follows_up: bool) {
        self.state().deliveries.set_follows_up(follows_up);
    }

    /// Adds a delivery and returns its number for the plugin; `None` if there are too many.
    pub(crate) fn begin(&self, delivery: u64, request: &Request) -> Option<u64> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        self.state().deliveries.begin(delivery, request, now)
    }

    /// Removes a delivery that was not passed to the plugin.
    pub(crate) fn withdraw(&self, number: u64) {
        self.state().deliveries.withdraw(number);
    }

    /// Reports to the daemon that the queue is full.
    pub(crate) fn refuse(&self, delivery: u64) {
        self.send(FromHost::Report {
            delivery,
            report: Report::TryLater {
                after: 0,
                reason: Reason::Busy,
                detail: "the channel has as many messages waiting as it can hold".to_owned(),
            },
        });
    }

    /// Calls the plugin's `deliver`, after telling the daemon. Otherwise, after a crash, the daemon
    /// would assume that the plugin never had the message, and repeat it.
    pub(crate) fn hand_over(&self, delivery: u64, deliver: impl FnOnce()) {
        self.state().delivering += 1;
        if self.outbox.send_and_wait(FromHost::Started { delivery }) {
            deliver();
        }
        let mut state = self.state();
        state.delivering -= 1;
        self.notify_if_idle(&state);
    }

    fn notify_if_idle(&self, state: &State) {
        if state.is_idle() {
            self.idle.notify_all();
        }
    }

    /// Waits until no delivery is active, and returns whether that happened within the time-out.
    pub(crate) fn wait_until_idle(&self, timeout: Duration) -> bool {
        let (state, _) = self
            .idle
            .wait_timeout_while(self.state(), timeout, |state| !state.is_idle())
            .unwrap_or_else(PoisonError::into_inner);
        state.is_idle()
    }

    /// Handles the plugin's report on a delivery.
    pub(crate) fn handle_report(&self, number: u64, report: Result<PluginReport, Incompatible>) {
        let mut state = self.state();
        match state.deliveries.check(number, report) {
            // Sent under the lock, so that reports stay in order.
            ReportOutcome::Forward { delivery, report } => {
                self.send(FromHost::Report { delivery, report });
                self.notify_if_idle(&state);
            }
            ReportOutcome::Ignored(why) => {
                drop(state);
                self.log(LogLevel::Warning, why);
            }
        }
    }

    /// Handles a log line from the plugin.
    pub(crate) fn handle_log(&self, level: u32, line: &str) {
        let level = match Level::from_number(level) {
            Some(Level::Error) => LogLevel::Error,
            Some(Level::Warning) => LogLevel::Warning,
            Some(Level::Info) | None => LogLevel::Info,
            Some(Level::Debug) => LogLevel::Debug,
        };
        self.log(level, line);
    }

    /// Writes to the daemon's log, within the rate limit.
    pub(crate) fn log(&self, level: LogLevel, line: &str) {
        let admitted = self
            .limit
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .admit(self.start.elapsed());
        if let Some(dropped) = admitted {
            let line = self.clean(line, MAX_LINE);
            self.send(FromHost::Log {
                level,
                line,
                dropped,
            });
        }
    }

    /// Redacts a text from the plugin, and returns one line of at most `max` bytes.
    pub(crate) fn clean(&self, text: &str, max: usize) -> String {
        self.state().deliveries.clean(text, max)
    }
}
