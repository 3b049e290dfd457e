//! The deliveries that are under way, and which reports on them count.

use crate::foreign::Told;
use crate::redaction::{Mark, marks, one_line, redact};
use secinfo_channel::abi::{Incompatible, Status};
use secinfo_channel::{Reason, Report, Request};
use std::collections::{HashMap, VecDeque};
use zeroize::Zeroizing;

/// The most deliveries that are known at once.
const MOST: usize = 4096;

/// Of how many finished deliveries it is remembered that they were, and what was personal in them.
const REMEMBERED: usize = 64;

/// The longest detail or reference, in bytes.
const LONGEST_DETAIL: usize = 200;

/// The longest wait that is believed: a day, in milliseconds.
const LONGEST_WAIT: u64 = 24 * 60 * 60 * 1000;

/// How long after its message has expired a delivery without an end is given up, in milliseconds.
const GRACE: u64 = 60 * 60 * 1000;

/// What a plugin is handed, numbered anew: its numbers never come back.
pub(crate) struct Deliveries {
    follows_up: bool,
    secrets: Vec<Mark>,
    last: u64,
    under_way: HashMap<u64, UnderWay>,
    finished: VecDeque<(u64, Vec<Mark>)>,
}

struct UnderWay {
    /// The daemon's number.
    delivery: u64,
    accepted: bool,
    expires: u64,
    marks: Vec<Mark>,
}

/// What a plugin's report comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// The daemon is told.
    Report {
        /// The daemon's number of the delivery.
        delivery: u64,
        report: Report,
    },
    /// It does not count; this is why.
    Ignored(&'static str),
}

impl Deliveries {
    /// None yet. Nothing that the plugin says may hold these secrets.
    pub(crate) fn new(secrets: &[Zeroizing<String>]) -> Self {
        Self {
            follows_up: false,
            secrets: secrets.iter().filter_map(|text| Mark::of(text)).collect(),
            last: 0,
            under_way: HashMap::new(),
            finished: VecDeque::new(),
        }
    }

    /// Lets `Accepted` be followed by a final report.
    pub(crate) const fn follow_up(&mut self, follows_up: bool) {
        self.follows_up = follows_up;
    }

    /// Whether nothing is under way.
    pub(crate) fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Numbers a delivery for the plugin; none when there are too many. The time is in
    /// milliseconds since 1970.
    pub(crate) fn begin(&mut self, delivery: u64, request: &Request, now: u64) -> Option<u64> {
        if self.under_way.len() >= MOST {
            self.under_way
                .retain(|_, known| known.expires.saturating_add(GRACE) > now);
        }
        if self.under_way.len() >= MOST {
            return None;
        }
        self.last += 1;
        self.under_way.insert(
            self.last,
            UnderWay {
                delivery,
                accepted: false,
                expires: request.expires,
                marks: marks(request),
            },
        );
        Some(self.last)
    }

    /// What a report comes to. Whatever it says, it bears on the delivery that it names, alone.
    pub(crate) fn judge(&mut self, number: u64, told: Result<Told, Incompatible>) -> Judgement {
        let Some(known) = self.under_way.get(&number) else {
            return Judgement::Ignored(
                if self
                    .finished
                    .iter()
                    .any(|(finished, _)| *finished == number)
                {
                    "the plugin reported again on a delivery that it had reported the end of"
                } else {
                    "the plugin reported on a delivery that is not under way"
                },
            );
        };
        let delivery = known.delivery;
        let accepted = known.accepted;
        let report = match told {
            Ok(told) => self.understand(&told, accepted),
            Err(misfit) => failed(format!("the plugin's report: {misfit}")),
        };
        if report.is_final(self.follows_up) {
            self.finish(number);
        } else if accepted {
            return Judgement::Ignored("the plugin reported twice that a message was accepted");
        } else if let Some(known) = self.under_way.get_mut(&number) {
            known.accepted = true;
        }
        Judgement::Report { delivery, report }
    }

    /// Takes back a number that the plugin was not handed.
    pub(crate) fn withdraw(&mut self, number: u64) {
        self.under_way.remove(&number);
    }

    fn understand(&self, told: &Told, accepted: bool) -> Report {
        let reason = Reason::from_number(told.reason).unwrap_or(Reason::Plugin);
        let detail = self.clean(&told.detail, LONGEST_DETAIL);
        match Status::from_number(told.status) {
            Some(Status::Accepted) => Report::Accepted {
                reference: self.clean(&told.reference, LONGEST_DETAIL),
            },
            Some(Status::Delivered) => Report::Delivered,
            // What the provider once had would reach the user a second time.
            Some(Status::TryLater) if !accepted => Report::TryLater {
                after: told.after.min(LONGEST_WAIT),
                reason,
                detail,
            },
            Some(Status::Failed | Status::TryLater) => Report::Failed { reason, detail },
            None => failed(format!(
                "the plugin reported the status {}, which does not exist",
                told.status
            )),
        }
    }

    fn finish(&mut self, number: u64) {
        if let Some(known) = self.under_way.remove(&number) {
            if self.finished.len() == REMEMBERED {
                self.finished.pop_front();
            }
            self.finished.push_back((number, known.marks));
        }
    }

    /// What a plugin says, in one line of at most so many bytes, without secrets and without what
    /// is personal in the deliveries under way and in those that ended last.
    pub(crate) fn clean(&self, text: &str, most: usize) -> String {
        let marks = self
            .secrets
            .iter()
            .chain(self.under_way.values().flat_map(|known| &known.marks))
            .chain(self.finished.iter().flat_map(|(_, marks)| marks));
        one_line(&redact(text, marks), most)
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
