//! An enrollment that waits for its phone.

use super::phones::Phones;
use secinfo_domain::Timestamp;
use secinfo_pipush::{PhoneKey, Serial};
use std::sync::{Arc, OnceLock};
use tokio::sync::watch;

/// An enrollment that waits for its phone. When it is dropped, it waits no longer, and a phone that was not
/// enrolled is forgotten.
pub(crate) struct Registration {
    serial: Serial,
    /// The SHA-256 of the credential that the phone has to show.
    digest: [u8; 32],
    expires: Timestamp,
    stage: watch::Sender<Stage>,
    waits_at: OnceLock<Arc<Phones>>,
}

/// How far an enrollment has come.
#[derive(Clone)]
pub(crate) enum Stage {
    /// No phone has registered.
    Waiting,
    /// A phone tried, whose app is too old to show codes.
    OldApp,
    /// The phone of this key has registered. The credential is used up.
    Registered(Arc<PhoneKey>),
}

impl Registration {
    pub(crate) fn new(serial: Serial, digest: [u8; 32], expires: Timestamp) -> Self {
        Self {
            serial,
            digest,
            expires,
            stage: watch::Sender::new(Stage::Waiting),
            waits_at: OnceLock::new(),
        }
    }

    /// What the phone will be known by.
    pub(crate) const fn serial(&self) -> &Serial {
        &self.serial
    }

    pub(crate) const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// When the credential ends.
    pub(crate) const fn expires(&self) -> Timestamp {
        self.expires
    }

    /// How far it has come.
    pub(crate) fn stage(&self) -> Stage {
        self.stage.borrow().clone()
    }

    /// The key of the phone; none before it has registered.
    pub(crate) fn key(&self) -> Option<Arc<PhoneKey>> {
        match &*self.stage.borrow() {
            Stage::Registered(key) => Some(Arc::clone(key)),
            Stage::Waiting | Stage::OldApp => None,
        }
    }

    /// Waits until it has come further than waiting.
    pub(crate) async fn moved(&self) {
        let mut stage = self.stage.subscribe();
        // The sender is here: it does not close.
        let _ = stage
            .wait_for(|stage| !matches!(stage, Stage::Waiting))
            .await;
    }

    /// Starts to wait for a phone whose app was too old once more.
    pub(crate) fn wait_again(&self) {
        self.stage.send_if_modified(|stage| {
            let is_old = matches!(stage, Stage::OldApp);
            if is_old {
                *stage = Stage::Waiting;
            }
            is_old
        });
    }

    pub(super) fn wait_at(&self, phones: Arc<Phones>) {
        // It waits at one place only.
        let _ = self.waits_at.set(phones);
    }

    /// A phone with an app that is too old showed the credential.
    pub(crate) fn meet_old_app(&self) {
        self.stage.send_if_modified(|stage| {
            let is_waiting = matches!(stage, Stage::Waiting);
            if is_waiting {
                *stage = Stage::OldApp;
            }
            is_waiting
        });
    }

    /// The phone of this key showed the credential. Whether it is the phone of the enrollment now: one is,
    /// and the same one again, whose reply was lost.
    pub(crate) fn take(&self, key: PhoneKey) -> bool {
        let mut is_taken = false;
        self.stage.send_if_modified(|stage| match stage {
            Stage::Registered(known) => {
                is_taken = **known == key;
                false
            }
            Stage::Waiting | Stage::OldApp => {
                is_taken = true;
                *stage = Stage::Registered(Arc::new(key));
                true
            }
        });
        is_taken
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        if let Some(phones) = self.waits_at.get() {
            phones.end_enrollment(&self.serial);
        }
    }
}
