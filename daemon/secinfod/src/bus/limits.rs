//! Limits on calls at once, so that one caller cannot starve the others.

use super::callers::KnownConnection;
use super::error::BusError;
use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// How many calls may be in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// In all.
    pub total: usize,
    /// Of one connection.
    pub per_connection: usize,
    /// Of one uid other than root's.
    pub per_user: usize,
    /// Of the total, what is kept for root: login must work while users keep us busy.
    pub kept_for_root: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            total: 256,
            per_connection: 16,
            per_user: 64,
            kept_for_root: 32,
        }
    }
}

#[derive(Default)]
struct Counts {
    closed: bool,
    total: usize,
    users: HashMap<u32, usize>,
}

/// What is in flight.
pub(crate) struct InFlight {
    limits: Limits,
    counts: Mutex<Counts>,
    idle: Notify,
}

impl InFlight {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            counts: Mutex::default(),
            idle: Notify::new(),
        }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        // Each operation leaves the counts consistent, so a panic in between does no harm.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place for a call of `connection`, before it is known whose it is.
    ///
    /// # Errors
    /// `LimitsExceeded`, or `ShuttingDown` once it is closed.
    pub(crate) fn enter(
        self: &Arc<Self>,
        connection: &Arc<KnownConnection>,
    ) -> Result<Permit, BusError> {
        let mut counts = self.counts();
        if counts.closed {
            return Err(BusError::shutting_down());
        }
        if counts.total >= self.limits.total {
            return Err(BusError::limits_exceeded(
                "The service is busy. Try again in a moment.",
            ));
        }
        // Only ever raised under the lock.
        if connection.in_flight.load(Ordering::Acquire) >= self.limits.per_connection {
            return Err(BusError::limits_exceeded(
                "This connection has too many calls waiting for an answer.",
            ));
        }
        connection.in_flight.fetch_add(1, Ordering::AcqRel);
        counts.total += 1;
        Ok(Permit {
            in_flight: self.clone(),
            connection: Some(connection.clone()),
            uid: None,
        })
    }

    /// Lets nothing more in and waits until nothing is in flight.
    pub(crate) async fn close(&self) {
        self.counts().closed = true;
        loop {
            let idle = self.idle.notified();
            if self.counts().total == 0 {
                return;
            }
            idle.await;
        }
    }
}

/// The place of one call, given back when it is dropped.
pub(crate) struct Permit {
    in_flight: Arc<InFlight>,
    connection: Option<Arc<KnownConnection>>,
    uid: Option<u32>,
}

impl Permit {
    /// Counts the call for `uid` as well, now that it is known.
    ///
    /// # Errors
    /// `LimitsExceeded`.
    pub(crate) fn count_for(&mut self, uid: u32) -> Result<(), BusError> {
        if uid == 0 {
            return Ok(());
        }
        let limits = self.in_flight.limits;
        let mut counts = self.in_flight.counts();
        if counts.total > limits.total.saturating_sub(limits.kept_for_root) {
            return Err(BusError::limits_exceeded(
                "The service is busy. Try again in a moment.",
            ));
        }
        let of_user = counts.users.entry(uid).or_default();
        if *of_user >= limits.per_user {
            return Err(BusError::limits_exceeded(
                "You have too many calls waiting for an answer.",
            ));
        }
        *of_user += 1;
        drop(counts);
        self.uid = Some(uid);
        Ok(())
    }
}

impl Permit {
    /// Gives back the caller's own share, before the answer is sent: who has an answer may call
    /// again. The place in the total is kept until it is sent.
    pub(crate) fn answered(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        connection.in_flight.fetch_sub(1, Ordering::AcqRel);
        let Some(uid) = self.uid else { return };
        let mut counts = self.in_flight.counts();
        if let Some(of_user) = counts.users.get_mut(&uid) {
            *of_user -= 1;
            if *of_user == 0 {
                counts.users.remove(&uid);
            }
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.answered();
        let mut counts = self.in_flight.counts();
        counts.total -= 1;
        if counts.total == 0 {
            self.in_flight.idle.notify_waiters();
        }
    }
}
