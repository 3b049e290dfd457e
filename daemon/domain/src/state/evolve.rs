//! How each fact changes what holds.

use super::budget::{Budget, Expense};
use super::sources::KnownSources;
use super::throttle::Attempts;
use super::user::{Rare, Setbacks};
use super::{
    Apart, Approvals, FailuresSince, Familiarity, Method, MethodThrottle, OpenTicket, PassedGate,
    Proof, Resets, State, Token, UserState,
};
use crate::event::{
    Accepted, AccessPassIssued, ActivationFailed, Credential, DeletionReason, DeletionScheduled,
    Event, Fact, Failure, Locked, MethodDeleted, MethodEnrolled, PasswordResetFailed,
    RecoveryCodesIssued, ResetFailure, TokenImported, VerificationFailed, VerificationSucceeded,
    Who,
};
use crate::kind::{AccessPass, RecoveryCodes, WRONG_PINS_COUNT};
use crate::{Kind, MethodId, Policy, Purpose, Sealed, SealedMethod, Seconds, Timestamp, UserId};
use std::sync::Arc;

/// The most proofs that are kept for one user; the oldest goes first.
const MOST_PROOFS: usize = 8;

/// The most reports that are kept for one user; the oldest goes first.
const MOST_REPORTED: usize = 64;

impl State {
    /// The state after this event. An event is what happened: there is nothing to refuse any more,
    /// and one about something that is not there changes nothing.
    #[must_use]
    pub fn evolve(mut self, event: &Event) -> Self {
        self.apply(event);
        self
    }

    /// Becomes the state after this event, as [`State::evolve`] gives it.
    pub fn apply(&mut self, event: &Event) {
        self.events += 1;
        self.latest = event.time;
        match &event.fact {
            Fact::LogCreated(_) => {}
            Fact::PolicyChanged(fact) => {
                self.policy = Some(Arc::new(Policy::clone(&fact.policy)));
                self.policy_since = event.time;
            }
            Fact::LogRestored(_) => self.restore(event.time),
            Fact::TokenImported(fact) => self.import(fact),
            Fact::TokenRemoved(fact) => {
                self.tokens.remove_mut(&fact.token);
            }
            fact => {
                if let Some(user) = event.user {
                    self.evolve_user(user, event, fact);
                }
            }
        }
    }

    fn import(&mut self, fact: &TokenImported) {
        let token = Token {
            parameters: fact.parameters,
            reached: self.reached(fact),
            seed: fact.seed,
            sealed: fact.sealed.clone(),
        };
        self.tokens.insert_mut(fact.token, token);
    }

    fn evolve_user(&mut self, user: UserId, event: &Event, fact: &Fact) {
        let now = event.time;
        if let Some(expense) = Expense::of(user, event) {
            let rules = self.policy().rules.budget;
            self.change(user, |state| state.budget.spend(expense, &rules, now));
        }
        match fact {
            Fact::UserAdded(fact) => {
                let state = UserState::new(fact.sealed.clone());
                self.users.insert(user, state);
            }
            Fact::UserRenamed(fact) => self.change(user, |state| {
                state.sealed = fact.sealed.clone();
                state.end_sign_ins();
            }),
            Fact::UserErased(_) => self.erase(user),
            Fact::MethodEnrolled(fact) => {
                if let Some(token) = fact.token {
                    let seed = self.tokens.get(&token).map(|token| token.seed);
                    self.tokens.remove_mut(&token);
                    if let Some(seed) = seed {
                        self.activate(fact.method, seed);
                    }
                }
                if let Some(message) = fact.credential.proved_by() {
                    self.codes.use_up(message);
                }
                if let Some(approval) = fact.credential.approved_by() {
                    self.change_approvals(user, |approvals| {
                        approvals.use_up(approval);
                        approvals.prove(Purpose::SignIn);
                    });
                }
                self.register(&fact.credential, now);
                let fresh = self.policy().rules.fresh_proof;
                self.change(user, |state| state.enroll(fact, now, fresh));
            }
            Fact::MethodImported(fact) => {
                self.register(&fact.credential, now);
                self.change(user, |state| {
                    let (id, sealed) = (fact.method, fact.sealed.clone());
                    state.add(Method {
                        is_imported: true,
                        ..Method::new(id, fact.credential.clone(), sealed, now)
                    });
                });
            }
            Fact::SetUpPostponed(_) => {
                let since = self.policy_since;
                self.change(user, |state| {
                    state.change_rare(|rare| rare.sign_ins.postpone(since, now));
                });
            }

            Fact::TerminalRemembered(fact) => {
                self.change(user, |state| {
                    state.change_rare(|rare| rare.sign_ins.remember(fact, now));
                });
            }
            Fact::BreakGlassUsed(fact) => self.break_glass.insert_mut(fact.code),
            Fact::MethodRenamed(fact) => {
                self.change_method(user, fact.method, |method| {
                    method.sealed = method.sealed.with_label(&fact.label);
                });
            }
            Fact::MethodDeleted(fact) => {
                self.delete(user, fact.method);
                self.change(user, |state| state.end_proofs(fact));
            }
            Fact::DeletionScheduled(fact) => self.schedule_deletion(user, fact),
            Fact::DeletionCancelled(fact) => self.cancel_deletion(user, fact.method),
            Fact::DefaultChanged(fact) => self.change(user, |state| state.default = fact.method),
            Fact::VerificationSucceeded(fact) => {
                if let Accepted::DeliveredCode(message) = fact.accepted {
                    self.codes.use_up(message);
                }
                self.change_approvals(user, |approvals| {
                    if let Accepted::Approval(approval) = fact.accepted {
                        approvals.use_up(approval);
                    }
                    approvals.prove(fact.purpose);
                });
                let fresh = self.policy().rules.fresh_proof;
                self.change(user, |state| state.succeed(fact, now, fresh));
            }
            Fact::VerificationFailed(fact) => {
                // Everybody resets passwords through the one account of a kiosk, and what is looked at of a
                // stranger's answers would tell who is a user.
                if fact.purpose != Purpose::PasswordReset {
                    self.count_caller(event);
                }
                let forget = self.policy().rules.throttle.forget_after;
                self.change(user, |state| state.fail(fact, now, forget));
            }
            Fact::ActivationFailed(fact) => {
                self.count_caller(event);
                let forget = self.policy().rules.throttle.forget_after;
                self.change(user, |state| state.fail_activation(fact, now, forget));
            }
            Fact::Locked(fact) => self.change_method(user, fact.method, |method| method.lock(fact)),
            Fact::Unlocked(fact) => self.change(user, |state| {
                state.unlock(fact.gates.is_empty());
                if fact.gates.is_empty() {
                    state.unlock_account();
                } else {
                    state.change_resets(Resets::void_gates);
                }
            }),
            Fact::AccountLocked(_) => self.change(user, |state| {
                state.end_sign_ins();
                state.change_resets(Resets::void_gates);
                state.change_rare(|rare| {
                    rare.approvals.void();
                    rare.account_locked = Some(now);
                });
            }),
            Fact::ActivityReported(fact) => self.change(user, |state| {
                state.end_sign_ins();
                state.change_resets(Resets::void_gates);
                state.change_rare(|rare| {
                    rare.approvals.void();
                    if rare.reported.len() == MOST_REPORTED {
                        rare.reported.remove(0);
                    }
                    rare.reported.push(fact.reported);
                });
            }),
            Fact::AccountUnlocked(_) => self.change(user, UserState::unlock_account),
            Fact::PasswordResetRequested(fact) => {
                let open = OpenTicket::new(user, fact, now);
                self.tickets.insert_mut(fact.ticket, open);
            }
            Fact::PasswordReset(fact) => {
                self.tickets.remove_mut(&fact.ticket);
                self.change(user, |state| {
                    state.end_sign_ins();
                    state.unlock(false);
                    state.change_resets(|resets| resets.succeed(now));
                });
            }
            Fact::PasswordResetFailed(fact) => self.fail_reset(user, fact),
            Fact::PasswordResetLocked(fact) => {
                self.change(user, |state| {
                    state.change_resets(|resets| resets.lock(fact.kind, now, fact.until));
                });
            }
            Fact::RecoveryCodesIssued(fact) => {
                self.change(user, |state| {
                    state.add(Method::from_recovery_codes(fact, now));
                });
            }
            Fact::AccessPassIssued(fact) => {
                self.schedule.insert_mut((fact.expires, user, fact.method));
                self.change(user, |state| state.add(Method::from_access_pass(fact, now)));
            }
            Fact::TokenResynchronized(fact) => {
                self.change_method(user, fact.method, |method| {
                    if let Credential::HardwareToken(token) = &mut method.credential {
                        token.resynchronize(fact.found);
                    }
                });
            }
            Fact::ApprovalRequested(fact) => {
                self.change_approvals(user, |approvals| approvals.ask(fact, now));
            }
            Fact::ApprovalAnswered(fact) => {
                self.change_approvals(user, |approvals| approvals.answer(fact, now));
            }
            Fact::CodeRequested(fact) => self.codes.add(user, fact, now),
            // What became of a message matters to readers of the log alone.
            Fact::MessageDelivered(_)
            | Fact::MessageFailed(_)
            | Fact::RememberedSignIn(_)
            | Fact::LogCreated(_)
            | Fact::LogRestored(_)
            | Fact::PolicyChanged(_)
            | Fact::TokenImported(_)
            | Fact::TokenRemoved(_) => {}
        }
    }

    /// Where the new password may hold after all, what the former one had led to is void.
    fn fail_reset(&mut self, user: UserId, fact: &PasswordResetFailed) {
        self.tickets.remove_mut(&fact.ticket);
        if fact.reason == ResetFailure::Unknown {
            self.change(user, |state| {
                state.end_sign_ins();
                state.change_resets(Resets::void_gates);
            });
        }
    }

    fn change(&mut self, user: UserId, change: impl FnOnce(&mut UserState)) {
        if let Some(state) = self.users.get_mut(user) {
            change(state);
        }
    }

    fn change_approvals(&mut self, user: UserId, change: impl FnOnce(&mut Approvals)) {
        self.change(user, |state| {
            state.change_rare(|rare| change(&mut rare.approvals));
        });
    }

    fn change_method(&mut self, user: UserId, method: MethodId, change: impl FnOnce(&mut Method)) {
        self.change(user, |state| {
            if let Some(method) = state.method_mut(method) {
                change(method);
            }
        });
    }

    fn count_caller(&mut self, event: &Event) {
        if let Who::User(caller) = event.actor.who {
            let window = self.policy().rules.throttle.caller_window;
            let counted = FailuresSince::count(self.callers.get(&caller), event.time, window);
            self.callers.insert_mut(caller, counted);
        }
    }

    fn erase(&mut self, user: UserId) {
        if let Some(state) = self.users.get(user).cloned() {
            for method in &state.methods {
                self.unschedule(user, method);
                self.retire(user, method.id);
                self.unregister(method);
            }
        }
        self.users.remove(user);
        self.callers.remove_mut(&user);
        let tickets = self.open_tickets().filter(|(_, open)| open.user == user);
        let tickets: Vec<_> = tickets.map(|(id, _)| id).collect();
        for ticket in tickets {
            self.tickets.remove_mut(&ticket);
        }
    }

    fn delete(&mut self, user: UserId, method: MethodId) {
        self.retire(user, method);
        if let Some(method) = self
            .user(user)
            .and_then(|state| state.method(method))
            .cloned()
        {
            self.unschedule(user, &method);
            self.unregister(&method);
        }
        self.change(user, |state| {
            change_list(&mut state.methods, |methods| {
                methods.retain(|kept| kept.id != method);
            });
            // A terminal may have been remembered for a proof of the deleted method.
            state.forget_terminals();
            state.change_rare(|rare| rare.approvals.forget(method));
        });
    }

    /// What all users together have of such methods.
    fn register(&mut self, credential: &Credential, now: Timestamp) {
        if let Some(tag) = credential.credential_tag() {
            self.security_keys.insert_mut(tag);
        }
        if credential.kind() == Kind::SecurityQuestions {
            let current = self.policy().rules.security_questions.clone();
            self.questions.add(&current, now);
        }
    }

    fn unregister(&mut self, method: &Method) {
        if let Some(tag) = method.credential.credential_tag() {
            self.security_keys.remove_mut(&tag);
        }
        if method.kind() == Kind::SecurityQuestions {
            self.questions.remove(method.created);
        }
    }

    fn unschedule(&mut self, user: UserId, method: &Method) {
        if let Some(due) = method.deletion_due() {
            self.schedule.remove_mut(&(due, user, method.id));
        }
        if let Some(expires) = method.credential.expires() {
            self.schedule.remove_mut(&(expires, user, method.id));
        }
    }

    fn schedule_deletion(&mut self, user: UserId, fact: &DeletionScheduled) {
        self.schedule.insert_mut((fact.due, user, fact.method));
        self.change_method(user, fact.method, |method| {
            method.set_deletion_due(Some(fact.due));
        });
    }

    fn cancel_deletion(&mut self, user: UserId, method: MethodId) {
        let due = self
            .user(user)
            .and_then(|state| state.method(method))
            .and_then(Method::deletion_due);
        if let Some(due) = due {
            self.schedule.remove_mut(&(due, user, method));
        }
        self.change_method(user, method, |method| method.set_deletion_due(None));
    }
}

impl UserState {
    pub(super) fn new(sealed: Sealed) -> Self {
        Self {
            sealed,
            methods: Box::default(),
            default: None,
            sources: KnownSources::default(),
            proofs: Box::default(),
            budget: Budget::default(),
            rare: None,
        }
    }

    /// None is stored of what is none, so that equal users are equal.
    pub(super) fn change_rare(&mut self, change: impl FnOnce(&mut Rare)) {
        let mut none = Rare::NONE;
        let rare = self.rare.as_deref_mut().unwrap_or(&mut none);
        change(rare);
        if *rare == Rare::NONE {
            self.rare = None;
        } else if self.rare.is_none() {
            self.rare = Some(Box::new(none));
        }
    }

    pub(super) fn forget_terminals(&mut self) {
        self.change_rare(|rare| rare.sign_ins.forget_terminals());
    }

    pub(super) fn change_resets(&mut self, change: impl FnOnce(&mut Resets)) {
        self.change_rare(|rare| change(&mut rare.resets));
    }

    /// Voids what the user's sign-ins have left.
    fn end_sign_ins(&mut self) {
        self.proofs = Box::default();
        self.forget_terminals();
    }

    fn unlock_account(&mut self) {
        self.change_rare(|rare| rare.account_locked = None);
    }

    fn method_mut(&mut self, id: MethodId) -> Option<&mut Method> {
        self.methods.iter_mut().find(|method| method.id == id)
    }

    fn add(&mut self, method: Method) {
        change_list(&mut self.methods, |methods| {
            methods.reserve_exact(1);
            methods.push(method);
        });
    }

    fn enroll(&mut self, fact: &MethodEnrolled, now: Timestamp, fresh: Seconds) {
        self.add(Method {
            vouched: fact.vouched,
            ..Method::new(
                fact.method,
                fact.credential.clone(),
                fact.sealed.clone(),
                now,
            )
        });
        if let Some(session) = fact.first_proof {
            let proof = Proof {
                method: fact.method,
                session,
                strength: fact.credential.strength(),
                time: now,
            };
            self.prove(proof, fresh);
        }
        if fact.token.is_some() || fact.credential.proved_by().is_some() {
            for from in [Familiarity::Known, Familiarity::Elsewhere] {
                self.change_attempts(from, |attempts| attempts.activation_failures = 0);
            }
        }
    }

    /// Keeps the proof, and of those before it what is still `fresh`: they would be a good part of
    /// the memory of many users.
    fn prove(&mut self, proof: Proof, fresh: Seconds) {
        change_list(&mut self.proofs, |proofs| {
            proofs.retain(|kept| {
                let goes_beyond = kept.session != proof.session || kept.strength > proof.strength;
                goes_beyond && proof.time.is_within(fresh, kept.time)
            });
            if proofs.len() == MOST_PROOFS {
                proofs.remove(0);
            }
            proofs.reserve_exact(1);
            proofs.push(proof);
        });
    }

    /// Ends what a deleted method has proved, and what other sessions have: it may have been stolen, and
    /// the thief have proved it there. A method that is used up has just proved its user, and one whose
    /// time is over says nothing of others.
    fn end_proofs(&mut self, deleted: &MethodDeleted) {
        self.change_resets(|resets| match deleted.reason {
            DeletionReason::UsedUp => {}
            DeletionReason::Expired => resets.void_gates_of(deleted.method),
            DeletionReason::Requested
            | DeletionReason::WaitingOver
            | DeletionReason::Administrator
            | DeletionReason::Replaced => resets.void_gates(),
        });
        change_list(&mut self.proofs, |proofs| match deleted.reason {
            DeletionReason::UsedUp => {}
            DeletionReason::Expired => proofs.retain(|proof| proof.method != deleted.method),
            DeletionReason::Requested
            | DeletionReason::WaitingOver
            | DeletionReason::Administrator
            | DeletionReason::Replaced => proofs.retain(|proof| {
                proof.method != deleted.method && Some(proof.session) == deleted.session
            }),
        });
    }

    /// Says nothing of the wrong codes from other sources: a stranger gets no further guesses by it.
    fn succeed(&mut self, fact: &VerificationSucceeded, now: Timestamp, fresh: Seconds) {
        let from = self.familiarity(fact.source, now);
        let mut passed = None;
        if let Some(method) = self.method_mut(fact.method) {
            method.credential.use_up(fact.accepted);
            if let Accepted::Assertion {
                may_be_copied: true,
                ..
            } = fact.accepted
            {
                method.mark_as_perhaps_copied();
            }
            method.last_used = Some(now);
            method.set_throttle(from, MethodThrottle::NONE);
            method.set_wrong_pins(None);
            passed = Some(PassedGate::of(method, fact.session, now));
        }
        match fact.purpose {
            Purpose::SignIn => {
                self.change_attempts(from, |attempts| attempts.activation_failures = 0);
                if let Some(source) = fact.source {
                    self.sources.learn(source, now);
                }
                let proof = Proof {
                    method: fact.method,
                    session: fact.session,
                    strength: fact.strength,
                    time: now,
                };
                self.prove(proof, fresh);
            }
            // One gate of two is not yet its user: it teaches no source.
            Purpose::PasswordReset => {
                if let Some(passed) = passed {
                    self.change_resets(|resets| resets.pass(passed));
                }
            }
        }
    }

    fn fail(&mut self, fact: &VerificationFailed, now: Timestamp, forget: Seconds) {
        let from = self.familiarity(fact.source, now);
        let kind = self.method(fact.method).map(Method::kind);
        let slows_sign_in = kind.is_some_and(Kind::slows_sign_in);
        if slows_sign_in {
            self.forget_failures(from, now, forget);
        }
        self.change_attempts(from, |attempts| {
            if slows_sign_in {
                attempts.last_failure = now;
            }
            if let Some(guess) = fact.guess {
                attempts.see(guess);
            }
        });
        if let (Some(kind), Purpose::PasswordReset) = (kind, fact.purpose) {
            self.change_resets(|resets| resets.fail(kind, now));
        }
        if let Some(method) = self.method_mut(fact.method) {
            match fact.failure {
                Failure::CounterNotIncreased => method.mark_as_perhaps_copied(),
                Failure::WrongPin => {
                    let counted = FailuresSince::count(method.wrong_pins(), now, WRONG_PINS_COUNT);
                    method.set_wrong_pins(Some(counted));
                }
                _ => {}
            }
            let mut throttle = *method.throttle(from);
            if !slows_sign_in && throttle.last_failure.plus(forget) <= now {
                throttle.failures = 0;
            }
            // A lock from a time that has not come yet is none, and does not become one by this.
            if now < throttle.last_failure {
                throttle.locked_until = Timestamp::default();
            }
            throttle.failures = throttle.failures.saturating_add(1);
            throttle.last_failure = now;
            method.set_throttle(from, throttle);
        }
    }

    fn fail_activation(&mut self, fact: &ActivationFailed, now: Timestamp, forget: Seconds) {
        let from = self.familiarity(fact.source, now);
        self.forget_failures(from, now, forget);
        self.change_attempts(from, |attempts| {
            attempts.activation_failures = attempts.activation_failures.saturating_add(1);
            attempts.last_failure = now;
        });
    }

    fn change_attempts(&mut self, from: Familiarity, change: impl FnOnce(&mut Attempts)) {
        self.change_rare(|rare| change(rare.attempts.of_mut(from)));
    }

    /// Forgets wrong codes when the newest is so long ago. The number of locks stays, so that further
    /// ones grow.
    fn forget_failures(&mut self, from: Familiarity, now: Timestamp, after: Seconds) {
        if self.failures_at(from, now, after) != 0 {
            return;
        }
        self.change_attempts(from, |attempts| attempts.activation_failures = 0);
        let methods = self.methods.iter_mut();
        for method in methods.filter(|method| method.kind().slows_sign_in()) {
            let throttle = *method.throttle(from);
            let failures = 0;
            method.set_throttle(
                from,
                MethodThrottle {
                    failures,
                    ..throttle
                },
            );
        }
    }

    fn unlock(&mut self, by_administrator: bool) {
        self.change_rare(|rare| rare.attempts = Apart::default());
        self.change_resets(Resets::unlock);
        self.change_rare(|rare| rare.approvals.unlock(by_administrator));
        for method in &mut *self.methods {
            method.unlock();
        }
    }
}

impl Method {
    fn new(id: MethodId, credential: Credential, sealed: SealedMethod, created: Timestamp) -> Self {
        Self {
            id,
            credential,
            sealed,
            created,
            last_used: None,
            vouched: None,
            is_imported: false,
            setbacks: None,
        }
    }

    fn from_recovery_codes(fact: &RecoveryCodesIssued, now: Timestamp) -> Self {
        let codes = RecoveryCodes::new(fact.count);
        Self {
            vouched: fact.vouched,
            ..Self::new(fact.method, codes.into(), fact.sealed.clone(), now)
        }
    }

    fn from_access_pass(fact: &AccessPassIssued, now: Timestamp) -> Self {
        let pass = AccessPass {
            expires: fact.expires,
            once: fact.once,
        };
        Self::new(fact.method, pass.into(), fact.sealed.clone(), now)
    }

    fn set_throttle(&mut self, from: Familiarity, throttle: MethodThrottle) {
        let mut setbacks = *self.setbacks();
        *setbacks.throttle.of_mut(from) = throttle;
        self.set_setbacks(setbacks);
    }

    fn unlock(&mut self) {
        let Setbacks {
            throttle,
            wrong_pins,
            ..
        } = Setbacks::NONE;
        self.set_setbacks(Setbacks {
            throttle,
            wrong_pins,
            ..*self.setbacks()
        });
    }

    fn mark_as_perhaps_copied(&mut self) {
        self.set_setbacks(Setbacks {
            may_be_copied: true,
            ..*self.setbacks()
        });
    }

    fn set_wrong_pins(&mut self, wrong_pins: Option<FailuresSince>) {
        self.set_setbacks(Setbacks {
            wrong_pins,
            ..*self.setbacks()
        });
    }

    fn set_deletion_due(&mut self, deletion_due: Option<Timestamp>) {
        self.set_setbacks(Setbacks {
            deletion_due,
            ..*self.setbacks()
        });
    }

    /// None is stored of what is none, so that equal methods are equal.
    fn set_setbacks(&mut self, setbacks: Setbacks) {
        self.setbacks = (setbacks != Setbacks::NONE).then(|| Box::new(setbacks));
    }

    /// The lock of a security key holds for all sources.
    fn lock(&mut self, fact: &Locked) {
        let all = [Familiarity::Known, Familiarity::Elsewhere];
        let is_key = self.kind() == Kind::SecurityKey;
        for from in all.into_iter().filter(|from| is_key || *from == fact.from) {
            let throttle = *self.throttle(from);
            let throttle = MethodThrottle {
                locks: throttle.locks.saturating_add(1),
                locked_until: fact.until,
                ..throttle
            };
            self.set_throttle(from, throttle);
        }
    }
}

/// Changes a list that has no room to spare: the memory of many users is mostly such lists.
fn change_list<T>(list: &mut Box<[T]>, change: impl FnOnce(&mut Vec<T>)) {
    let mut longer = std::mem::take(list).into_vec();
    change(&mut longer);
    *list = longer.into_boxed_slice();
}
