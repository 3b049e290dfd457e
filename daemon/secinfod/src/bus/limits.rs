//! Limits on calls at once, so that one caller cannot starve the others.

use super::callers::KnownConnection;
use super::error::BusError;
use super::table::MAX_BODY;
use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The longest message that is looked at, in bytes: the largest body, and a header.
///
/// What is larger comes through a pipe, which is read once the call is authorized.
pub(crate) const MAX_MESSAGE: usize = MAX_BODY + 16 * 1024;

/// How many descriptors may come with a message: no row takes more.
pub(crate) const MAX_DESCRIPTORS: usize = 1;

/// How many calls may be in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// In all.
    pub total: usize,
    /// Of one connection.
    pub per_connection: usize,
    /// Of one uid other than root's. As many answers again may wait to be sent to it.
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

/// The calls of one uid.
#[derive(Default)]
struct Share {
    /// Those that are being answered.
    running: usize,
    /// Those, and those whose answer is being sent.
    slots: usize,
}

#[derive(Default)]
struct Counts {
    closed: bool,
    /// All calls, also of connections of which the bus has not said yet whose they are.
    calls: usize,
    /// The slots that root's calls take.
    of_root: usize,
    /// The slots that the calls of all others take.
    of_users: usize,
    users: HashMap<u32, Share>,
}

/// What is in flight.
///
/// A call takes a slot once it is known whose it is, and keeps it until its answer is sent: a slot
/// of root's, or one of those that are not kept for root. Before that it counts for its connection
/// alone, which may have few calls and few bytes waiting so, and the bus says how many connections a
/// user may have.
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

    /// Lets in a call of `connection` with a message of so many bytes, before it is known whose it is.
    ///
    /// # Errors
    /// `LimitsExceeded`, or `ShuttingDown` once it is closed.
    pub(crate) fn enter(
        self: &Arc<Self>,
        connection: &Arc<KnownConnection>,
        bytes: usize,
    ) -> Result<Permit, BusError> {
        let mut counts = self.counts();
        if counts.closed {
            return Err(BusError::shutting_down());
        }
        // These two are only ever raised under the lock.
        if connection.in_flight.load(Ordering::Acquire) >= self.limits.per_connection {
            return Err(BusError::limits_exceeded(
                "This connection has too many calls waiting for an answer.",
            ));
        }
        let unidentified = match connection.caller() {
            Some(_) => 0,
            None => bytes,
        };
        if connection.unidentified.load(Ordering::Acquire) + unidentified > MAX_MESSAGE {
            return Err(BusError::limits_exceeded(
                "This connection has sent too much before its first answer.",
            ));
        }
        connection.in_flight.fetch_add(1, Ordering::AcqRel);
        connection
            .unidentified
            .fetch_add(unidentified, Ordering::AcqRel);
        counts.calls += 1;
        Ok(Permit {
            in_flight: self.clone(),
            connection: connection.clone(),
            unidentified,
            slot: Slot::None,
            is_answered: false,
        })
    }

    /// Lets nothing more in and waits until nothing is in flight.
    pub(crate) async fn close(&self) {
        self.counts().closed = true;
        loop {
            let idle = self.idle.notified();
            if self.counts().calls == 0 {
                return;
            }
            idle.await;
        }
    }
}

/// Whose slot a call takes.
#[derive(Clone, Copy)]
enum Slot {
    /// None yet.
    None,
    Root,
    User(u32),
}

/// A call that was let in, until it is dropped.
pub(crate) struct Permit {
    in_flight: Arc<InFlight>,
    connection: Arc<KnownConnection>,
    /// The bytes that it counts for while it is not known whose it is.
    unidentified: usize,
    slot: Slot,
    is_answered: bool,
}

impl Permit {
    /// Takes a slot for the call, now that it is known to be of `uid`.
    ///
    /// # Errors
    /// `LimitsExceeded`.
    pub(crate) fn count_for(&mut self, uid: u32) -> Result<(), BusError> {
        self.identified();
        let busy = || BusError::limits_exceeded("The service is busy. Try again in a moment.");
        let limits = self.in_flight.limits;
        let mut counts = self.in_flight.counts();
        if counts.of_root + counts.of_users >= limits.total {
            return Err(busy());
        }
        if uid == 0 {
            counts.of_root += 1;
            self.slot = Slot::Root;
            return Ok(());
        }
        if counts.of_users >= limits.total.saturating_sub(limits.kept_for_root) {
            return Err(busy());
        }
        let share = counts.users.entry(uid).or_default();
        if share.running >= limits.per_user || share.slots >= 2 * limits.per_user {
            return Err(BusError::limits_exceeded(
                "You have too many calls waiting for an answer.",
            ));
        }
        share.running += 1;
        share.slots += 1;
        counts.of_users += 1;
        self.slot = Slot::User(uid);
        Ok(())
    }

    fn identified(&mut self) {
        let bytes = std::mem::take(&mut self.unidentified);
        self.connection
            .unidentified
            .fetch_sub(bytes, Ordering::AcqRel);
    }

    /// Lets the caller call again, before the answer is sent: a client that has it may. The slot is
    /// kept until it is sent. A call that got no slot is in the way of the next one until then.
    pub(crate) fn answered(&mut self) {
        if !matches!(self.slot, Slot::None) {
            self.make_way();
        }
    }

    fn make_way(&mut self) {
        if std::mem::replace(&mut self.is_answered, true) {
            return;
        }
        self.connection.in_flight.fetch_sub(1, Ordering::AcqRel);
        if let Slot::User(uid) = self.slot
            && let Some(share) = self.in_flight.counts().users.get_mut(&uid)
        {
            share.running -= 1;
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.identified();
        self.make_way();
        let mut counts = self.in_flight.counts();
        match self.slot {
            Slot::None => {}
            Slot::Root => counts.of_root -= 1,
            Slot::User(uid) => {
                counts.of_users -= 1;
                if let Some(share) = counts.users.get_mut(&uid) {
                    share.slots -= 1;
                    if share.slots == 0 {
                        counts.users.remove(&uid);
                    }
                }
            }
        }
        counts.calls -= 1;
        if counts.calls == 0 {
            self.in_flight.idle.notify_waiters();
        }
    }
}
