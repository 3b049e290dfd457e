//! Tracks active deliveries and validates the plugin's reports on them.

use crate::plugin::PluginReport;
use crate::redaction::{SensitiveText, one_line, redact, sensitive_texts};
use secinfo_channel::abi::{Incompatible, Status};
use secinfo_channel::{Reason, Report, Request};
use std::collections::{HashMap, VecDeque};
use zeroize::Zeroizing;

/// The maximum number of active deliveries.
const MAX_DELIVERIES: usize = 4096;

/// How many finished deliveries are remembered, with their personal data for redaction.
const MAX_FINISHED: usize = 64;

/// The longest detail or reference, in bytes.
const MAX_DETAIL: usize = 200;

/// The longest accepted wait: a day, in milliseconds.
const MAX_WAIT: u64 = 24 * 60 * 60 * 1000;

/// How long after the expiry of its message an unfinished delivery is dropped, in milliseconds.
const GRACE: u64 = 60 * 60 * 1000;

/// The plugin's deliveries, under numbers of their own, which are never reused.
pub(crate) struct Deliveries {
    follows_up: bool,
    secrets: Vec<SensitiveText>,
    last: u64,
    active: HashMap<u64, Active>,
    finished: VecDeque<(u64, Vec<SensitiveText>)>,
}

struct Active {
    /// The daemon's number.
    delivery: u64,
    accepted: bool,
    expires: u64,
    sensitive: Vec<SensitiveText>,
}

/// What happens with a plugin's report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReportOutcome {
    /// It is forwarded to the daemon.
    Forward {
        /// The daemon's number of the delivery.
        delivery: u64,
        report: Report,
    },
    /// It is ignored, for this reason.
    Ignored(&'static str),
}

impl Deliveries {
    /// Starts without deliveries. `secrets` are redacted from everything that the plugin says.
    pub(crate) fn new(secrets: &[Zeroizing<String>]) -> Self {
        Self {
            follows_up: false,
            secrets: secrets
                .iter()
                .filter_map(|text| SensitiveText::new(text))
                .collect(),
            last: 0,
            active: HashMap::new(),
            finished: VecDeque::new(),
        }
    }

    /// Sets whether a final report follows `Accepted`.
    pub(crate) const fn set_follows_up(&mut self, follows_up: bool) {
        self.follows_up = follows_up;
    }

    /// Whether there is no active delivery.
    pub(crate) fn is_empty(&self) -> bool {
        self.active.is_empty()
    }

    /// Adds a delivery and returns its number for the plugin; `None` if there are too many. `now` is
    /// in milliseconds since 1970.
    pub(crate) fn begin(&mut self, delivery: u64, request: &Request, now: u64) -> Option<u64> {
        if self.active.len() >= MAX_DELIVERIES {
            self.active
                .retain(|_, known| known.expires.saturating_add(GRACE) > now);
        }
        if self.active.len() >= MAX_DELIVERIES {
            return None;
        }
        self.last += 1;
        self.active.insert(
            self.last,
            Active {
                delivery,
                accepted: false,
                expires: request.expires,
                sensitive: sensitive_texts(request),
            },
        );
        Some(self.last)
    }

    /// Validates a report. It affects only the delivery with this number.
    pub(crate) fn check(
        &mut self,
        number: u64,
        reported: Result<PluginReport, Incompatible>,
    ) -> ReportOutcome {
        let Some(known) = self.active.get(&number) else {
            return ReportOutcome::Ignored(
                if self
                    .finished
                    .iter()
                    .any(|(finished, _)| *finished == number)
                {
                    "the plugin reported again on a finished delivery"
                } else {
                    "the plugin reported on an unknown delivery"
                },
            );
        };
        let delivery = known.delivery;
        let accepted = known.accepted;
        let report = match reported {
            Ok(reported) => self.interpret(&reported, accepted),
            Err(error) => failed(format!("the plugin's report: {error}")),
        };
        if report.is_final(self.follows_up) {
            self.finish(number);
        } else if accepted {
            return ReportOutcome::Ignored("the plugin reported twice that a message was accepted");
        } else if let Some(known) = self.active.get_mut(&number) {
            known.accepted = true;
        }
        ReportOutcome::Forward { delivery, report }
    }

    /// Removes a delivery that was not passed to the plugin.
    pub(crate) fn withdraw(&mut self, number: u64) {
        self.active.remove(&number);
    }

    fn interpret(&self, reported: &PluginReport, accepted: bool) -> Report {
        let reason = Reason::from_number(reported.reason).unwrap_or(Reason::Plugin);
        let detail = self.clean(&reported.detail, MAX_DETAIL);
        match Status::from_number(reported.status) {
            Some(Status::Accepted) => Report::Accepted {
                reference: self.clean(&reported.reference, MAX_DETAIL),
            },
            Some(Status::Delivered) => Report::Delivered,
            // A repetition of an accepted message would reach the user twice.
            Some(Status::TryLater) if !accepted => Report::TryLater {
                after: reported.after.min(MAX_WAIT),
                reason,
                detail,
            },
            Some(Status::Failed | Status::TryLater) => Report::Failed { reason, detail },
            None => failed(format!(
                "the plugin reported the status {}, which does not exist",
                reported.status
            )),
        }
    }

    fn finish(&mut self, number: u64) {
        if let Some(known) = self.active.remove(&number) {
            if self.finished.len() == MAX_FINISHED {
                self.finished.pop_front();
            }
            self.finished.push_back((number, known.sensitive));
        }
    }

    /// Redacts the plugin's secrets and the personal data of active and recent deliveries, and
    /// returns one line of at most `max` bytes.
    pub(crate) fn clean(&self, text: &str, max: usize) -> String {
        let sensitive = self
            .secrets
            .iter()
            .chain(self.active.values().flat_map(|known| &known.sensitive))
            .chain(self.finished.iter().flat_map(|(_, sensitive)| sensitive));
        one_line(&redact(text, sensitive), max)
    }
}

const fn failed(detail: String) -> Report {
    Report::Failed {
        reason: Reason::Plugin,
        detail,
    }
}

#[cfg(test)]
mod tests;
