//! Delivers one message through Twilio: sends it, follows its status, redacts it.

use crate::client::Client;
use crate::health::HealthTracker;
use crate::outcome::{
    DeliveryStatus, SubmitOutcome, call_status, resource, submit_outcome, text_status,
};
use crate::request::{HttpRequest, RequestBuilder};
use crate::settings::{Checked, Medium};
use crate::speech::Speech;
use secinfo_channel::{CreateError, Delivery, Logger, Reason, Report, Request};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::Semaphore;
use tokio::time;

/// The maximum number of concurrent requests that send a message.
pub(crate) const MAX_PARALLEL: u32 = 256;

/// The longest pause between two status requests for one message.
const MAX_PAUSE: Duration = Duration::from_secs(15);

/// The maximum length of `Twiml` in characters, from the description of Twilio's API.
const MAX_DOCUMENT: usize = 4000;

/// How often a failed redaction is retried.
const REDACTION_RETRIES: u32 = 2;

/// Delivers one kind of message through Twilio.
pub(crate) struct Gateway {
    client: Client,
    requests: RequestBuilder,
    medium: Medium,
    follow_up: Duration,
    first_check: Duration,
    sending: Semaphore,
    health: HealthTracker,
}

/// The progress of a delivery, which decides the report if the channel is stopped.
#[derive(Clone, Copy)]
enum Progress {
    NotSent,
    Sending,
    Accepted,
}

/// A delivery that is reported even if its task is cancelled.
struct PendingDelivery {
    delivery: Delivery,
    progress: Progress,
}

impl Drop for PendingDelivery {
    /// Ignored by the delivery if it had a final report before.
    fn drop(&mut self) {
        let (reason, detail) = match self.progress {
            Progress::NotSent => {
                return self.delivery.report(Report::TryLater {
                    after: 0,
                    reason: Reason::Plugin,
                    detail: "the channel was stopped before it sent the message".to_owned(),
                });
            }
            Progress::Sending => (Reason::TimedOut, "the channel was stopped while it sent"),
            Progress::Accepted => (
                Reason::TimedOut,
                "the channel was stopped before Twilio said what became of the message",
            ),
        };
        self.delivery.report(Report::Failed {
            reason,
            detail: detail.to_owned(),
        });
    }
}

impl Gateway {
    pub(crate) fn new(settings: Checked, logger: Logger) -> Result<Self, CreateError> {
        Ok(Self {
            client: Client::new(settings.access)?,
            requests: RequestBuilder::new(&settings.account)?,
            follow_up: settings.follow_up,
            first_check: settings.first_check,
            medium: settings.medium,
            sending: Semaphore::new(MAX_PARALLEL as usize),
            health: HealthTracker::new(logger),
        })
    }

    pub(crate) const fn health(&self) -> &HealthTracker {
        &self.health
    }

    /// Delivers a message and reports its status.
    pub(crate) async fn deliver(&self, delivery: Delivery) {
        let mut pending = PendingDelivery {
            delivery,
            progress: Progress::NotSent,
        };
        match self.send(&mut pending).await {
            SubmitOutcome::Ended(report) => {
                self.health.record(&report, Instant::now());
                pending.delivery.report(report);
            }
            SubmitOutcome::Accepted(sid) => {
                pending.progress = Progress::Accepted;
                self.health.record_success();
                pending.delivery.report(Report::Accepted {
                    reference: sid.clone(),
                });
                let report = self.follow(&sid).await;
                // Before the report: a host that is stopping ends after the last report.
                let redacted = self.redact(&sid).await;
                pending.delivery.report(report);
                // Wipes the message before redaction is retried.
                drop(pending);
                if !redacted {
                    self.retry_redaction(&sid).await;
                }
            }
        }
    }

    async fn send(&self, pending: &mut PendingDelivery) -> SubmitOutcome {
        let Ok(_permit) = self.sending.acquire().await else {
            return SubmitOutcome::Ended(failed(Reason::Plugin, "nothing is sent any more"));
        };
        let http_request = match self.http_request(pending.delivery.request(), SystemTime::now()) {
            Ok(request) => request,
            Err(report) => return SubmitOutcome::Ended(report),
        };
        pending.progress = Progress::Sending;
        let response = self.client.send(http_request).await;
        let prefixes: &[&str] = match self.medium {
            Medium::Text { .. } => &["SM", "MM"],
            Medium::Call { .. } => &["CA"],
        };
        submit_outcome(response, prefixes)
    }

    fn http_request(&self, request: &Request, now: SystemTime) -> Result<HttpRequest, Report> {
        let left = time_left(request, now).ok_or_else(|| {
            failed(
                Reason::Busy,
                "the message was worth nothing any more when its turn came",
            )
        })?;
        let to = request.destination.as_str();
        match &self.medium {
            Medium::Text { sender, .. } => Ok(self.requests.text(sender, to, &request.text, left)),
            Medium::Call { from, voices } => {
                let speech = Speech::new(&request.text, &request.code, &request.language, voices);
                let document = speech
                    .document()
                    .ok()
                    .filter(|document| document.chars().count() <= MAX_DOCUMENT)
                    .ok_or_else(|| failed(Reason::Plugin, "the message is too long for a call"))?;
                Ok(self.requests.call(from, to, &document, left))
            }
        }
    }

    /// Polls the status of a message until it is final or the follow-up time is over.
    async fn follow(&self, sid: &str) -> Report {
        let end = time::Instant::now() + self.follow_up;
        let mut pause = self.first_check;
        let mut sent = false;
        loop {
            let next = time::Instant::now() + pause;
            time::sleep_until(next.min(end)).await;
            match self.status(sid).await {
                DeliveryStatus::Final(report) => return report,
                DeliveryStatus::Sent => sent = true,
                DeliveryStatus::Pending => (),
            }
            if time::Instant::now() >= end {
                break;
            }
            pause = (pause * 2).min(MAX_PAUSE);
        }
        if sent {
            // Twilio sent it, and many carriers return no receipt.
            Report::Delivered
        } else {
            failed(
                Reason::TimedOut,
                "Twilio took it, and did not say in time what became of it",
            )
        }
    }

    async fn status(&self, sid: &str) -> DeliveryStatus {
        let request = match self.medium {
            Medium::Text { .. } => self.requests.text_status(sid),
            Medium::Call { .. } => self.requests.call_status(sid),
        };
        let Some(resource) = self
            .client
            .send(request)
            .await
            .ok()
            .and_then(|response| resource(&response))
            .filter(|resource| resource.sid == sid)
        else {
            // The next poll may succeed.
            return DeliveryStatus::Pending;
        };
        match self.medium {
            Medium::Text { .. } => text_status(&resource),
            Medium::Call { .. } => call_status(&resource),
        }
    }

    /// Redacts the text at Twilio, which would keep it. Returns whether it is redacted or does not
    /// need to be.
    async fn redact(&self, sid: &str) -> bool {
        if !matches!(self.medium, Medium::Text { redact: true, .. }) {
            return true;
        }
        let response = self.client.send(self.requests.redaction(sid)).await;
        response.is_ok_and(|response| response.status == 200)
    }

    async fn retry_redaction(&self, sid: &str) {
        let mut pause = self.first_check;
        for _ in 0..REDACTION_RETRIES {
            time::sleep(pause).await;
            if self.redact(sid).await {
                return;
            }
            pause = (pause * 2).min(MAX_PAUSE);
        }
        self.health.warn(&format!(
            "the text of message {sid} could not be redacted at Twilio: erase it in Twilio's console"
        ));
    }
}

fn failed(reason: Reason, detail: &str) -> Report {
    Report::Failed {
        reason,
        detail: detail.to_owned(),
    }
}

/// The time until the message expires; `None` if less than a second is left.
fn time_left(request: &Request, now: SystemTime) -> Option<Duration> {
    let end = UNIX_EPOCH.checked_add(Duration::from_millis(request.expires))?;
    end.duration_since(now)
        .ok()
        .filter(|left| *left >= Duration::from_secs(1))
}
