//! Whether the channel could deliver now, as far as it knows.

use secinfo_channel::{Health, Host, Level, Reason, Report};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many failures in a row that no other destination would have spared are no accident.
const ENOUGH: u32 = 3;

/// How long the channel counts as broken after the last failure: what nobody tries any more may
/// work again.
const MEMORY: Duration = Duration::from_mins(1);

/// What recent answers say of the settings and the connection.
pub(crate) struct Condition {
    host: Host,
    trouble: Mutex<Trouble>,
}

#[derive(Default)]
struct Trouble {
    in_a_row: u32,
    last: Option<Instant>,
    detail: String,
}

impl Condition {
    pub(crate) fn new(host: Host) -> Self {
        Self {
            host,
            trouble: Mutex::default(),
        }
    }

    /// Twilio took a message.
    pub(crate) fn works(&self) {
        *self.trouble() = Trouble::default();
    }

    /// A delivery ended so.
    pub(crate) fn learn(&self, report: &Report, now: Instant) {
        let (reason, detail) = match report {
            Report::Failed { reason, detail } | Report::TryLater { reason, detail, .. } => {
                (*reason, detail)
            }
            Report::Accepted { .. } | Report::Delivered => return self.works(),
        };
        let advice = match reason {
            Reason::Settings => {
                "check account_sid, auth_token or the API key, the sender and base_url in the settings of this channel"
            }
            Reason::Unreachable => {
                "check base_url and ca_file, and whether this host may connect to it"
            }
            // Twilio has looked at the destination, so it knew the account.
            Reason::Destination | Reason::Refused => return self.works(),
            Reason::Busy | Reason::TimedOut | Reason::Provider | Reason::Plugin => return,
        };
        let text = format!("{detail}: {advice}");
        let mut trouble = self.trouble();
        trouble.in_a_row = trouble.in_a_row.saturating_add(1);
        trouble.last = Some(now);
        let crossed = trouble.in_a_row == ENOUGH;
        trouble.detail.clone_from(&text);
        drop(trouble);
        if crossed {
            self.host.log(Level::Error, &text);
        }
    }

    /// The channel's health.
    pub(crate) fn health(&self, now: Instant) -> Health {
        let trouble = self.trouble();
        let is_recent = trouble
            .last
            .is_some_and(|last| now.saturating_duration_since(last) < MEMORY);
        let healthy = trouble.in_a_row < ENOUGH || !is_recent;
        Health {
            healthy,
            detail: if healthy {
                String::new()
            } else {
                trouble.detail.clone()
            },
        }
    }

    /// A line for the log. Never a destination, a text or a code.
    pub(crate) fn warn(&self, line: &str) {
        self.host.log(Level::Warning, line);
    }

    fn trouble(&self) -> MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn one_failure_is_an_accident_and_three_are_not() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&lines);
        let condition = Condition::new(Host::new(move |_, line| {
            sink.lock().unwrap().push(line.to_owned());
        }));
        let now = Instant::now();
        for healthy in [true, true, false, false] {
            condition.learn(&refusal(Reason::Settings), now);
            assert_eq!(condition.health(now).healthy, healthy);
        }
        let health = condition.health(now);
        assert!(health.detail.contains("HTTP 401: check account_sid"));
        assert_eq!(*lines.lock().unwrap(), [health.detail]);
        assert!(condition.health(now + MEMORY).healthy);
    }

    #[test]
    fn an_answer_about_a_destination_shows_that_the_rest_works() {
        let condition = Condition::new(Host::new(|_, _| ()));
        let now = Instant::now();
        for reason in [
            Reason::Settings,
            Reason::Unreachable,
            Reason::Destination,
            Reason::Settings,
            Reason::Provider,
            Reason::Settings,
        ] {
            condition.learn(&refusal(reason), now);
            assert!(condition.health(now).healthy);
        }
        condition.learn(&refusal(Reason::Unreachable), now);
        assert!(!condition.health(now).healthy);
        condition.works();
        assert!(condition.health(now).healthy);
    }
}
