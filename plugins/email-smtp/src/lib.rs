//! The channel plugin `email-smtp`: sends messages as email through an SMTP server (RFC 5321,
//! RFC 6409).

mod email;
mod outcome;
mod server;
mod settings;

pub use settings::Settings;

use email::{ComposeError, Email};
use outcome::SendError;
use secinfo_channel::{
    Channel, CreateError, Delivery, Health, Info, Logger, Reason, Report, Worker,
};
use server::Server;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// The maximum number of concurrent messages, each over its own connection. Servers accept a few
/// dozen connections from one client.
const PARALLEL: u32 = 32;

/// Sends messages through an SMTP server.
pub struct EmailSmtp {
    worker: Worker,
    server: Arc<Server>,
    slots: Arc<Semaphore>,
    last_error: Arc<Mutex<Option<SendError>>>,
}

secinfo_channel::export_channel!(EmailSmtp);

impl Channel for EmailSmtp {
    const INFO: Info = Info {
        name: "email-smtp",
        version: env!("CARGO_PKG_VERSION"),
        kinds: &["email"],
        parallel: PARALLEL,
        // SMTP has no idempotency key: a server delivers a repeated message again.
        idempotent: false,
        follows_up: false,
        leaves_messages_readable: false,
    };

    type Settings = Settings;

    fn create(settings: Settings, _: Logger) -> Result<Self, CreateError> {
        Ok(Self {
            server: Arc::new(Server::new(settings.check()?)),
            worker: Worker::start("email-smtp")?,
            slots: Arc::new(Semaphore::new(PARALLEL as usize)),
            last_error: Arc::default(),
        })
    }

    fn deliver(&self, delivery: Delivery) {
        let server = Arc::clone(&self.server);
        let slots = Arc::clone(&self.slots);
        let last_error = Arc::clone(&self.last_error);
        self.worker.spawn(async move {
            let _slot = slots.acquire().await;
            let report = match Email::compose(delivery.request(), &server.settings().sender) {
                Ok(email) => {
                    let result = server.send(&email).await;
                    let error = result.as_ref().err().copied();
                    *last_error.lock().unwrap_or_else(PoisonError::into_inner) =
                        error.filter(|error| error.concerns_server());
                    match result {
                        Ok(reference) => Report::Accepted { reference },
                        Err(error) => error.report(),
                    }
                }
                Err(why) => compose_failure(why),
            };
            delivery.report(report);
        });
    }

    fn health(&self) -> Health {
        let last_error = self
            .last_error
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Health {
            healthy: last_error.is_none(),
            detail: last_error
                .map(|error| error.to_string())
                .unwrap_or_default(),
        }
    }
}

fn compose_failure(why: ComposeError) -> Report {
    let (reason, detail) = match why {
        ComposeError::Destination => (Reason::Destination, "the destination is no email address"),
        ComposeError::Content => (Reason::Plugin, "the message cannot be written as an email"),
    };
    Report::Failed {
        reason,
        detail: detail.to_owned(),
    }
}
