//! What must hold of codes that are sent.

use super::world::World;
use proptest::test_runner::TestCaseError;
use proptest::{prop_assert, prop_assert_eq};
use secinfo_domain::event::{Accepted, CodeRequested, Credential, Event, Fact};
use secinfo_domain::policy::Limit;
use secinfo_domain::state::UserState;
use secinfo_domain::{Kind, MessageId, MethodId, Purpose, Refusal, State, Timestamp, UserId};
use std::collections::{BTreeMap, BTreeSet};

type Checked = Result<(), TestCaseError>;

/// Every code that was asked for, kept beside the state in the plainest way.
#[derive(Default)]
pub struct SentCodes {
    requests: Vec<(Timestamp, UserId, CodeRequested)>,
    /// Used, or replaced.
    void: BTreeSet<MessageId>,
    used: BTreeSet<MessageId>,
}

impl SentCodes {
    /// Enters an event, given the state before it; an error if it sends what the limits forbid, or
    /// accepts a code that is not good.
    pub fn enter(&mut self, before: &State, event: &Event) -> Checked {
        let Some(user) = event.user else {
            return Ok(());
        };
        match &event.fact {
            Fact::CodeRequested(fact) => {
                self.within_limits(before, event.time, user, fact)?;
                if let Some(replaced) = fact.replaces {
                    let whose = self.requests.iter().find(|(.., r)| r.message == replaced);
                    prop_assert!(whose.is_some_and(|(_, owner, _)| *owner == user));
                    self.void.insert(replaced);
                }
                self.requests.push((event.time, user, fact.clone()));
            }
            Fact::MethodEnrolled(fact) => {
                if let Some(message) = fact.credential.proved_by() {
                    let kind = fact.credential.kind();
                    self.use_up(event.time, user, message, (kind, None, None))?;
                }
            }
            Fact::VerificationSucceeded(fact) => {
                if let Accepted::DeliveredCode(message) = fact.accepted {
                    let kind = before
                        .user(user)
                        .and_then(|user| user.method(fact.method))
                        .map(secinfo_domain::state::Method::kind);
                    let kind = kind.expect("it is there");
                    let proved = (kind, Some(fact.method), Some(fact.purpose));
                    self.use_up(event.time, user, message, proved)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn use_up(
        &mut self,
        now: Timestamp,
        user: UserId,
        message: MessageId,
        proved: (Kind, Option<MethodId>, Option<Purpose>),
    ) -> Checked {
        prop_assert!(self.void.insert(message), "accepted after it was void");
        self.used.insert(message);
        let asked = self.requests.iter().find(|(.., r)| r.message == message);
        let Some((time, owner, request)) = asked else {
            prop_assert!(false, "accepted though it was not asked for");
            return Ok(());
        };
        prop_assert_eq!(*owner, user);
        let asked_for = (request.kind, request.method, request.purpose);
        prop_assert_eq!(asked_for, proved);
        prop_assert!(*time <= now && now < request.expires, "accepted too late");
        Ok(())
    }

    fn within_limits(
        &self,
        before: &State,
        now: Timestamp,
        user: UserId,
        fact: &CodeRequested,
    ) -> Checked {
        let (rules, of_resets) = {
            let rules = &before.policy().rules;
            (&rules.codes, rules.reset.codes_of_user)
        };
        let is_reset = |r: &CodeRequested| r.purpose == Some(Purpose::PasswordReset);
        let half = |limit: Limit| if is_reset(fact) { limit.half() } else { limit };
        let of_user = if is_reset(fact) {
            of_resets
        } else {
            rules.of_user
        };
        let sent = |within, counts: &dyn Fn(UserId, &CodeRequested) -> bool| {
            let counted = self
                .requests
                .iter()
                .filter(|(time, user, request)| {
                    now.is_within(within, *time)
                        && is_reset(request) == is_reset(fact)
                        && counts(*user, request)
                })
                .count();
            u16::try_from(counted).expect("few")
        };
        let most = |limit: Limit, counts: &dyn Fn(UserId, &CodeRequested) -> bool| {
            sent(limit.within, counts) < limit.most
        };
        let there = fact.destination;
        let country = fact.country;
        prop_assert!(most(of_user, &|owner, _| owner == user));
        let few = most(rules.of_destination, &|owner, r| {
            let is_claim = fact.method.is_some() && r.method.is_none() && owner != user;
            r.destination == there && !is_claim
        });
        prop_assert!(few);
        prop_assert!(most(half(rules.of_country), &|_, r| country.is_some()
            && r.country == country));
        prop_assert!(most(half(rules.in_all), &|_, _| true));
        let again = sent(rules.resend_after, &|owner, r| {
            let same_way = r.destination == there && r.kind == fact.kind;
            owner == user && same_way && !self.used.contains(&r.message)
        });
        prop_assert_eq!(again, 0);
        let welcome = country.is_some_and(|country| rules.allows(country));
        prop_assert!(welcome || fact.kind == Kind::Email);
        Ok(())
    }
}

/// There is at most one number in each place, and each is in one place, once for each kind.
pub fn places(world: &World, user: &UserState) -> Checked {
    let mut numbers = BTreeMap::new();
    let mut places = BTreeMap::new();
    let mut methods = BTreeSet::new();
    for method in user.methods() {
        let Some(place) = method.credential().place() else {
            continue;
        };
        let number = world.sending.number_of(method.id()).expect("a phone");
        prop_assert_eq!(*numbers.entry(place).or_insert(number), number);
        prop_assert_eq!(*places.entry(number).or_insert(place), place);
        prop_assert!(methods.insert((place, method.kind())));
    }
    Ok(())
}

/// What is remembered of a refusal that has to come up.
pub fn word_for(refusal: &Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::CodeJustSent { .. } => Some("CodeJustSent"),
        Refusal::TooManyCodes { .. } => Some("TooManyCodes"),
        Refusal::CodeGone => Some("CodeGone"),
        Refusal::CountryNotAllowed => Some("CountryNotAllowed"),
        Refusal::NumberKnown(_) => Some("NumberKnown"),
        Refusal::PlaceTaken(_) => Some("PlaceTaken"),
        Refusal::ApprovalOpen { .. } => Some("ApprovalOpen"),
        Refusal::ApprovalGone => Some("ApprovalGone"),
        Refusal::PushPaused { .. } => Some("PushPaused"),
        Refusal::PushUnanswered { .. } => Some("PushUnanswered"),
        _ => None,
    }
}

/// What is remembered of a code that proved something.
pub fn proved_by(fact: &Fact) -> Option<&'static str> {
    match fact {
        Fact::MethodEnrolled(fact) => match fact.credential {
            Credential::Text(_) => Some("a text that enrolls"),
            Credential::Call(_) => Some("a call that enrolls"),
            Credential::Email(_) => Some("an email that enrolls"),
            _ => None,
        },
        Fact::VerificationSucceeded(fact) => {
            let delivered = matches!(fact.accepted, Accepted::DeliveredCode(_));
            delivered.then_some("a code of a method")
        }
        _ => None,
    }
}
