//! What must hold.

use super::sent_codes;
use super::world::{World, is_carried_out};
use proptest::test_runner::TestCaseError;
use proptest::{prop_assert, prop_assert_eq};
use secinfo_domain::event::Familiarity;
use secinfo_domain::event::{
    Accepted, Credential, DeletionReason, Event, Fact, Resynchronized, Who,
};
use secinfo_domain::kind::HardwareToken;
use secinfo_domain::state::{Method, UserState};
use secinfo_domain::{Authority, MethodId, State, TimeStep, Timestamp, UserCommand};
use std::collections::{BTreeMap, BTreeSet};

type Checked = Result<(), TestCaseError>;

/// Everything that was accepted or deleted, kept beside the state in the plainest way.
#[derive(Default)]
pub struct UsedUp {
    steps: BTreeMap<MethodId, u64>,
    codes: BTreeSet<(MethodId, u8)>,
    deleted: BTreeSet<MethodId>,
    once: BTreeMap<MethodId, u32>,
}

impl UsedUp {
    /// Enters a fact; an error if it accepts what was used up, or is about what was deleted.
    pub fn enter(&mut self, fact: &Fact) -> Checked {
        match fact {
            Fact::MethodEnrolled(fact) => {
                if let Some(last_step) = last_step(&fact.credential) {
                    self.steps.insert(fact.method, last_step.0);
                }
            }
            Fact::MethodImported(fact) => {
                if let Some(last_step) = last_step(&fact.credential) {
                    self.steps.insert(fact.method, last_step.0);
                }
            }
            Fact::AccessPassIssued(fact) if fact.once => {
                self.once.insert(fact.method, 0);
            }
            Fact::TokenResynchronized(fact) => {
                let number = match fact.found {
                    // The codes before this counter are used up.
                    Resynchronized::Counter(counter) => counter.0 - 1,
                    Resynchronized::Clock { last_step, .. } => last_step.0,
                };
                self.number(fact.method, number)?;
            }
            Fact::VerificationSucceeded(fact) => {
                prop_assert!(!self.deleted.contains(&fact.method), "{fact:?}");
                match fact.accepted {
                    Accepted::TimeStep(step) => self.number(fact.method, step.0)?,
                    Accepted::Counter(counter) => self.number(fact.method, counter.0)?,
                    Accepted::RecoveryCode(number) => {
                        let unused = self.codes.insert((fact.method, number));
                        prop_assert!(unused, "accepted twice: {fact:?}");
                    }
                    Accepted::AccessPass => {
                        if let Some(times) = self.once.get_mut(&fact.method) {
                            *times += 1;
                            prop_assert_eq!(*times, 1, "accepted twice: {:?}", fact);
                        }
                    }
                    // See `SentCodes` and `Requests`.
                    Accepted::DeliveredCode(_)
                    | Accepted::Approval(_)
                    | Accepted::Answers
                    | Accepted::OverSsh => {}
                    Accepted::Assertion { sign_count, .. } => {
                        self.number(fact.method, sign_count.into())?;
                    }
                }
            }
            Fact::MethodDeleted(fact) => {
                prop_assert!(self.deleted.insert(fact.method), "deleted twice: {fact:?}");
            }
            _ => {}
        }
        Ok(())
    }

    fn number(&mut self, method: MethodId, number: u64) -> Checked {
        let former = self.steps.insert(method, number);
        prop_assert!(
            former.is_none_or(|former| former < number),
            "accepted twice"
        );
        Ok(())
    }
}

fn last_step(credential: &Credential) -> Option<TimeStep> {
    match credential {
        Credential::AuthenticatorApp(app) => Some(app.last_step),
        Credential::HardwareToken(HardwareToken::Time { last_step, .. }) => Some(*last_step),
        _ => None,
    }
}

/// What must be true of a fact, given the state before it.
pub fn fact(before: &State, event: &Event) -> Checked {
    let user = event.user.and_then(|id| before.user(id));
    match &event.fact {
        Fact::Locked(fact) => {
            let kind = user
                .and_then(|user| user.method(fact.method))
                .map(Method::kind);
            prop_assert!(kind.is_some_and(secinfo_domain::Kind::can_be_guessed));
        }
        Fact::TerminalRemembered(_) => {
            let by_root = event.actor.who == Who::Root;
            let length = before.policy().rules.fresh_proof;
            let proved = user.is_some_and(|user| {
                user.proofs()
                    .iter()
                    .any(|proof| event.time.is_within(length, proof.time))
            });
            prop_assert!(by_root && proved, "remembered without a proof: {event:?}");
        }
        Fact::RememberedSignIn(fact) => {
            let service = event.actor.service.as_ref().expect("a service");
            let kept = user.and_then(|user| {
                user.sign_ins()
                    .remembered(fact.terminal.into(), service, event.time)
            });
            prop_assert!(kept.is_some(), "let in for nothing: {event:?}");
        }
        Fact::BreakGlassUsed(fact) => {
            prop_assert!(!before.is_recorded(fact.code), "recorded twice: {event:?}");
        }
        Fact::DefaultChanged(fact) => {
            // Its deletion, the event before this one, has taken a former default away already.
            let default = user.and_then(UserState::default_method).map(Method::id);
            prop_assert!(default.is_none() || default != fact.method, "no change");
        }
        _ => {}
    }
    Ok(())
}

/// Nobody locks another, and a locked account lets nothing happen by its user's own right but the proof that
/// unlocks it.
pub fn lock(before: &State, command: &UserCommand, events: &[Event]) -> Checked {
    let context = &command.context;
    let mut locks = events.iter();
    if locks.any(|event| matches!(event.fact, Fact::AccountLocked(_))) {
        let may = context.on_self || context.authority == Authority::Administrator;
        prop_assert!(may, "locked by another: {command:?}");
    }
    let Some(user) = before.user(command.user) else {
        return Ok(());
    };
    if context.authority != Authority::Own || user.account_locked().is_none() {
        return Ok(());
    }
    let mut proved = None;
    for event in events {
        match &event.fact {
            Fact::VerificationSucceeded(fact) => proved = Some(fact),
            Fact::VerificationFailed(_)
            | Fact::Locked(_)
            | Fact::AccountUnlocked(_)
            | Fact::ActivityReported(_)
            | Fact::ApprovalRequested(_)
            | Fact::CodeRequested(_)
            | Fact::MessageDelivered(_)
            | Fact::MessageFailed(_)
            | Fact::DefaultChanged(_)
            | Fact::UserAdded(_) => {}
            Fact::MethodDeleted(fact) if fact.reason == DeletionReason::UsedUp => {}
            other => prop_assert!(false, "a locked account let this happen: {other:?}"),
        }
    }
    if let Some(proved) = proved {
        let floor = before.policy().rules.unlock_strength;
        prop_assert!(
            proved.strength >= floor,
            "unlocked by a weak proof: {proved:?}"
        );
        let mut unlocks = events.iter();
        prop_assert!(unlocks.any(|event| matches!(event.fact, Fact::AccountUnlocked(_))));
    }
    Ok(())
}

/// What a user deletes by their own right leaves what policy requires.
pub fn own_deletion(before: &State, after: &State, command: &UserCommand) -> Checked {
    let secinfo_domain::Action::Delete { method } = command.action else {
        return Ok(());
    };
    let context = &command.context;
    let (Some(user), Some(left)) = (before.user(command.user), after.user(command.user)) else {
        return Ok(());
    };
    let Some(known) = user.method(method) else {
        return Ok(());
    };
    if context.authority != Authority::Own {
        return Ok(());
    }
    for service in [None, context.actor.service.as_ref()] {
        let policy = before
            .policy()
            .effective(context.groups.as_deref().unwrap_or_default(), service);
        if policy.counts(known.kind()) {
            let counting = left.counting_methods(&policy);
            prop_assert!(counting >= usize::from(policy.required), "{command:?}");
        }
    }
    if left.method(method).is_none() && user.has_sign_in_method(context.now) {
        let length = before.policy().rules.fresh_proof;
        let proof = user.fresh_proof(context.session, length, context.now);
        prop_assert!(proof.is_some(), "deleted without a proof: {command:?}");
    }
    Ok(())
}

/// What must be true of the state at any time.
pub fn all(world: &World) -> Checked {
    let mut ids = BTreeSet::new();
    for (_, user) in world.state.users() {
        default(user)?;
        throttle(world, user)?;
        sent_codes::places(world, user)?;
        for method in user.methods() {
            prop_assert!(ids.insert(method.id()), "one id, two methods");
            prop_assert!(
                !world.ledger.deleted.contains(&method.id()),
                "deleted, yet there"
            );
        }
    }
    schedule(world)
}

/// There is a default as long as there is a method that can be it, and it can be.
fn default(user: &UserState) -> Checked {
    let possible = user.methods().iter().any(|m| m.kind().can_be_default());
    match user.default_method() {
        Some(method) => prop_assert!(method.kind().can_be_default()),
        None => prop_assert!(!possible, "no default among {:?}", user.methods()),
    }
    Ok(())
}

/// No wait and no lock lasts longer than the longest, even when the clock was set back.
fn throttle(world: &World, user: &UserState) -> Checked {
    let longest = secinfo_domain::Policy::default().rules.throttle;
    for from in [Familiarity::Known, Familiarity::Elsewhere] {
        if let Some(until) = user.wait(from, &longest, world.now) {
            prop_assert!(until <= world.now.plus(longest.longest_wait));
        }
    }
    for method in user.methods() {
        if let Some(until) = method.locked_at(world.now) {
            prop_assert!(until <= world.now.plus(longest.longest_lock));
            prop_assert!(method.kind().can_be_guessed());
        }
    }
    Ok(())
}

/// What is scheduled is exactly what the methods have due, and is carried out.
fn schedule(world: &World) -> Checked {
    let mut due: Vec<_> = world
        .state
        .users()
        .flat_map(|(id, user)| {
            user.methods()
                .iter()
                .flat_map(due_times)
                .map(move |t| (t, id))
        })
        .collect();
    due.sort_unstable();
    prop_assert_eq!(world.state.next_due(), due.first().map(|(time, _)| *time));
    let with_appointments: BTreeSet<_> = due.iter().map(|(_, id)| *id).collect();
    let end = Timestamp::from_millis(u64::MAX);
    prop_assert_eq!(
        world.state.due(end),
        with_appointments.into_iter().collect::<Vec<_>>()
    );
    for user in world.state.due(world.now) {
        is_carried_out(world, user)?;
    }
    Ok(())
}

fn due_times(method: &Method) -> impl Iterator<Item = Timestamp> + use<> {
    let expires = match method.credential() {
        Credential::AccessPass(pass) => Some(pass.expires),
        _ => None,
    };
    method.deletion_due().into_iter().chain(expires)
}
