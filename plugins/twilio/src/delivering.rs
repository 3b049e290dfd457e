//! One delivery, from the request to what became of the message.

use crate::client::Client;
use crate::composer::{Composed, Composer};
use crate::condition::Condition;
use crate::outcome::{Created, Fate, created, fate_of_call, fate_of_text, resource};
use crate::settings::{Checked, Medium};
use crate::speech::Speech;
use secinfo_channel::{Delivery, Host, Reason, Report, Request, Unusable};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::Semaphore;
use tokio::time;

/// How many messages may be on their way to Twilio at once.
pub(crate) const PARALLEL: u32 = 256;

/// The longest pause between two questions about one message.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// How long `Twiml` may be, in characters: what the description of Twilio's interface allows.
const LONGEST_DOCUMENT: usize = 4000;

/// How often Twilio is asked again to erase a text.
const FURTHER_ERASURES: u32 = 2;

/// The way to Twilio for one kind of message.
pub(crate) struct Line {
    client: Client,
    composer: Composer,
    medium: Medium,
    follow_up: Duration,
    first_check: Duration,
    sending: Semaphore,
    condition: Condition,
}

/// How far a delivery has come: what can be said of it when it is given up.
#[derive(Clone, Copy)]
enum Stage {
    NotSent,
    Sending,
    Taken,
}

/// A delivery that is reported even when the thread under it ends.
struct UnderWay {
    delivery: Delivery,
    stage: Stage,
}

impl Drop for UnderWay {
    /// After the report of what really became of it, this one is not heard.
    fn drop(&mut self) {
        let (reason, detail) = match self.stage {
            Stage::NotSent => {
                return self.delivery.report(Report::TryLater {
                    after: 0,
                    reason: Reason::Plugin,
                    detail: "the channel was stopped before it sent the message".to_owned(),
                });
            }
            Stage::Sending => (Reason::TimedOut, "the channel was stopped while it sent"),
            Stage::Taken => (
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

impl Line {
    pub(crate) fn new(settings: Checked, host: Host) -> Result<Self, Unusable> {
        Ok(Self {
            client: Client::new(settings.access)?,
            composer: Composer::new(&settings.account)?,
            follow_up: settings.follow_up,
            first_check: settings.first_check,
            medium: settings.medium,
            sending: Semaphore::new(PARALLEL as usize),
            condition: Condition::new(host),
        })
    }

    pub(crate) const fn condition(&self) -> &Condition {
        &self.condition
    }

    /// Delivers, and reports.
    pub(crate) async fn deliver(&self, delivery: Delivery) {
        let mut under_way = UnderWay {
            delivery,
            stage: Stage::NotSent,
        };
        match self.send(&mut under_way).await {
            Created::Over(report) => {
                self.condition.learn(&report, Instant::now());
                under_way.delivery.report(report);
            }
            Created::Taken(sid) => {
                under_way.stage = Stage::Taken;
                self.condition.works();
                under_way.delivery.report(Report::Accepted {
                    reference: sid.clone(),
                });
                let report = self.follow(&sid).await;
                // A host that is told to stop ends after the last report.
                let erased = self.erase(&sid).await;
                under_way.delivery.report(report);
                // What was sent has no further use here.
                drop(under_way);
                if !erased {
                    self.erase_at_last(&sid).await;
                }
            }
        }
    }

    async fn send(&self, under_way: &mut UnderWay) -> Created {
        let Ok(_turn) = self.sending.acquire().await else {
            return Created::Over(failed(Reason::Plugin, "nothing is sent any more"));
        };
        let composed = match self.compose(under_way.delivery.request(), SystemTime::now()) {
            Ok(composed) => composed,
            Err(report) => return Created::Over(report),
        };
        under_way.stage = Stage::Sending;
        let answer = self.client.ask(composed).await;
        let prefixes: &[&str] = match self.medium {
            Medium::Text { .. } => &["SM", "MM"],
            Medium::Call { .. } => &["CA"],
        };
        created(answer, prefixes)
    }

    fn compose(&self, request: &Request, now: SystemTime) -> Result<Composed, Report> {
        let left = left(request, now).ok_or_else(|| {
            failed(
                Reason::Busy,
                "the message was worth nothing any more when its turn came",
            )
        })?;
        let to = request.destination.as_str();
        match &self.medium {
            Medium::Text { sender, .. } => Ok(self.composer.text(sender, to, &request.text, left)),
            Medium::Call { from, voices } => {
                let speech = Speech::new(&request.text, &request.code, &request.language, voices);
                let document = speech
                    .document()
                    .ok()
                    .filter(|document| document.chars().count() <= LONGEST_DOCUMENT)
                    .ok_or_else(|| failed(Reason::Plugin, "the message is too long for a call"))?;
                Ok(self.composer.call(from, to, &document, left))
            }
        }
    }

    /// Asks what became of a message until that is certain or the time is over.
    async fn follow(&self, sid: &str) -> Report {
        let end = time::Instant::now() + self.follow_up;
        let mut pause = self.first_check;
        let mut handed_over = false;
        loop {
            let next = time::Instant::now() + pause;
            time::sleep_until(next.min(end)).await;
            match self.fate(sid).await {
                Fate::Over(report) => return report,
                Fate::HandedOver => handed_over = true,
                Fate::UnderWay => (),
            }
            if time::Instant::now() >= end {
                break;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        if handed_over {
            // It left Twilio, and many carriers send no receipt.
            Report::Delivered
        } else {
            failed(
                Reason::TimedOut,
                "Twilio took it, and did not say in time what became of it",
            )
        }
    }

    async fn fate(&self, sid: &str) -> Fate {
        let question = match self.medium {
            Medium::Text { .. } => self.composer.message(sid),
            Medium::Call { .. } => self.composer.call_status(sid),
        };
        let Some(resource) = self
            .client
            .ask(question)
            .await
            .ok()
            .and_then(|answer| resource(&answer))
            .filter(|resource| resource.sid == sid)
        else {
            // Asking again is all that can be done, and comes anyway.
            return Fate::UnderWay;
        };
        match self.medium {
            Medium::Text { .. } => fate_of_text(&resource),
            Medium::Call { .. } => fate_of_call(&resource),
        }
    }

    /// Erases the text at Twilio, which keeps texts otherwise. Whether it is gone, or need not be.
    async fn erase(&self, sid: &str) -> bool {
        if !matches!(self.medium, Medium::Text { redact: true, .. }) {
            return true;
        }
        let answer = self.client.ask(self.composer.redaction(sid)).await;
        answer.is_ok_and(|answer| answer.status == 200)
    }

    async fn erase_at_last(&self, sid: &str) {
        let mut pause = self.first_check;
        for _ in 0..FURTHER_ERASURES {
            time::sleep(pause).await;
            if self.erase(sid).await {
                return;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        self.condition.warn(&format!(
            "the text of message {sid} could not be erased at Twilio: erase it in Twilio's console"
        ));
    }
}

fn failed(reason: Reason, detail: &str) -> Report {
    Report::Failed {
        reason,
        detail: detail.to_owned(),
    }
}

/// How long the message is worth anything.
fn left(request: &Request, now: SystemTime) -> Option<Duration> {
    let end = UNIX_EPOCH.checked_add(Duration::from_millis(request.expires))?;
    end.duration_since(now)
        .ok()
        .filter(|left| *left >= Duration::from_secs(1))
}
