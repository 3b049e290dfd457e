//! Activity: what happened in the account of a user, from the log, as the user reads it.

use crate::core::{Core, ServiceError, blocking};
use crate::methods::payload::label_of;
use secinfo_domain::event::{Fact, StoredEvent, Who, decode};
use secinfo_domain::{
    Event, Kind, MethodId, Purpose, Sealed, SealedPart, ServiceName, State, Timestamp, UserId,
};
use secinfo_ledger::tree::Hash;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;

/// The most lines of one answer.
const MOST_LINES: usize = 200;

/// How many readings of one caller may wait at once.
const MOST_WAITING: u32 = 4;

/// Reads what happened in the accounts of users. One reading goes on at a time, so that callers who ask
/// without end take one core at most, and no caller has many in the queue.
pub struct Activity {
    core: Arc<Core>,
    turn: Semaphore,
    waiting: Mutex<HashMap<u32, u32>>,
}

/// One thing that happened in the account of a user.
pub struct ActivityLine {
    /// The number of the event.
    pub seq: u64,
    /// When.
    pub time: Timestamp,
    /// The type of the event.
    pub what: &'static str,
    /// The method that it is about, as long as the user has it.
    pub method: Option<MethodId>,
    /// The kind of method that it is about, as far as it is known.
    pub kind: Option<Kind>,
    /// What the user calls the method.
    pub label: Option<String>,
    /// The PAM service or program.
    pub service: Option<ServiceName>,
    /// Where the user was: the remote host, or the terminal.
    pub source: Option<String>,
    /// The name of who did it; none for the daemon itself, and for who can no longer be named.
    pub by: Option<String>,
    /// The name of who had signed in and became root since, where root did it.
    pub login: Option<String>,
    /// What a verification was for.
    pub purpose: Option<Purpose>,
    /// Why, or how it ended: the word in the event.
    pub reason: Option<&'static str>,
    /// Whether the user has said that it was not them.
    pub is_reported: bool,
}

/// An event, and the proof that it is in the log.
pub struct ProvenEvent {
    /// The bytes that are stored.
    pub event: Vec<u8>,
    /// The hashes that prove it.
    pub hashes: Vec<Hash>,
    /// The checkpoint of the log that they prove it in.
    pub checkpoint: String,
}

/// A place in the queue of readings.
struct Waiting<'a> {
    activity: &'a Activity,
    caller: u32,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut waiting = self.activity.waiting();
        if let Some(count) = waiting.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                waiting.remove(&self.caller);
            }
        }
    }
}

impl Activity {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self {
            core,
            turn: Semaphore::new(1),
            waiting: Mutex::default(),
        }
    }

    /// What happened in the account of the user `uid`, the newest first: of the events before number
    /// `before`, or 0 for the newest, at most `limit`, as `caller` asks.
    ///
    /// # Errors
    ///
    /// [`ServiceError::LimitsExceeded`] where too many readings of this caller wait.
    pub async fn list(
        &self,
        uid: u32,
        caller: u32,
        before: u64,
        limit: u32,
    ) -> Result<Vec<ActivityLine>, ServiceError> {
        let limit = usize::try_from(limit).unwrap_or(MOST_LINES).min(MOST_LINES);
        let before = if before == 0 { u64::MAX } else { before };
        let user = self.core.person(uid)?.id;
        self.read(caller, || {
            let events = self.events(user, before, limit)?;
            let state = self.core.state();
            let lines = events
                .into_iter()
                .map(|event| self.line(&state, user, event));
            Ok(lines.collect())
        })
        .await
    }

    /// The event `seq`, which is about the user `uid`, and the proof that it is in the log, as `caller` asks.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`] for one that is about another user, or not there; as [`Self::list`].
    pub async fn prove(
        &self,
        uid: u32,
        caller: u32,
        seq: u64,
    ) -> Result<ProvenEvent, ServiceError> {
        let user = self.core.person(uid)?.id;
        self.read(caller, || {
            let (_, event) = self.stored(user, seq)?;
            let proofs = &self.core.reader().proofs;
            let (hashes, checkpoint) = proofs.inclusion_with_checkpoint(seq)?;
            Ok(ProvenEvent {
                event,
                hashes,
                checkpoint,
            })
        })
        .await
    }

    /// The event `seq`, which is about the user `uid`, as `caller` asks.
    ///
    /// # Errors
    ///
    /// As [`Self::prove`].
    pub(super) async fn event(
        &self,
        uid: u32,
        caller: u32,
        seq: u64,
    ) -> Result<Event, ServiceError> {
        let user = self.core.person(uid)?.id;
        let stored = self.read(caller, || self.stored(user, seq)).await?;
        Ok(stored.0.event)
    }

    /// The event `seq` if it is about this user.
    fn stored(&self, user: UserId, seq: u64) -> Result<(StoredEvent, Vec<u8>), ServiceError> {
        let events = self.core.reader().log.read(seq, 1, usize::MAX)?;
        let (found, bytes) = events.into_iter().next().ok_or(ServiceError::NotFound)?;
        let event = decoded(&bytes)?;
        if found != seq || event.event.user != Some(user) {
            return Err(ServiceError::NotFound);
        }
        Ok((event, bytes))
    }

    /// The newest events of a user before `before` that are activity.
    fn events(
        &self,
        user: UserId,
        before: u64,
        most: usize,
    ) -> Result<Vec<StoredEvent>, ServiceError> {
        let mut events = Vec::new();
        // Of a user who is not known yet there is nothing, which is not worth looking for.
        if most == 0 || self.core.state().user(user).is_none() {
            return Ok(events);
        }
        let log = &self.core.reader().log;
        log.for_each_of_user(user, before, |_, bytes| {
            let event = decoded(bytes)?;
            if is_activity(&event.event.fact) {
                events.push(event);
            }
            Ok::<_, ServiceError>(if events.len() < most {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        })?;
        Ok(events)
    }

    fn line(&self, state: &State, user: UserId, stored: StoredEvent) -> ActivityLine {
        let StoredEvent { seq, event } = stored;
        let about = About::of(&event.fact);
        let method = about.method;
        let known = state.user(user).zip(method);
        let known = known.and_then(|(user, method)| user.method(method));
        ActivityLine {
            seq,
            time: event.time,
            what: event.fact.type_name(),
            method: known.map(secinfo_domain::state::Method::id),
            kind: about
                .kind
                .or_else(|| known.map(secinfo_domain::state::Method::kind)),
            label: known
                .and_then(|method| label_of(&self.core, method).ok())
                .map(|label| label.as_str().to_owned()),
            source: place_in(&event.fact).and_then(|place| self.place(user, place)),
            by: self.by(&event),
            login: event.actor.login.and_then(|login| self.name(login)),
            service: event.actor.service,
            purpose: about.purpose,
            reason: about.reason,
            is_reported: state.user(user).is_some_and(|user| user.has_reported(seq)),
        }
    }

    /// Where a user was, as far as it can still be read.
    fn place(&self, user: UserId, sealed: &Sealed) -> Option<String> {
        let place = self
            .core
            .open(user.into(), SealedPart::Place, sealed.as_bytes());
        place.ok()
    }

    /// Root passes on what people do who sign in.
    fn by(&self, event: &Event) -> Option<String> {
        match event.actor.who {
            Who::System => None,
            Who::Root if is_of_sign_in(&event.fact) => None,
            Who::Root => Some("root".to_owned()),
            Who::User(id) => self.name(id),
        }
    }

    fn name(&self, user: UserId) -> Option<String> {
        Some(self.core.account_of(user)?.name.as_str().to_owned())
    }

    /// Reads in the turn of this caller.
    async fn read<T>(
        &self,
        caller: u32,
        read: impl FnOnce() -> Result<T, ServiceError>,
    ) -> Result<T, ServiceError> {
        let _waiting = self.wait(caller)?;
        let _turn = self.turn.acquire().await.map_err(|_| ServiceError::Busy)?;
        blocking(read)
    }

    fn wait(&self, caller: u32) -> Result<Waiting<'_>, ServiceError> {
        let mut waiting = self.waiting();
        let count = waiting.entry(caller).or_default();
        if *count >= MOST_WAITING {
            return Err(ServiceError::LimitsExceeded);
        }
        *count += 1;
        Ok(Waiting {
            activity: self,
            caller,
        })
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<u32, u32>> {
        self.waiting
            .lock()
            .expect("nothing panics while it holds the counts")
    }
}

fn decoded(bytes: &[u8]) -> Result<StoredEvent, ServiceError> {
    decode(bytes).map_err(|error| ServiceError::Internal(error.to_string()))
}

/// Whether the user would miss it in a list of what happened. What only goes with another event that is
/// there says nothing more.
const fn is_activity(fact: &Fact) -> bool {
    !matches!(
        fact,
        Fact::UserAdded(_)
            | Fact::MessageDelivered(_)
            | Fact::TerminalRemembered(_)
            | Fact::PasswordResetRequested(_)
    )
}

/// Whether root may have caused it for a person who signs in.
const fn is_of_sign_in(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::VerificationSucceeded(_)
            | Fact::VerificationFailed(_)
            | Fact::ActivationFailed(_)
            | Fact::RememberedSignIn(_)
            | Fact::SetUpPostponed(_)
            | Fact::CodeRequested(_)
            | Fact::MessageFailed(_)
            | Fact::ApprovalRequested(_)
            | Fact::ApprovalAnswered(_)
            | Fact::Locked(_)
    )
}

/// Where the user was when it happened.
const fn place_in(fact: &Fact) -> Option<&Sealed> {
    match fact {
        Fact::VerificationSucceeded(fact) => fact.place.as_ref(),
        Fact::VerificationFailed(fact) => fact.place.as_ref(),
        Fact::RememberedSignIn(fact) => fact.place.as_ref(),
        _ => None,
    }
}

/// What an event is about.
#[derive(Default)]
struct About {
    method: Option<MethodId>,
    kind: Option<Kind>,
    purpose: Option<Purpose>,
    reason: Option<&'static str>,
}

impl About {
    fn method(method: MethodId) -> Self {
        Self {
            method: Some(method),
            ..Self::default()
        }
    }

    fn of(fact: &Fact) -> Self {
        match fact {
            Fact::MethodEnrolled(fact) => Self {
                kind: Some(fact.credential.kind()),
                ..Self::method(fact.method)
            },
            Fact::MethodImported(fact) => Self {
                kind: Some(fact.credential.kind()),
                ..Self::method(fact.method)
            },
            Fact::RecoveryCodesIssued(fact) => Self {
                kind: Some(Kind::RecoveryCodes),
                ..Self::method(fact.method)
            },
            Fact::AccessPassIssued(fact) => Self {
                kind: Some(Kind::AccessPass),
                ..Self::method(fact.method)
            },
            Fact::MethodRenamed(fact) => Self::method(fact.method),
            Fact::MethodDeleted(fact) => Self {
                reason: Some(fact.reason.as_str()),
                ..Self::method(fact.method)
            },
            Fact::DeletionScheduled(fact) => Self::method(fact.method),
            Fact::DeletionCancelled(fact) => Self::method(fact.method),
            Fact::DefaultChanged(fact) => Self {
                method: fact.method,
                reason: Some(fact.reason.as_str()),
                ..Self::default()
            },
            Fact::VerificationSucceeded(fact) => Self {
                purpose: Some(fact.purpose),
                ..Self::method(fact.method)
            },
            Fact::VerificationFailed(fact) => Self {
                purpose: Some(fact.purpose),
                reason: Some(fact.failure.as_str()),
                ..Self::method(fact.method)
            },
            Fact::CodeRequested(fact) => Self {
                method: fact.method,
                kind: Some(fact.kind),
                purpose: fact.purpose,
                reason: None,
            },
            Fact::MessageFailed(fact) => Self {
                reason: Some(fact.reason.as_str()),
                ..Self::default()
            },
            Fact::ApprovalRequested(fact) => Self {
                method: fact.method,
                kind: Some(Kind::Push),
                purpose: Some(fact.purpose),
                reason: None,
            },
            Fact::ApprovalAnswered(fact) => Self {
                kind: Some(Kind::Push),
                reason: Some(fact.answer.as_str()),
                ..Self::default()
            },
            Fact::Locked(fact) => Self::method(fact.method),
            Fact::AccountUnlocked(fact) => Self::method(fact.method),
            Fact::PasswordResetFailed(fact) => Self {
                reason: Some(fact.reason.as_str()),
                ..Self::default()
            },
            Fact::PasswordResetLocked(fact) => Self {
                kind: fact.kind,
                ..Self::default()
            },
            Fact::TokenResynchronized(fact) => Self {
                kind: Some(Kind::HardwareToken),
                ..Self::method(fact.method)
            },
            _ => Self::default(),
        }
    }
}
