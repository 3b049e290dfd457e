//! What password resets have left: with each user, and the tickets whose outcome is not known yet.

use super::Method;
use crate::event::{Gate, PasswordResetRequested};
use crate::kind::{Limit, SentTo};
use crate::{Kind, MethodId, Place, Seconds, SessionTag, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// The most gates that are kept for one user; the oldest goes first.
const MOST_GATES: usize = 8;

/// The most wrong answers that are kept for one user, and new passwords. Limits above it mean it.
const MOST_COUNTED: usize = 32;

/// What the resets of one user have left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resets {
    gates: Vec<PassedGate>,
    failures: Vec<(Timestamp, Kind)>,
    lock: Option<Lock>,
    locks_of_kinds: Vec<(Kind, Lock)>,
    passwords: Vec<Timestamp>,
}

/// A gate that a user has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedGate {
    /// By what.
    pub gate: Gate,
    /// The reset, in which alone it counts.
    pub session: SessionTag,
    /// When.
    pub time: Timestamp,
    /// Which of the user's phone numbers the method was on.
    place: Option<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Lock {
    since: Timestamp,
    until: Timestamp,
}

/// A ticket that was given out, of which it is not recorded yet whether the password was set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenTicket {
    /// The user.
    pub user: UserId,
    /// When it was given out.
    pub time: Timestamp,
    /// The gates that the user has passed for it.
    pub gates: Vec<Gate>,
}

impl OpenTicket {
    pub(super) fn new(user: UserId, fact: &PasswordResetRequested, time: Timestamp) -> Self {
        Self {
            user,
            time,
            gates: fact.gates.clone(),
        }
    }
}

impl PassedGate {
    /// The gate that this method is, passed in a session.
    pub(crate) fn of(method: &Method, session: SessionTag, time: Timestamp) -> Self {
        Self {
            gate: Gate {
                method: method.id(),
                kind: method.kind(),
            },
            session,
            time,
            place: method.credential().place(),
        }
    }

    /// Whether both are by one method or by one destination: the same phone number, or two mailboxes,
    /// of which it cannot be told here whether they are the same.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        let by_mail = |gate: &Self| gate.gate.kind.sent_to() == Some(SentTo::Mailbox);
        self.gate.method == other.gate.method
            || self.place.is_some() && self.place == other.place
            || by_mail(self) && by_mail(other)
    }
}

/// Of these gates each method and each destination once.
pub(crate) fn distinct(gates: impl IntoIterator<Item = PassedGate>) -> Vec<PassedGate> {
    let mut distinct: Vec<PassedGate> = Vec::new();
    for gate in gates {
        if !distinct.iter().any(|kept| kept.is_same_as(&gate)) {
            distinct.push(gate);
        }
    }
    distinct
}

impl Lock {
    /// A lock from a time that has not come yet is none: a clock that was wrong once must not lock
    /// users out for years.
    fn at(self, now: Timestamp) -> Option<Timestamp> {
        (self.since <= now && now < self.until).then_some(self.until)
    }
}

impl Resets {
    pub(super) const NONE: Self = Self {
        gates: Vec::new(),
        failures: Vec::new(),
        lock: None,
        locks_of_kinds: Vec::new(),
        passwords: Vec::new(),
    };

    /// The gates that were passed in one reset within `life` before `now`, each method and each
    /// destination once.
    pub fn passed(&self, session: SessionTag, life: Seconds, now: Timestamp) -> Vec<PassedGate> {
        let gates = self.gates.iter().copied();
        distinct(gates.filter(|gate| gate.session == session && now.is_within(life, gate.time)))
    }

    /// When the lock of every gate ends, if there is one at `now`.
    pub fn locked_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.lock.and_then(|lock| lock.at(now))
    }

    /// When the lock of a kind ends, if there is one at `now`.
    pub fn kind_locked_at(&self, kind: Kind, now: Timestamp) -> Option<Timestamp> {
        let mut locks = self.locks_of_kinds.iter();
        let lock = locks.find(|(locked, _)| *locked == kind);
        lock.and_then(|(_, lock)| lock.at(now))
    }

    /// Whether one more wrong answer fills this limit; of one kind, or of all.
    pub(crate) fn fills(&self, limit: Limit, kind: Option<Kind>, now: Timestamp) -> bool {
        let counts = |(time, of): &&(Timestamp, Kind)| {
            now.is_within(limit.within, *time) && kind.is_none_or(|kind| *of == kind)
        };
        self.failures.iter().filter(counts).count() + 1 >= bounded(limit)
    }

    /// Until when the user can set no further password, if this limit is full.
    pub(crate) fn full_until(&self, limit: Limit, now: Timestamp) -> Option<Timestamp> {
        let newest_first = self.passwords.iter().rev();
        let mut counting = newest_first.filter(|time| now.is_within(limit.within, **time));
        let oldest = counting.nth(bounded(limit) - 1)?;
        Some(oldest.plus(limit.within))
    }

    pub(super) fn pass(&mut self, gate: PassedGate) {
        push(&mut self.gates, MOST_GATES, gate);
    }

    pub(super) fn fail(&mut self, kind: Kind, now: Timestamp) {
        push(&mut self.failures, MOST_COUNTED, (now, kind));
    }

    pub(super) fn lock(&mut self, kind: Option<Kind>, now: Timestamp, until: Timestamp) {
        let lock = Lock { since: now, until };
        match kind {
            None => self.lock = Some(lock),
            Some(kind) => {
                self.locks_of_kinds.retain(|(locked, _)| *locked != kind);
                self.locks_of_kinds.push((kind, lock));
            }
        }
    }

    /// Lifts the locks, and forgets what led to them.
    pub(super) fn unlock(&mut self) {
        self.failures.clear();
        self.lock = None;
        self.locks_of_kinds.clear();
    }

    /// Voids the gates that were passed.
    pub(super) fn void_gates(&mut self) {
        self.gates.clear();
    }

    pub(super) fn void_gates_of(&mut self, method: MethodId) {
        self.gates.retain(|passed| passed.gate.method != method);
    }

    /// The user's methods were unlocked at `now`. That counts as a new password does: else wrong codes could be
    /// forgiven as often as a mailbox is read.
    pub(super) fn unlock_methods(&mut self, now: Timestamp) {
        self.void_gates();
        push(&mut self.passwords, MOST_COUNTED, now);
    }

    /// A new password was set at `now`.
    pub(super) fn succeed(&mut self, now: Timestamp) {
        self.unlock();
        self.unlock_methods(now);
    }
}

fn bounded(limit: Limit) -> usize {
    usize::from(limit.most).clamp(1, MOST_COUNTED)
}

/// Adds one; the oldest goes where there are as many as there may be.
fn push<T>(kept: &mut Vec<T>, most: usize, new: T) {
    if kept.len() == most {
        kept.remove(0);
    }
    kept.push(new);
}
