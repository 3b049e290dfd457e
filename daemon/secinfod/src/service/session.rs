//! Short-lived sessions: limited in number, gone when time is up or their owner goes.

use crate::core::{Clock, ServiceError, random_id};
use secinfo_domain::{Seconds, Timestamp};
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use zbus::names::{OwnedUniqueName, UniqueName};

/// How many sessions may be open at once.
#[derive(Debug, Clone, Copy)]
pub struct SessionLimits {
    /// For one uid. Root, which verifies all who sign in, is bound by the other limit only.
    pub per_uid: usize,
    /// In all.
    pub in_all: usize,
}

impl SessionLimits {
    /// No limit. The socket for sign-ins has shares of its own.
    pub const NONE: Self = Self {
        per_uid: usize::MAX,
        in_all: usize::MAX,
    };
}

/// The owner of a session, who alone may use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionOwner {
    /// The one connection that opened it.
    Connection(OwnedUniqueName),
    /// Any connection of this uid, for a session that its opener detached.
    User(u32),
    /// The connection to the socket for sign-ins that holds it, and none on the bus.
    SignInSocket,
}

impl SessionOwner {
    /// Whether this connection, of this uid, is the owner.
    pub fn is(&self, connection: &UniqueName<'_>, uid: u32) -> bool {
        match self {
            Self::Connection(name) => name == connection,
            Self::User(owner) => *owner == uid,
            Self::SignInSocket => false,
        }
    }
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
    clock: Arc<dyn Clock>,
    limits: Mutex<SessionLimits>,
    open: Mutex<HashMap<SessionId, Arc<Session<T>>>>,
}

impl<T> Session<T> {
    /// Its id.
    pub const fn id(&self) -> SessionId {
        self.id
    }

    /// Its owner.
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
    pub(super) fn new(clock: Arc<dyn Clock>, limits: SessionLimits) -> Self {
        Self {
            clock,
            limits: Mutex::new(limits),
            open: Mutex::new(HashMap::new()),
        }
    }

    /// Changes the limits for sessions that are opened from now on.
    pub(super) fn set_limits(&self, limits: SessionLimits) {
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
        life: Seconds,
        attempts: u8,
    ) -> Result<Arc<Session<T>>, ServiceError> {
        let limits = *self
            .limits
            .lock()
            .expect("nothing panics while it holds the limits");
        let now = self.clock.now();
        let session = Arc::new(Session {
            id: SessionId(random_id()?),
            uid,
            owner,
            expires: now.plus(life),
            attempts: AtomicU8::new(attempts),
            turn: tokio::sync::Mutex::new(()),
            subject,
        });
        let mut open = self.lock();
        open.retain(|_, session| session.expires > now);
        let of_uid = open.values().filter(|session| session.uid == uid).count();
        if open.len() >= limits.in_all || (uid != 0 && of_uid >= limits.per_uid) {
            return Err(ServiceError::LimitsExceeded);
        }
        open.insert(session.id, Arc::clone(&session));
        Ok(session)
    }

    /// An open session.
    pub fn get(&self, id: SessionId) -> Option<Arc<Session<T>>> {
        let now = self.clock.now();
        let open = self.lock();
        open.get(&id)
            .filter(|session| session.expires > now)
            .cloned()
    }

    /// Ends a session.
    pub fn close(&self, id: SessionId) {
        self.lock().remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<Session<T>>>> {
        self.open
            .lock()
            .expect("nothing panics while it holds the sessions")
    }

    /// Ends every session whose owner is gone.
    pub fn close_of(&self, gone: impl Fn(&SessionOwner) -> bool) {
        let mut open = self.lock();
        open.retain(|_, session| !gone(&session.owner));
    }

    /// Ends every session whose subject `over` is true of.
    pub(super) fn close_about(&self, over: impl Fn(&T) -> bool) {
        let mut open = self.lock();
        open.retain(|_, session| !over(&session.subject));
    }

    /// How many are open.
    pub(super) fn count(&self) -> u64 {
        let now = self.clock.now();
        let open = self.lock();
        open.values()
            .filter(|session| session.expires > now)
            .count() as u64
    }

    /// The open sessions whose owner passes `of`.
    pub fn of(&self, of: impl Fn(&SessionOwner) -> bool) -> Vec<Arc<Session<T>>> {
        let now = self.clock.now();
        let open = self.lock();
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    /// A clock that the test sets.
    #[derive(Default)]
    struct TestClock(AtomicU64);

    impl Clock for TestClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_seconds(self.0.load(Ordering::Relaxed))
        }
    }

    #[test]
    fn a_session_ends_when_its_time_is_over_and_makes_room() {
        let clock = Arc::new(TestClock::default());
        let limits = SessionLimits {
            per_uid: 1,
            in_all: 10,
        };
        let sessions = Sessions::new(Arc::clone(&clock) as Arc<dyn Clock>, limits);
        let owner = SessionOwner::User(1000);
        let open = || sessions.open((), 1000, owner.clone(), Seconds::new(60), 3);
        let first = open().unwrap();
        assert!(matches!(open(), Err(ServiceError::LimitsExceeded)));
        clock.0.store(59, Ordering::Relaxed);
        assert!(sessions.get(first.id()).is_some());
        clock.0.store(60, Ordering::Relaxed);
        assert!(sessions.get(first.id()).is_none());
        assert_eq!(sessions.count(), 0);
        assert!(open().is_ok());
    }

    #[test]
    fn one_code_too_many_is_known() {
        let limits = SessionLimits {
            per_uid: 1,
            in_all: 1,
        };
        let sessions = Sessions::new(Arc::new(TestClock::default()), limits);
        let owner = SessionOwner::User(0);
        let session = sessions.open((), 0, owner, Seconds::new(60), 2).unwrap();
        assert!(!session.count_wrong());
        assert!(session.count_wrong());
        assert_eq!(session.attempts_left(), 0);
    }
}
