//! How a fact changes what holds of its user.

use super::super::budget::Budget;
use super::super::sources::KnownSources;
use super::super::throttle::Attempts;
use super::super::user::Rare;
use super::super::{
    Apart, FailuresSince, Familiarity, Method, MethodThrottle, PassedGate, Proof, Resets, UserState,
};
use super::change_list;
use crate::event::{
    Accepted, ActivationFailed, DeletionReason, Failure, MethodDeleted, MethodEnrolled,
    VerificationFailed, VerificationSucceeded,
};
use crate::kind::WRONG_PINS_COUNT;
use crate::{Kind, MethodId, Purpose, Sealed, Seconds, Timestamp};

/// The most proofs that are kept for one user; the oldest goes first.
const MOST_PROOFS: usize = 8;

impl UserState {
    pub(in crate::state) fn new(sealed: Sealed) -> Self {
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
    pub(in crate::state) fn change_rare(&mut self, change: impl FnOnce(&mut Rare)) {
        let mut none = Rare::NONE;
        let rare = self.rare.as_deref_mut().unwrap_or(&mut none);
        change(rare);
        if *rare == Rare::NONE {
            self.rare = None;
        } else if self.rare.is_none() {
            self.rare = Some(Box::new(none));
        }
    }

    pub(in crate::state) fn forget_terminals(&mut self) {
        self.change_rare(|rare| rare.sign_ins.forget_terminals());
    }

    pub(in crate::state) fn change_resets(&mut self, change: impl FnOnce(&mut Resets)) {
        self.change_rare(|rare| change(&mut rare.resets));
    }

    /// Voids what the user's sign-ins have left.
    pub(super) fn end_sign_ins(&mut self) {
        self.proofs = Box::default();
        self.forget_terminals();
    }

    pub(super) fn unlock_account(&mut self) {
        self.change_rare(|rare| rare.account_locked = None);
    }

    pub(super) fn method_mut(&mut self, id: MethodId) -> Option<&mut Method> {
        self.methods.iter_mut().find(|method| method.id == id)
    }

    pub(super) fn add(&mut self, method: Method) {
        change_list(&mut self.methods, |methods| {
            methods.reserve_exact(1);
            methods.push(method);
        });
    }

    pub(super) fn enroll(&mut self, fact: &MethodEnrolled, now: Timestamp, fresh: Seconds) {
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
    pub(super) fn prove(&mut self, proof: Proof, fresh: Seconds) {
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
    pub(super) fn end_proofs(&mut self, deleted: &MethodDeleted) {
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
    pub(super) fn succeed(&mut self, fact: &VerificationSucceeded, now: Timestamp, fresh: Seconds) {
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

    pub(super) fn fail(&mut self, fact: &VerificationFailed, now: Timestamp, forget: Seconds) {
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

    pub(super) fn fail_activation(
        &mut self,
        fact: &ActivationFailed,
        now: Timestamp,
        forget: Seconds,
    ) {
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

    pub(super) fn unlock(&mut self, by_administrator: bool) {
        self.change_rare(|rare| rare.attempts = Apart::default());
        self.change_resets(Resets::unlock);
        self.change_rare(|rare| rare.approvals.unlock(by_administrator));
        for method in &mut *self.methods {
            method.unlock();
        }
    }
}
