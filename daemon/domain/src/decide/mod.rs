//! What follows from a command: events, or a refusal.

mod approve;
mod default;
mod delete;
mod enroll;
mod host;
mod issue;
mod lock;
mod rename;
mod report;
mod reset;
mod send;
mod sign_in;
mod verify;

pub use enroll::{EnrollmentOutlook, enrollment_outlook};
pub use reset::{ResetOutlook, lacking_for_reset, reset_outlook};
pub use sign_in::{
    Barred, NotCovered, SetUp, SignInOutlook, SignInPlace, set_up_outlook, sign_in_outlook,
};
pub use verify::verification_outlook;

use crate::Refusal;
use crate::command::{Action, Authority, Command, Context, Room, UserCommand};
use crate::event::{
    Actor, Credential, Event, Fact, Failure, MethodRenamed, TokenResynchronized, Unlocked,
    UserAdded, UserErased, Who,
};
use crate::kind::Resynchronized;
use crate::policy::EffectivePolicy;
use crate::state::{Expense, Method, State, UserState};
use crate::{Kind, MethodId, Purpose, Sealed, Seconds, Strength, Timestamp, UserId};
use std::borrow::Cow;

/// Decides a command against the state that holds.
///
/// # Errors
///
/// The refusal, which leaves no event. That an answer was wrong is no refusal but an event; see
/// [`crate::event::VerificationFailed`].
pub fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Host(command) => host::decide(state, command),
        Command::User(command) => decide_for_user(state, command),
    }
}

fn decide_for_user(state: &State, command: &UserCommand) -> Result<Vec<Event>, Refusal> {
    let mut facts = introduced_by(state, &command.context);
    let introduced = after(state, &facts);
    let case = Case::new(&introduced, command.user, &command.context)?;
    if let Action::RenameUser { sealed, replaces } = &command.action {
        facts.extend(case.rename_user(sealed, *replaces)?);
        return Ok(facts);
    }
    let decided = case.decide(&command.action)?;
    if decided.is_empty() {
        return Ok(Vec::new());
    }
    facts.extend(decided.into_iter().map(|fact| case.event(fact)));
    facts.extend(default::change_by_policy(state, &facts, &case));
    Ok(facts)
}

/// The users among those introduced who are seen for the first time.
fn introductions(
    state: &State,
    all: &[(UserId, Sealed)],
    now: Timestamp,
    actor: &Actor,
) -> Vec<Event> {
    let new = all.iter().enumerate().filter(|(place, (user, _))| {
        state.user(*user).is_none() && all[..*place].iter().all(|(before, _)| before != user)
    });
    new.map(|(_, (user, sealed))| Event {
        time: now,
        user: Some(*user),
        actor: actor.clone(),
        fact: UserAdded {
            sealed: sealed.clone(),
        }
        .into(),
    })
    .collect()
}

fn introduced_by(state: &State, context: &Context) -> Vec<Event> {
    introductions(state, &context.introductions, context.now, &context.actor)
}

/// The state after the introductions of this context: what an outlook looks at.
fn introduced<'a>(state: &'a State, context: &Context) -> Cow<'a, State> {
    after(state, &introduced_by(state, context))
}

/// The state after these events, of which there are none most of the time.
fn after<'a>(state: &'a State, events: &[Event]) -> Cow<'a, State> {
    if events.is_empty() {
        Cow::Borrowed(state)
    } else {
        Cow::Owned(events.iter().fold(state.clone(), State::evolve))
    }
}

/// Everything that a decision about one user looks at.
struct Case<'a> {
    state: &'a State,
    user: &'a UserState,
    id: UserId,
    context: &'a Context,
    /// The policy for the user at the service in use.
    policy: EffectivePolicy,
    /// The policy for the user at no particular service. What belongs to the user and not to a
    /// service, such as the default, is decided by this one.
    everywhere: EffectivePolicy,
}

impl<'a> Case<'a> {
    fn new(state: &'a State, user: UserId, context: &'a Context) -> Result<Self, Refusal> {
        Ok(Self {
            state,
            user: state.user(user).ok_or(Refusal::UnknownUser)?,
            id: user,
            context,
            policy: state
                .policy()
                .effective(context.groups(), context.actor.service.as_ref()),
            everywhere: state.policy().effective(context.groups(), None),
        })
    }

    fn decide(&self, action: &Action) -> Result<Vec<Fact>, Refusal> {
        self.expect_unlocked_for(action)?;
        match action {
            Action::Enroll {
                method,
                credential,
                sealed,
                token,
                same_number,
                compared,
            } => {
                self.expect_compared(compared)?;
                self.enroll(*method, credential, sealed, *token, same_number)
            }
            Action::RequestCode {
                message,
                recipient,
                destination,
                country,
                replaces,
            } => self.request_code(*message, recipient, *destination, *country, *replaces),
            Action::RequestApproval {
                approval,
                method,
                purpose,
                replaces,
            } => self.request_approval(*approval, *method, *purpose, *replaces),
            Action::AnswerApproval { approval, answer } => self.answer_approval(*approval, *answer),
            Action::RecordDelivery {
                message,
                attempts,
                outcome,
            } => self.record_delivery(*message, *attempts, outcome),
            Action::FailActivation => self.fail_activation(),
            Action::Rename { method, label } => self.rename(*method, label),
            Action::Delete { method } => self.delete(*method),
            Action::CancelDeletion { method } => self.cancel_deletion(*method),
            Action::CarryOutDue => Ok(self.carry_out_due()),
            Action::SetDefault { method } => self.set_default(*method),
            Action::IssueRecoveryCodes {
                method,
                sealed,
                count,
            } => self.issue_recovery_codes(*method, sealed, *count),
            Action::IssueAccessPass {
                method,
                sealed,
                begins,
                valid,
                once,
            } => self.issue_access_pass(*method, sealed, *begins, *valid, *once),
            Action::RevokeAccessPass => self.revoke_access_pass(),
            Action::Verify {
                method,
                purpose,
                answer,
                guess,
            } => self.verify(*method, *purpose, *answer, *guess),
            Action::PostponeSetUp => self.postpone_set_up(),
            Action::RememberTerminal { terminal } => self.remember_terminal(*terminal),
            Action::UseRemembered { terminal } => self.use_remembered(*terminal),
            Action::ImportMethod {
                method,
                credential,
                sealed,
                compared,
            } => {
                self.expect_compared(compared)?;
                self.import_method(*method, credential, sealed)
            }
            Action::RecordBreakGlass { code, used } => self.record_break_glass(*code, *used),
            Action::Resynchronize { method, found } => self.resynchronize(*method, *found),
            Action::RequestPassword { ticket } => self.request_password(*ticket),
            Action::RecordPassword { ticket, outcome } => self.record_password(*ticket, *outcome),
            Action::UnlockByReset => self.unlock_by_reset(),
            Action::LockAccount => self.lock_account(),
            Action::ReportActivity { seq, event } => self.report_activity(*seq, event),
            Action::Unlock => {
                self.require_administrator()?;
                Ok(vec![Unlocked { gates: Vec::new() }.into()])
            }
            // It may take the place of another user: see `decide_for_user`.
            Action::RenameUser { .. } => Ok(Vec::new()),
            Action::Erase => {
                self.require_administrator()?;
                Ok(vec![UserErased {}.into()])
            }
        }
    }

    fn event(&self, fact: Fact) -> Event {
        Event {
            time: self.context.now,
            user: Some(self.id),
            actor: self.context.actor.clone(),
            fact,
        }
    }

    /// Whether the user's budget has enough for this, and the disk room. What an administrator does for
    /// others takes nothing of it.
    fn may_spend(&self, expense: Expense) -> Result<(), Refusal> {
        if self.context.authority != Authority::Own {
            return Ok(());
        }
        if expense == Expense::Change && self.context.room == Room::Kept {
            return Err(Refusal::RoomKept);
        }
        let rules = &self.state.policy().rules.budget;
        self.user
            .waits_to_spend(expense, rules, self.context.now)
            .map_or(Ok(()), |until| Err(Refusal::TooOften { until }))
    }

    fn rename(&self, method: MethodId, label: &Sealed) -> Result<Vec<Fact>, Refusal> {
        self.method(method)?;
        self.may_spend(Expense::Change)?;
        Ok(vec![
            MethodRenamed {
                method,
                label: label.clone(),
            }
            .into(),
        ])
    }

    fn method(&self, method: MethodId) -> Result<&Method, Refusal> {
        self.user.method(method).ok_or(Refusal::UnknownMethod)
    }

    fn require_administrator(&self) -> Result<(), Refusal> {
        match self.context.authority {
            Authority::Administrator | Authority::System => Ok(()),
            Authority::Own => Err(Refusal::AdministratorNeeded),
        }
    }

    /// Applies the rule of fresh proof: how strong the proof of this session is. None is needed, and
    /// none returned, from an administrator, and as long as the user has no method to prove.
    fn require_fresh_proof(&self) -> Result<Option<Strength>, Refusal> {
        self.require_proof_within(self.state.policy().rules.fresh_proof)
    }

    /// The same for adding and deleting methods of a kind.
    fn require_fresh_proof_for(&self, kind: Kind) -> Result<Option<Strength>, Refusal> {
        self.require_proof_within(self.state.policy().rules.fresh_proof_for(kind))
    }

    fn require_proof_within(&self, length: Seconds) -> Result<Option<Strength>, Refusal> {
        if self.context.authority != Authority::Own
            || !self.user.has_sign_in_method(self.context.now)
        {
            return Ok(None);
        }
        self.proof_within(length)
            .map(Some)
            .ok_or(Refusal::FreshProofNeeded)
    }

    /// How strong the strongest fresh proof of this session is.
    fn fresh_proof(&self) -> Option<Strength> {
        self.proof_within(self.state.policy().rules.fresh_proof)
    }

    fn proof_within(&self, length: Seconds) -> Option<Strength> {
        self.user
            .fresh_proof(self.context.session, length, self.context.now)
            .map(|proof| proof.strength)
    }

    /// How strong a proof by this method is now.
    fn strength(&self, method: &Method) -> Strength {
        let wait = self.state.policy().rules.deletion_wait;
        method.strength(wait, self.context.now)
    }

    /// How strong a proof must be to delete this method at once.
    fn protection(&self, method: &Method) -> Strength {
        let wait = self.state.policy().rules.deletion_wait;
        method.protection(wait, self.context.now)
    }

    /// Applies the limit on wrong codes by calling account, for all users together. It is not for password
    /// resets: the caller of these may be an account that everybody uses.
    fn caller_may_attempt(&self) -> Result<(), Refusal> {
        let Who::User(caller) = self.context.actor.who else {
            return Ok(());
        };
        let rules = &self.state.policy().rules.throttle;
        self.state
            .caller_failures(caller)
            .and_then(|failures| failures.blocked_at(self.context.now, rules))
            .map_or(Ok(()), |until| Err(Refusal::TooSoon { until }))
    }

    fn resynchronize(
        &self,
        method: MethodId,
        found: Option<Resynchronized>,
    ) -> Result<Vec<Fact>, Refusal> {
        let known = self.method(method)?;
        self.caller_may_attempt()?;
        self.user.may_attempt(
            known,
            self.from(),
            &self.state.policy().rules.throttle,
            self.context.now,
        )?;
        let Credential::HardwareToken(token) = known.credential() else {
            return Err(Refusal::NotAToken);
        };
        self.may_spend(Expense::Verification)?;
        // The user may have nothing but a token that is out of step.
        let another = |other: &Method| {
            other.id() != method
                && other.kind().serves(Purpose::SignIn)
                && other.is_usable(self.context.now)
        };
        if self.user.methods().iter().any(another) {
            self.require_fresh_proof()?;
        }
        let (now, drift) = (
            self.context.now,
            self.state.policy().rules.hardware_token.drift,
        );
        match found {
            Some(found) if token.is_ahead(found, now, drift) => {
                Ok(vec![TokenResynchronized { method, found }.into()])
            }
            _ => Ok(self.failure(known, Purpose::SignIn, Failure::WrongCode, None)),
        }
    }
}
