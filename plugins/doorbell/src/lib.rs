//! The channel plugin `doorbell`: rings phones through ntfy or Gotify while a sign-in waits for them. What
//! it sends says that one waits, and at which host: no name and no code.

mod outcome;
mod settings;

pub use settings::Settings;

use outcome::report;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use secinfo_channel::http::{HttpResponse, SendError, client, send};
use secinfo_channel::{
    Channel, CreateError, Delivery, Health, Info, Logger, Reason, Report, Worker,
};
use serde_json::json;
use settings::{Checked, Service};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// The maximum number of concurrent messages.
const PARALLEL: u32 = 8;

/// The longest text in bytes: more is an attachment for ntfy.
const LONGEST_TEXT: usize = 1024;

/// Brings the app to the front, which then asks this host.
const OPENS_APP: &str = "pia://secinfo";

/// Above the usual in the scale of ntfy, from 1 to 5: it makes a sound.
const PRIORITY_AT_NTFY: u8 = 4;
/// The same in that of Gotify, from 0 to 10.
const PRIORITY_AT_GOTIFY: u8 = 8;

/// Rings phones.
pub struct Doorbell {
    worker: Worker,
    provider: Arc<Provider>,
    slots: Arc<Semaphore>,
    /// What was wrong with the settings or the connection when it rang last; empty if nothing.
    trouble: Arc<Mutex<String>>,
}

struct Provider {
    http: reqwest::Client,
    settings: Checked,
}

secinfo_channel::export_channel!(Doorbell);

impl Channel for Doorbell {
    const INFO: Info = Info {
        name: "doorbell",
        version: env!("CARGO_PKG_VERSION"),
        kinds: &["push"],
        parallel: PARALLEL,
        idempotent: false,
        follows_up: false,
        leaves_messages_readable: false,
    };

    type Settings = Settings;

    fn create(settings: Settings, _: Logger) -> Result<Self, CreateError> {
        let settings = settings.check()?;
        let http = client(
            settings.ca_file.as_deref(),
            settings.timeout,
            settings.timeout,
        )?;
        Ok(Self {
            worker: Worker::start("doorbell")?,
            provider: Arc::new(Provider { http, settings }),
            slots: Arc::new(Semaphore::new(PARALLEL as usize)),
            trouble: Arc::default(),
        })
    }

    fn deliver(&self, delivery: Delivery) {
        let provider = Arc::clone(&self.provider);
        let slots = Arc::clone(&self.slots);
        let trouble = Arc::clone(&self.trouble);
        self.worker.spawn(async move {
            let _slot = slots.acquire().await;
            let text = delivery.request().text.as_str();
            let report = if text.len() > LONGEST_TEXT {
                Report::Failed {
                    reason: Reason::Plugin,
                    detail: "the text is too long to be shown".to_owned(),
                }
            } else {
                report(provider.ring(text).await)
            };
            *trouble.lock().unwrap_or_else(PoisonError::into_inner) = match &report {
                Report::Failed { reason, detail } | Report::TryLater { reason, detail, .. }
                    if matches!(reason, Reason::Settings | Reason::Unreachable) =>
                {
                    detail.clone()
                }
                _ => String::new(),
            };
            delivery.report(report);
        });
    }

    fn health(&self) -> Health {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        Health {
            healthy: trouble.is_empty(),
            detail: trouble.clone(),
        }
    }
}

impl Provider {
    async fn ring(&self, text: &str) -> Result<HttpResponse, SendError> {
        let Checked { base, service, .. } = &self.settings;
        let mut request = match service {
            // JSON is posted to the root: the topic is as good as a password, and addresses are logged.
            Service::Ntfy { topic, .. } => self.http.post(base).body(
                json!({
                    "topic": topic.as_str(),
                    "message": text,
                    "priority": PRIORITY_AT_NTFY,
                    "click": OPENS_APP,
                })
                .to_string(),
            ),
            Service::Gotify { .. } => self.http.post(format!("{base}/message")).body(
                json!({
                    "message": text,
                    "priority": PRIORITY_AT_GOTIFY,
                    "extras": { "client::notification": { "click": { "url": OPENS_APP } } },
                })
                .to_string(),
            ),
        };
        request = request.header(CONTENT_TYPE, "application/json");
        let secret = match service {
            Service::Ntfy { token, .. } => {
                token.as_ref().map(|token| (AUTHORIZATION.as_str(), token))
            }
            Service::Gotify { token } => Some(("X-Gotify-Key", token)),
        };
        if let Some((name, value)) = secret {
            let mut value = HeaderValue::clone(value);
            value.set_sensitive(true);
            request = request.header(name, value);
        }
        send(request).await
    }
}
