//! The channel plugin `spool`: writes messages to a directory instead of sending them, for
//! demonstrations and tests.
//!
//! Every code is readable in the directory, so the daemon accepts this plugin only with
//! `allow_spool = true` in its configuration.

mod directory;
mod settings;

pub use settings::Settings;

use directory::Directory;
use secinfo_channel::{
    Channel, CreateError, Delivery, Health, Info, Logger, Reason, Report, Request, Worker,
};
use settings::{Checked, Fail};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Writes messages to a directory.
pub struct Spool {
    worker: Worker,
    directory: Arc<Mutex<Directory>>,
    path: PathBuf,
    delay: Duration,
    fail: Fail,
}

secinfo_channel::export_channel!(Spool);

impl Channel for Spool {
    const INFO: Info = Info {
        name: "spool",
        version: env!("CARGO_PKG_VERSION"),
        kinds: &["text", "call", "email", "push"],
        parallel: 64,
        idempotent: true,
        follows_up: false,
        leaves_messages_readable: true,
    };

    type Settings = Settings;

    fn create(settings: Settings, _: Logger) -> Result<Self, CreateError> {
        let Checked {
            directory: path,
            delay,
            fail,
        } = settings.check()?;
        Ok(Self {
            worker: Worker::start("spool")?,
            directory: Arc::new(Mutex::new(Directory::new(path.clone()))),
            path,
            delay,
            fail,
        })
    }

    fn deliver(&self, delivery: Delivery) {
        let directory = Arc::clone(&self.directory);
        let (delay, fail) = (self.delay, self.fail);
        self.worker.spawn(async move {
            tokio::time::sleep(delay).await;
            let report = simulated_failure(fail).unwrap_or_else(|| {
                let mut directory = directory.lock().unwrap_or_else(PoisonError::into_inner);
                written(delivery.request(), &directory.write(delivery.request()))
            });
            delivery.report(report);
        });
    }

    fn health(&self) -> Health {
        let detail = if self.fail == Fail::Unreachable {
            SIMULATED.to_owned()
        } else if self.path.is_dir() {
            String::new()
        } else {
            format!("{} is no directory", self.path.display())
        };
        Health {
            healthy: detail.is_empty(),
            detail,
        }
    }
}

const SIMULATED: &str = "the setting fail makes every delivery fail";

/// The report of a delivery that fails because the setting `fail` says so.
fn simulated_failure(fail: Fail) -> Option<Report> {
    let detail = SIMULATED.to_owned();
    let try_later = |reason, detail| Report::TryLater {
        after: 0,
        reason,
        detail,
    };
    match fail {
        Fail::None => None,
        Fail::TryLater => Some(try_later(Reason::Busy, detail)),
        Fail::Unreachable => Some(try_later(Reason::Unreachable, detail)),
        Fail::Destination => Some(Report::Failed {
            reason: Reason::Destination,
            detail,
        }),
    }
}

fn written(request: &Request, result: &io::Result<()>) -> Report {
    match result {
        Ok(()) => Report::Accepted {
            reference: request.message.clone(),
        },
        // The id cannot be part of a file's name; another attempt would not help.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Report::Failed {
            reason: Reason::Plugin,
            detail: "the message has no valid id".to_owned(),
        },
        Err(error) => Report::TryLater {
            after: 0,
            reason: Reason::Provider,
            detail: format!("the message cannot be written: {}", error.kind()),
        },
    }
}

#[cfg(test)]
mod tests;
