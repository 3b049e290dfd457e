//! Rings phones while a sign-in waits for them.

use crate::core::{ServiceError, random_id};
use crate::service::deliveries::Deliveries;
use secinfo_channel::MessagePurpose;
use secinfo_domain::{Kind, MessageId, Timestamp};
use secinfo_words::Language;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

/// For how long phones are not rung again: all that ring are told the same, so once is enough, and nobody can
/// make them ring without end.
const REST: Duration = Duration::from_secs(5);

/// Rings phones, where there is a channel for that.
pub(super) struct Doorbell {
    deliveries: Arc<Deliveries>,
    /// When they were rung last.
    rung: Mutex<Option<Instant>>,
}

impl Doorbell {
    pub(super) const fn new(deliveries: Arc<Deliveries>) -> Self {
        Self {
            deliveries,
            rung: Mutex::new(None),
        }
    }

    /// Rings them for a request that expires then. What becomes of it is seen in the state of the channel: the
    /// request is there without it.
    pub(super) fn ring(&self, language: Language, expires: Timestamp) -> Result<(), ServiceError> {
        if !self.deliveries.rings() || !self.is_rested(Instant::now()) {
            return Ok(());
        }
        let id = MessageId::from_bytes(random_id()?);
        let purpose = MessagePurpose::SignIn;
        let message = self.deliveries.message(id, purpose, "", language);
        self.deliveries.submit(Kind::Push, message, expires);
        Ok(())
    }

    fn is_rested(&self, now: Instant) -> bool {
        let mut rung = self
            .rung
            .lock()
            .expect("nothing panics while it holds the time");
        let is_rested = rung.is_none_or(|rung| now.duration_since(rung) >= REST);
        if is_rested {
            *rung = Some(now);
        }
        is_rested
    }
}
