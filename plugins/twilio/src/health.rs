//! The channel's health, derived from recent deliveries.

use secinfo_channel::{Health, Level, Logger, Reason, Report};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many consecutive failures that do not depend on the destination make the channel unhealthy.
const THRESHOLD: u32 = 3;

/// How long the channel stays unhealthy after the last failure. Without deliveries, there is no
/// other sign that it works again.
const RECENT: Duration = Duration::from_mins(1);

/// Derives the health of settings and connection from the outcomes of deliveries.
pub(crate) struct HealthTracker {
    logger: Logger,
    failures: Mutex<Failures>,
}

#[derive(Default)]
struct Failures {
    consecutive: u32,
    last: Option<Instant>,
    detail: String,
}

impl HealthTracker {
    pub(crate) fn new(logger: Logger) -> Self {
        Self {
            logger,
            failures: Mutex::default(),
        }
    }

    /// Records that Twilio accepted a message.
    pub(crate) fn record_success(&self) {
        *self.failures() = Failures::default();
    }

    /// Records the report of a delivery.
    pub(crate) fn record(&self, report: &Report, now: Instant) {
        let (reason, detail) = match report {
            Report::Failed { reason, detail } | Report::TryLater { reason, detail, .. } => {
                (*reason, detail)
            }
            Report::Accepted { .. } | Report::Delivered => return self.record_success(),
        };
        let advice = match reason {
            Reason::Settings => {
                "check account_sid, auth_token or the API key, the sender and base_url in the settings of this channel"
            }
            Reason::Unreachable => {
                "check base_url and ca_file, and whether this host may connect to it"
            }
            // Twilio got as far as the destination, so it accepted the account.
            Reason::Destination | Reason::Refused => return self.record_success(),
            Reason::Busy | Reason::TimedOut | Reason::Provider | Reason::Plugin => return,
        };
        let text = format!("{detail}: {advice}");
        let mut failures = self.failures();
        failures.consecutive = failures.consecutive.saturating_add(1);
        failures.last = Some(now);
        let became_unhealthy = failures.consecutive == THRESHOLD;
        failures.detail.clone_from(&text);
        drop(failures);
        if became_unhealthy {
            self.logger.log(Level::Error, &text);
        }
    }

    /// The channel's current health.
    pub(crate) fn current(&self, now: Instant) -> Health {
        let failures = self.failures();
        let is_recent = failures
            .last
            .is_some_and(|last| now.saturating_duration_since(last) < RECENT);
        let healthy = failures.consecutive < THRESHOLD || !is_recent;
        Health {
            healthy,
            detail: if healthy {
                String::new()
            } else {
                failures.detail.clone()
            },
        }
    }

    /// Logs a warning. It must not hold a destination, text or code.
    pub(crate) fn warn(&self, line: &str) {
        self.logger.log(Level::Warning, line);
    }

    fn failures(&self) -> MutexGuard<'_, Failures> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn refusal(reason: Reason) -> Report {
        Report::Failed {
            reason,
            detail: "HTTP 401".into(),
        }
    }

    #[test]
    fn three_consecutive_failures_make_the_channel_unhealthy() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&lines);
        let tracker = HealthTracker::new(Logger::new(move |_, line| {
            sink.lock().unwrap().push(line.to_owned());
        }));
        let now = Instant::now();
        for healthy in [true, true, false, false] {
            tracker.record(&refusal(Reason::Settings), now);
            assert_eq!(tracker.current(now).healthy, healthy);
        }
        let health = tracker.current(now);
        assert!(health.detail.contains("HTTP 401: check account_sid"));
        assert_eq!(*lines.lock().unwrap(), [health.detail]);
        assert!(tracker.current(now + RECENT).healthy);
    }

    #[test]
    fn a_refused_destination_shows_that_the_account_works() {
        let tracker = HealthTracker::new(Logger::new(|_, _| ()));
        let now = Instant::now();
        for reason in [
            Reason::Settings,
            Reason::Unreachable,
            Reason::Destination,
            Reason::Settings,
            Reason::Provider,
            Reason::Settings,
        ] {
            tracker.record(&refusal(reason), now);
            assert!(tracker.current(now).healthy);
        }
        tracker.record(&refusal(Reason::Unreachable), now);
        assert!(!tracker.current(now).healthy);
        tracker.record_success();
        assert!(tracker.current(now).healthy);
    }
}
