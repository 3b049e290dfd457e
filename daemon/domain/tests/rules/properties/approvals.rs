//! Requests to phones: what the service knows of them, and what must hold.

use proptest::prop_assert;
use proptest::test_runner::TestCaseError;
use secinfo_domain::event::{
    Accepted, ApprovalAnswer, ApprovalAnswered, ApprovalRequested, Credential, Event, Fact,
};
use secinfo_domain::kind::{Proved, Push, PushRules};
use secinfo_domain::{Action, ApprovalId, MethodId, Purpose, Timestamp, UserId};
use std::collections::BTreeSet;

type Checked = Result<(), TestCaseError>;

/// Every request that was sent and every "not me", the newest last, kept beside the state in the
/// plainest way.
#[derive(Default)]
pub struct Requests {
    tried: u128,
    sent: Vec<Sent>,
    not_me: Vec<NotMe>,
    answered: BTreeSet<ApprovalId>,
    accepted: BTreeSet<ApprovalId>,
    /// The code was typed, the phone was deleted, or the log was restored.
    gone: BTreeSet<ApprovalId>,
}

struct Sent {
    time: Timestamp,
    user: UserId,
    fact: ApprovalRequested,
}

struct NotMe {
    time: Timestamp,
    user: UserId,
    purpose: Purpose,
    until: Timestamp,
}

impl Requests {
    fn id(number: u128) -> ApprovalId {
        ApprovalId::from_bytes(number.to_be_bytes())
    }

    /// Asks a phone, or one that is being enrolled, perhaps in place of the user's newest request.
    pub fn ask(
        &mut self,
        user: UserId,
        method: Option<MethodId>,
        purpose: Purpose,
        instead: bool,
    ) -> Action {
        self.tried += 1;
        let former = self.sent.iter().rev().find(|sent| sent.user == user);
        Action::RequestApproval {
            approval: Self::id(self.tried),
            method,
            purpose,
            replaces: former.filter(|_| instead).map(|sent| sent.fact.approval),
        }
    }

    /// A request that was sent to the user's phones, the newest or one before it; else, one that was not.
    pub fn one(&self, user: UserId, back: usize) -> ApprovalId {
        let mut own = self.sent.iter().rev().filter(|sent| sent.user == user);
        let sent = own.nth(back);
        sent.map_or_else(|| Self::id(0), |sent| sent.fact.approval)
    }

    /// A phone on which the newest request was approved, or was not.
    pub fn phone(&self, user: UserId) -> Proved<Credential> {
        Push::proved(self.one(user, 0)).into()
    }

    /// Enters an event; an error if it asks too early, or takes an answer or a code that is not good.
    pub fn enter(&mut self, event: &Event) -> Checked {
        let now = event.time;
        let Some(user) = event.user else {
            if matches!(event.fact, Fact::LogRestored(_)) {
                self.end(|_| true);
            }
            return Ok(());
        };
        match &event.fact {
            Fact::ApprovalRequested(fact) => self.send(now, user, fact)?,
            Fact::ApprovalAnswered(fact) => self.answer(now, user, fact)?,
            Fact::MethodEnrolled(fact) => {
                if let Some(approval) = fact.credential.approved_by() {
                    self.use_up(now, user, approval, (None, Purpose::SignIn))?;
                }
            }
            Fact::VerificationSucceeded(fact) => {
                if let Accepted::Approval(approval) = fact.accepted {
                    self.use_up(now, user, approval, (Some(fact.method), fact.purpose))?;
                }
            }
            Fact::MethodDeleted(fact) => self.end(|sent| sent.fact.method == Some(fact.method)),
            Fact::AccountLocked(_) | Fact::ActivityReported(_) => {
                self.end(|sent| sent.user == user);
            }
            Fact::Unlocked(_) => self.not_me.retain(|not_me| not_me.user != user),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, is_over: impl Fn(&Sent) -> bool) {
        let over = self.sent.iter().filter(|sent| is_over(sent));
        self.gone.extend(over.map(|sent| sent.fact.approval));
    }

    fn newest(&self, user: UserId, purpose: Purpose) -> Option<&Sent> {
        let is_alike = |sent: &&Sent| sent.user == user && sent.fact.purpose == purpose;
        self.sent.iter().rev().find(is_alike)
    }

    /// Whether it waits for the phone, or for its code to be typed.
    fn is_open(&self, sent: &Sent, now: Timestamp) -> bool {
        let id = sent.fact.approval;
        let is_declined = self.answered.contains(&id) && !self.accepted.contains(&id);
        !is_declined && !self.gone.contains(&id) && sent.time <= now && now < sent.fact.expires
    }

    fn send(&mut self, now: Timestamp, user: UserId, fact: &ApprovalRequested) -> Checked {
        let mut not_me = self.not_me.iter().rev();
        let last = not_me.find(|last| last.user == user && last.purpose == fact.purpose);
        let is_paused = last.is_some_and(|last| last.time <= now && now < last.until);
        prop_assert!(!is_paused, "asked in a pause: {fact:?}");
        if let Some(newest) = self.newest(user, fact.purpose)
            && !self.gone.contains(&newest.fact.approval)
        {
            let early = now.is_within(PushRules::default().ask_after, newest.time);
            prop_assert!(!early, "asked too early: {fact:?}");
        }
        if fact.purpose == Purpose::PasswordReset {
            let sign_in = self.newest(user, Purpose::SignIn);
            let in_the_way = sign_in.is_some_and(|sign_in| self.is_open(sign_in, now));
            prop_assert!(!in_the_way, "asked in place of a sign-in: {fact:?}");
        }
        let (time, fact) = (now, fact.clone());
        self.sent.push(Sent { time, user, fact });
        Ok(())
    }

    /// The newest request with this id. None is good for anything that another has followed, for the same
    /// purpose or for a sign-in: a phone shows one.
    fn good(&self, now: Timestamp, user: UserId, id: ApprovalId) -> Option<&Sent> {
        let mut later = self.sent.iter().rev().filter(|sent| sent.user == user);
        let sent = later
            .by_ref()
            .find(|sent| sent.fact.approval == id || sent.fact.purpose == Purpose::SignIn)?;
        let is_newest = self.newest(user, sent.fact.purpose)?.fact.approval == id;
        (is_newest && sent.fact.approval == id && self.is_open(sent, now)).then_some(sent)
    }

    fn answer(&mut self, now: Timestamp, user: UserId, fact: &ApprovalAnswered) -> Checked {
        let Some(sent) = self.good(now, user, fact.approval) else {
            prop_assert!(false, "answered though it is not open: {fact:?}");
            return Ok(());
        };
        let (purpose, is_test) = (sent.fact.purpose, sent.fact.method.is_none());
        prop_assert!(
            self.answered.insert(fact.approval),
            "answered twice: {fact:?}"
        );
        if fact.answer == ApprovalAnswer::Accepted {
            self.accepted.insert(fact.approval);
        }
        // The test of a phone that is being added may have reached the phone of another.
        let pauses = fact.answer == ApprovalAnswer::NotMe && !is_test;
        prop_assert!(pauses == fact.paused_until.is_some(), "{fact:?}");
        if let Some(until) = fact.paused_until {
            let mut earlier = self.not_me.iter().filter(|not_me| {
                (not_me.user, not_me.purpose) == (user, purpose) && not_me.time <= now
            });
            let is_shorter = earlier.any(|earlier| until < earlier.until);
            prop_assert!(!is_shorter, "the pause became shorter: {fact:?}");
            self.not_me.push(NotMe {
                time: now,
                user,
                purpose,
                until,
            });
        }
        Ok(())
    }

    fn use_up(
        &mut self,
        now: Timestamp,
        user: UserId,
        approval: ApprovalId,
        proved: (Option<MethodId>, Purpose),
    ) -> Checked {
        let good = self.good(now, user, approval);
        let is_for = good.is_some_and(|sent| (sent.fact.method, sent.fact.purpose) == proved);
        prop_assert!(
            is_for && self.accepted.contains(&approval),
            "{approval:?} is not good"
        );
        self.gone.insert(approval);
        Ok(())
    }
}

/// What is remembered of a fact about phones that has to come up.
pub fn word_for(fact: &Fact) -> Option<&'static str> {
    match fact {
        Fact::MethodEnrolled(fact) => {
            matches!(fact.credential, Credential::Push(_)).then_some("a phone that enrolls")
        }
        Fact::VerificationSucceeded(fact) => match (fact.accepted, fact.purpose) {
            (Accepted::Approval(_), Purpose::SignIn) => Some("a phone that signs in"),
            (Accepted::Approval(_), Purpose::PasswordReset) => Some("a phone that opens a gate"),
            _ => None,
        },
        Fact::ApprovalAnswered(fact) => Some(match fact.answer {
            ApprovalAnswer::Accepted => "an approval",
            ApprovalAnswer::WrongNumber => "a wrong number",
            ApprovalAnswer::Cancelled => "a request that is cancelled",
            ApprovalAnswer::NotMe => "not me",
        }),
        _ => None,
    }
}
