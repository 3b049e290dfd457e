//! How each fact changes what holds.

mod method;
mod user;

use super::budget::Expense;
use super::{Approvals, FailuresSince, Method, OpenTicket, Resets, State, Token, UserState};
use crate::event::{
    Accepted, Credential, DeletionScheduled, Event, Fact, PasswordResetFailed, ResetFailure,
    TokenImported, Who,
};
use crate::{Kind, MethodId, Policy, Purpose, Timestamp, UserId};
use std::sync::Arc;

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
                    state.change_resets(|resets| resets.unlock_methods(now));
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

/// Changes a list that has no room to spare: the memory of many users is mostly such lists.
fn change_list<T>(list: &mut Box<[T]>, change: impl FnOnce(&mut Vec<T>)) {
    let mut longer = std::mem::take(list).into_vec();
    change(&mut longer);
    *list = longer.into_boxed_slice();
}
