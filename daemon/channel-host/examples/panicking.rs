//! A channel in Rust that panics at the point that its settings name.

use secinfo_channel::{Channel, CreateError, Delivery, Health, Info, Logger, Report};
use serde::Deserialize;

struct Panicking {
    at: PanicPoint,
}

/// Settings.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    at: PanicPoint,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PanicPoint {
    Create,
    Deliver,
    Thread,
    Health,
    Destroy,
}

impl Panicking {
    fn panic_at(&self, point: PanicPoint) {
        assert!(self.at != point, "on purpose");
    }
}

impl Channel for Panicking {
    const INFO: Info = Info {
        name: "panicking",
        version: "1.0",
        kinds: &["text", "email"],
        parallel: 2,
        idempotent: true,
        follows_up: false,
        leaves_messages_readable: false,
    };

    type Settings = Settings;

    fn create(settings: Settings, _: Logger) -> Result<Self, CreateError> {
        let channel = Self { at: settings.at };
        channel.panic_at(PanicPoint::Create);
        Ok(channel)
    }

    fn deliver(&self, delivery: Delivery) {
        self.panic_at(PanicPoint::Deliver);
        let panics = self.at == PanicPoint::Thread;
        let thread = std::thread::spawn(move || {
            assert!(!panics, "on purpose");
            delivery.report(Report::Delivered);
        });
        drop(thread);
    }

    fn health(&self) -> Health {
        self.panic_at(PanicPoint::Health);
        Health {
            healthy: true,
            detail: String::new(),
        }
    }
}

impl Drop for Panicking {
    fn drop(&mut self) {
        self.panic_at(PanicPoint::Destroy);
    }
}

secinfo_channel::export_channel!(Panicking);
