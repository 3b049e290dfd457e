//! Short-lived sessions: limited in number, gone when time is up or their owner goes.

use super::{ServiceError, random_id};
use crate::bus::SessionOwner;
use secinfo_domain::{Seconds, Timestamp};
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

/// How many sessions may be open at once.
#[derive(Debug, Clone, Copy)]
pub struct SessionLimits {
    /// For one uid. Root, which verifies everybody who signs in, is bound by the other limit only.
    pub per_uid: usize,
    /// In all.
    pub in_all: usize,
}

/// The random id of a session, as its object path shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId([u8; 16]);

/// One open session.
pub struct Session<T> {
    id: SessionId,
    uid: u32,
    owner: SessionOwner,
    expires: Timestamp,
    attempts: AtomicU8,
    /// One answer at a time.
    turn: tokio::sync::Mutex<()>,
    subject: T,
}

/// The open sessions of one sort.
pub struct Sessions<T> {
    limits: Mutex<SessionLimits>,
    open: Mutex<HashMap<SessionId, Arc<Session<T>>>>,
}

impl<T> Session<T> {
    /// Its id.
    pub const fn id(&self) -> SessionId {
        self.id
    }

    /// Who alone may use it.
    pub const fn owner(&self) -> &SessionOwner {
        &self.owner
    }

    /// When it ends.
    pub const fn expires(&self) -> Timestamp {
        self.expires
    }

    /// How many wrong codes it still takes.
    pub fn attempts_left(&self) -> u8 {
        self.attempts.load(Ordering::Relaxed)
    }

    /// What it is about.
    pub const fn subject(&self) -> &T {
        &self.subject
    }

    /// Waits for the turn to answer.
    pub(super) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Counts a wrong code; whether it was the last that the session takes.
    pub(super) fn count_wrong(&self) -> bool {
        let before = self
            .attempts
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            });
        before.is_ok_and(|before| before <= 1)
    }
}

impl<T> Sessions<T> {
    /// No session yet.
    pub fn new(limits: SessionLimits) -> Self {
        Self {
            limits: Mutex::new(limits),
            open: Mutex::new(HashMap::new()),
        }
    }

    /// Changes the limits for sessions that are opened from now on.
    pub fn set_limits(&self, limits: SessionLimits) {
        *self
            .limits
            .lock()
            .expect("nothing panics while it holds the limits") = limits;
    }

    /// Opens a session for the caller `uid`.
    pub(super) fn open(
        &self,
        subject: T,
        uid: u32,
        owner: SessionOwner,
        now: Timestamp,
        life: Seconds,
        attempts: u8,
    ) -> Result<Arc<Session<T>>, ServiceError> {
        let limits = *self
            .limits
            .lock()
            .expect("nothing panics while it holds the limits");
        let session = Arc::new(Session {
            id: SessionId(random_id()?),
            uid,
            owner,
            expires: now.plus(life),
            attempts: AtomicU8::new(attempts),
            turn: tokio::sync::Mutex::new(()),
            subject,
        });
        let mut open = self
            .open
            .lock()
            .expect("nothing panics while it holds the sessions");
        open.retain(|_, session| session.expires > now);
        let of_uid = open.values().filter(|session| session.uid == uid).count();
        if open.len() >= limits.in_all || (uid != 0 && of_uid >= limits.per_uid) {
            return Err(ServiceError::LimitsExceeded);
        }
        open.insert(session.id, Arc::clone(&session));
        Ok(session)
    }

    /// An open session.
    pub fn get(&self, id: SessionId, now: Timestamp) -> Option<Arc<Session<T>>> {
        let open = self
            .open
            .lock()
            .expect("nothing panics while it holds the sessions");
        open.get(&id)
            .filter(|session| session.expires > now)
            .cloned()
    }

    /// Ends a session.
    pub fn close(&self, id: SessionId) {
        self.open
            .lock()
            .expect("nothing panics while it holds the sessions")
            .remove(&id);
    }

    /// Ends every session that belongs to someone of whom `gone` is true.
    pub fn close_of(&self, gone: impl Fn(&SessionOwner) -> bool) {
        let mut open = self
            .open
            .lock()
            .expect("nothing panics while it holds the sessions");
        open.retain(|_, session| !gone(&session.owner));
    }

    /// Ends every session that is about something of which `over` is true.
    pub(super) fn close_about(&self, over: impl Fn(&T) -> bool) {
        let mut open = self
            .open
            .lock()
            .expect("nothing panics while it holds the sessions");
        open.retain(|_, session| !over(&session.subject));
    }

    /// How many are open.
    pub fn count(&self, now: Timestamp) -> u64 {
        let open = self
            .open
            .lock()
            .expect("nothing panics while it holds the sessions");
        open.values()
            .filter(|session| session.expires > now)
            .count() as u64
    }

    /// The open sessions that belong to someone of whom `of` is true.
    pub fn of(&self, of: impl Fn(&SessionOwner) -> bool, now: Timestamp) -> Vec<Arc<Session<T>>> {
        let open = self
            .open
            .lock()
            .expect("nothing panics while it holds the sessions");
        open.values()
            .filter(|session| session.expires > now && of(&session.owner))
            .cloned()
            .collect()
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl FromStr for SessionId {
    type Err = secinfo_domain::InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<secinfo_domain::MethodId>()
            .map(|id| Self(*id.as_bytes()))
    }
}
