//! The channel plugin `email-smtp`: sends messages as email through an SMTP server (RFC 5321,
//! RFC 6409).

mod message;
mod outcome;
mod server;
mod settings;

pub use settings::Settings;

use message::{Letter, Unwritable};
use outcome::Problem;
use secinfo_channel::{Channel, Delivery, Health, Host, Info, Reason, Report, Unusable, Worker};
use server::Server;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// How many messages may be on their way at once, each over a connection of its own. Servers take
/// some dozens of connections from one client.
const PARALLEL: u32 = 32;

/// Sends messages through an SMTP server.
pub struct EmailSmtp {
    worker: Worker,
    server: Arc<Server>,
    slots: Arc<Semaphore>,
    trouble: Arc<Mutex<Option<Problem>>>,
}

secinfo_channel::export_channel!(EmailSmtp);

impl Channel for EmailSmtp {
    const INFO: Info = Info {
        name: "email-smtp",
        version: env!("CARGO_PKG_VERSION"),
        kinds: &["email"],
        parallel: PARALLEL,
        // A server delivers whatever it is given: no two messages are the same to it.
        idempotent: false,
        follows_up: false,
        leaves_messages_readable: false,
    };

    type Settings = Settings;

    fn create(settings: Settings, _: Host) -> Result<Self, Unusable> {
        Ok(Self {
            server: Arc::new(Server::new(settings.check()?)),
            worker: Worker::start("email-smtp")?,
            slots: Arc::new(Semaphore::new(PARALLEL as usize)),
            trouble: Arc::default(),
        })
    }

    fn deliver(&self, delivery: Delivery) {
        let server = Arc::clone(&self.server);
        let slots = Arc::clone(&self.slots);
        let trouble = Arc::clone(&self.trouble);
        self.worker.spawn(async move {
            let _slot = slots.acquire().await;
            let report = match Letter::write(delivery.request(), &server.settings().sender) {
                Ok(letter) => {
                    let result = server.send(&letter).await;
                    let problem = result.as_ref().err().copied();
                    *trouble.lock().unwrap_or_else(PoisonError::into_inner) =
                        problem.filter(|problem| problem.is_of_the_server());
                    match result {
                        Ok(reference) => Report::Accepted { reference },
                        Err(problem) => problem.report(),
                    }
                }
                Err(why) => unwritten(why),
            };
            delivery.report(report);
        });
    }

    fn health(&self) -> Health {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        Health {
            healthy: trouble.is_none(),
            detail: trouble
                .map(|problem| problem.to_string())
                .unwrap_or_default(),
        }
    }
}

fn unwritten(why: Unwritable) -> Report {
    let (reason, detail) = match why {
        Unwritable::Destination => (Reason::Destination, "the destination is no email address"),
        Unwritable::Content => (Reason::Plugin, "the message cannot be written as an email"),
    };
    Report::Failed {
        reason,
        detail: detail.to_owned(),
    }
}
