//! The two channels.

use crate::Settings;
use crate::deliveries::Deliveries;
use crate::delivering::{Line, PARALLEL};
use secinfo_channel::{Channel, Delivery, Health, Host, Info, Unusable};
use std::time::Instant;

/// Delivers texts.
pub struct TextTwilio(Deliveries);

/// Delivers calls, which speak the code.
pub struct CallTwilio(Deliveries);

const fn info(name: &'static str, kinds: &'static [&'static str]) -> Info {
    Info {
        name,
        version: env!("CARGO_PKG_VERSION"),
        kinds,
        parallel: PARALLEL,
        idempotent: false,
        follows_up: true,
        leaves_messages_readable: false,
    }
}

impl Channel for TextTwilio {
    const INFO: Info = info("text-twilio", &["text"]);

    type Settings = Settings;

    fn create(settings: Settings, host: Host) -> Result<Self, Unusable> {
        let line = Line::new(settings.check_for_texts()?, host)?;
        Deliveries::start(Self::INFO.name, line).map(Self)
    }

    fn deliver(&self, delivery: Delivery) {
        self.0.take(delivery);
    }

    fn health(&self) -> Health {
        self.0.line().condition().health(Instant::now())
    }
}

impl Channel for CallTwilio {
    const INFO: Info = info("call-twilio", &["call"]);

    type Settings = Settings;

    fn create(settings: Settings, host: Host) -> Result<Self, Unusable> {
        let line = Line::new(settings.check_for_calls()?, host)?;
        Deliveries::start(Self::INFO.name, line).map(Self)
    }

    fn deliver(&self, delivery: Delivery) {
        self.0.take(delivery);
    }

    fn health(&self) -> Health {
        self.0.line().condition().health(Instant::now())
    }
}
