//! The channels `text-twilio` and `call-twilio`.

use crate::Settings;
use crate::deliveries::Deliveries;
use crate::gateway::{Gateway, MAX_PARALLEL};
use secinfo_channel::{Channel, CreateError, Delivery, Health, Info, Logger};
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
        parallel: MAX_PARALLEL,
        idempotent: false,
        follows_up: true,
        leaves_messages_readable: false,
    }
}

impl Channel for TextTwilio {
    const INFO: Info = info("text-twilio", &["text"]);

    type Settings = Settings;

    fn create(settings: Settings, logger: Logger) -> Result<Self, CreateError> {
        let gateway = Gateway::new(settings.check_for_texts()?, logger)?;
        Deliveries::start(Self::INFO.name, gateway).map(Self)
    }

    fn deliver(&self, delivery: Delivery) {
        self.0.accept(delivery);
    }

    fn health(&self) -> Health {
        self.0.gateway().health().current(Instant::now())
    }
}

impl Channel for CallTwilio {
    const INFO: Info = info("call-twilio", &["call"]);

    type Settings = Settings;

    fn create(settings: Settings, logger: Logger) -> Result<Self, CreateError> {
        let gateway = Gateway::new(settings.check_for_calls()?, logger)?;
        Deliveries::start(Self::INFO.name, gateway).map(Self)
    }

    fn deliver(&self, delivery: Delivery) {
        self.0.accept(delivery);
    }

    fn health(&self) -> Health {
        self.0.gateway().health().current(Instant::now())
    }
}
