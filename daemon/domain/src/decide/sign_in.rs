//! What a sign-in through PAM asks of a user: nothing, a proof, or to set up a method.

use super::{Case, introduced};
use crate::Refusal;
use crate::command::{Authority, Context};
use crate::event::{
    BreakGlassUsed, Fact, RememberedSignIn, SetUpPostponed, TerminalRemembered, Who,
};
use crate::policy::{EffectivePolicy, FirstMethod, SignInRules, Verify};
use crate::state::{Expense, State};
use crate::{BreakGlassId, Purpose, RotatingTag, Seconds, TerminalTag, Timestamp, UserId};
use std::net::IpAddr;

/// Where a user signs in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SignInPlace {
    /// The address that they come from, if a trusted service has named it.
    pub network: Option<IpAddr>,
    /// The terminal, if it is known for certain.
    pub terminal: Option<RotatingTag<TerminalTag>>,
}

/// What a sign-in asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInOutlook {
    /// Nothing: policy does not cover the user here.
    NotCovered(NotCovered),
    /// Nothing: the terminal is remembered.
    Remembered,
    /// A proof.
    Verify,
    /// To set up a method first.
    SetUp(SetUp),
    /// Nothing: the account is locked, and the user has nothing that unlocks it here.
    AccountLocked,
    /// Nothing: the account had another name, and would go without what that one was asked for.
    Renamed,
}

/// Why policy does not cover a user at a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotCovered {
    /// The service asks no user.
    Off,
    /// It does not ask members of a group.
    ExemptGroup,
    /// It does not ask users from a network.
    ExemptNetwork,
    /// The user has no method, and need not have one.
    NothingEnrolled,
}

/// What a user is to set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetUp {
    /// How many methods are missing.
    pub missing: u8,
    /// When it can no longer be postponed.
    pub grace_ends: Timestamp,
    /// Whether it can be postponed now.
    pub may_postpone: bool,
    /// How many times it can be postponed yet; none where policy counts no times.
    pub times_left: Option<u16>,
    /// What stands in the way of setting one up in this session.
    pub barred: Option<Barred>,
}

/// What stands in the way of setting up a method at sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// It takes an access pass.
    AccessPassNeeded,
    /// The user has methods, though none that is enough here: one of them must be proved first.
    ProofNeeded,
}

/// What a sign-in asks of the user.
///
/// # Errors
///
/// [`Refusal::UnknownUser`] when the user is neither known nor introduced.
pub fn sign_in_outlook(
    state: &State,
    user: UserId,
    context: &Context,
    place: &SignInPlace,
) -> Result<SignInOutlook, Refusal> {
    let introduced = introduced(state, context);
    Ok(Case::new(&introduced, user, context)?.sign_in(place))
}

/// What the user must still set up, once they have proved what they could: none when nothing is
/// missing.
///
/// # Errors
///
/// As [`sign_in_outlook`].
pub fn set_up_outlook(
    state: &State,
    user: UserId,
    context: &Context,
) -> Result<Option<SetUp>, Refusal> {
    let introduced = introduced(state, context);
    Ok(Case::new(&introduced, user, context)?.set_up())
}

/// How many methods a user must have where these rules hold.
fn required(policy: &EffectivePolicy, rules: &SignInRules) -> u8 {
    policy
        .required
        .max(u8::from(rules.verify == Verify::Required))
}

impl Case<'_> {
    fn sign_in_rules(&self) -> SignInRules {
        let service = self.context.actor.service.as_ref();
        self.state.policy().sign_in(service)
    }

    fn sign_in(&self, place: &SignInPlace) -> SignInOutlook {
        // Before all else: a service that asks nobody lets nobody in either.
        if self.user.account_locked().is_some() {
            return if self.has_candidate() {
                SignInOutlook::Verify
            } else {
                SignInOutlook::AccountLocked
            };
        }
        if self.former_is_locked() {
            return SignInOutlook::Renamed;
        }
        let rules = self.sign_in_rules();
        if let Some(why) = self.not_covered(&rules, place) {
            return SignInOutlook::NotCovered(why);
        }
        if place
            .terminal
            .is_some_and(|terminal| self.is_remembered(&rules, terminal))
        {
            return SignInOutlook::Remembered;
        }
        if self.has_candidate() {
            return SignInOutlook::Verify;
        }
        if self.is_renamed() {
            return SignInOutlook::Renamed;
        }
        match self.set_up() {
            Some(set_up) => SignInOutlook::SetUp(set_up),
            None => SignInOutlook::NotCovered(NotCovered::NothingEnrolled),
        }
    }

    fn not_covered(&self, rules: &SignInRules, place: &SignInPlace) -> Option<NotCovered> {
        let in_group = |group| self.context.groups().contains(group);
        if rules.verify == Verify::Off {
            Some(NotCovered::Off)
        } else if rules.exempt_groups.iter().any(in_group) {
            Some(NotCovered::ExemptGroup)
        } else if place.network.is_some_and(|from| {
            rules
                .exempt_networks
                .iter()
                .any(|network| network.contains(from))
        }) {
            Some(NotCovered::ExemptNetwork)
        } else {
            None
        }
    }

    fn has_candidate(&self) -> bool {
        let wait = self.state.policy().rules.deletion_wait;
        let now = self.context.now;
        !self
            .user
            .candidates(Purpose::SignIn, &self.policy, wait, now)
            .is_empty()
    }

    /// What is still missing of what the rules for the user and the service ask for.
    fn set_up(&self) -> Option<SetUp> {
        let (user, now) = (self.user, self.context.now);
        let has_method = user.has_sign_in_method(now);
        // Methods that are not enough here are no way in.
        let shut_out = has_method && !self.has_candidate();
        let required = required(&self.policy, &self.sign_in_rules()).max(u8::from(shut_out));
        let have = u8::try_from(user.counting_methods(&self.policy)).unwrap_or(u8::MAX);
        let missing = required.saturating_sub(have);
        if missing == 0 && !shut_out {
            return None;
        }
        let grace = Seconds::from_days(self.policy.grace_days);
        let since = self.state.grace_began(user).unwrap_or(now);
        let grace_ends = since.plus(grace);
        let times_left = self.state.times_left(user);
        Some(SetUp {
            missing: missing.max(1),
            grace_ends,
            // A clock that was set back before the first time does not make the grace longer.
            may_postpone: !shut_out && now.is_within(grace, since) && times_left != Some(0),
            times_left,
            barred: self.barred(has_method),
        })
    }

    fn barred(&self, has_method: bool) -> Option<Barred> {
        if self.fresh_proof().is_some() {
            None
        } else if has_method {
            Some(Barred::ProofNeeded)
        } else if self.policy.first_method == FirstMethod::AccessPass {
            Some(Barred::AccessPassNeeded)
        } else {
            None
        }
    }

    fn is_remembered(&self, rules: &SignInRules, terminal: RotatingTag<TerminalTag>) -> bool {
        let now = self.context.now;
        self.context.actor.service.as_ref().is_some_and(|service| {
            self.user
                .sign_ins()
                .remembered(terminal, service, now)
                // Policy may have become stricter since.
                .is_some_and(|kept| now.is_within(rules.remember, kept.since))
        })
    }

    /// Whether a service with these rules lets this user in only with a method.
    pub(super) fn requires_one(&self, rules: &SignInRules) -> bool {
        rules.verify == Verify::Required
            && !rules
                .exempt_groups
                .iter()
                .any(|group| self.context.groups().contains(group))
    }

    /// Only root, for a user who signs in, and the user may postpone it, and not instead of a proof
    /// that the user could give.
    pub(super) fn postpone_set_up(&self) -> Result<Vec<Fact>, Refusal> {
        let who = self.context.actor.who == Who::Root || self.context.on_self;
        let proves = !self.has_candidate() || self.fresh_proof().is_some();
        match self.set_up() {
            Some(set_up) if set_up.may_postpone && who && proves => {
                self.may_spend(Expense::Verification)?;
                Ok(vec![
                    SetUpPostponed {
                        until: set_up.grace_ends,
                    }
                    .into(),
                ])
            }
            _ => Err(Refusal::NotToBePutOff),
        }
    }

    /// Only root is trusted to say where a user signs in.
    pub(super) fn remember_terminal(&self, terminal: TerminalTag) -> Result<Vec<Fact>, Refusal> {
        let remember = self.sign_in_rules().remember;
        let proved = self
            .fresh_proof()
            .is_some_and(|strength| self.policy.suffices(strength));
        match &self.context.actor.service {
            Some(service)
                if self.context.actor.who == Who::Root && proved && remember > Seconds::new(0) =>
            {
                Ok(vec![
                    TerminalRemembered {
                        terminal,
                        service: service.clone(),
                        until: self.context.now.plus(remember),
                    }
                    .into(),
                ])
            }
            _ => Err(Refusal::NotRemembered),
        }
    }

    pub(super) fn use_remembered(
        &self,
        terminal: RotatingTag<TerminalTag>,
    ) -> Result<Vec<Fact>, Refusal> {
        if self.context.actor.who == Who::Root
            && self.is_remembered(&self.sign_in_rules(), terminal)
        {
            self.may_spend(Expense::Verification)?;
            Ok(vec![
                RememberedSignIn {
                    terminal: terminal.current,
                    place: self.context.place.clone(),
                }
                .into(),
            ])
        } else {
            Err(Refusal::NotRemembered)
        }
    }

    /// Records each code once, however often it is found.
    pub(super) fn record_break_glass(
        &self,
        code: BreakGlassId,
        used: Timestamp,
    ) -> Result<Vec<Fact>, Refusal> {
        if self.context.authority != Authority::System {
            return Err(Refusal::AdministratorNeeded);
        }
        if self.state.is_recorded(code) {
            return Ok(Vec::new());
        }
        Ok(vec![BreakGlassUsed { code, used }.into()])
    }
}
