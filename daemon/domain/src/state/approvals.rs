//! The requests to approve that went to a user's phones: which is open, and whether another may follow.

use super::{Apart, Familiarity};
use crate::event::{ApprovalAnswer, ApprovalAnswered, ApprovalRequested};
use crate::kind::PushRules;
use crate::{ApprovalId, MethodId, Purpose, Seconds, Timestamp};
use serde::{Deserialize, Serialize};

/// The pauses of requests after "not me", and after requests that were not approved, one after the other: 15
/// minutes, an hour, a day.
const PAUSES: [Seconds; 3] = [
    Seconds::new(15 * 60),
    Seconds::new(60 * 60),
    Seconds::from_days(1),
];

/// How long ago is what no longer makes the next pause longer.
const FORGOTTEN_AFTER: Seconds = Seconds::from_days(7);

/// The most requests without an approval that are kept. Limits above it mean it.
const MOST_COUNTED: usize = 16;

/// The requests to approve that went to a user's phones. Those of password resets are apart: strangers
/// can ask for them, and must take nothing away from sign-ins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approvals {
    sign_ins: Requests,
    resets: Requests,
}

/// The requests of one purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Requests {
    newest: Option<Approval>,
    /// When those were sent whose code was not typed, whatever the phone answered, since a method was proved
    /// last. Those from sources that the user knows count apart: a thief elsewhere who has the password
    /// takes no request away from the user.
    unanswered: Apart<Vec<Timestamp>>,
    not_me: Option<NotMe>,
}

/// One request to approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// The method; none while it is being enrolled.
    pub method: Option<MethodId>,
    /// What for.
    pub purpose: Purpose,
    /// From which places it was asked for.
    pub from: Familiarity,
    /// When it was sent.
    pub requested: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// What has become of it.
    pub status: ApprovalStatus,
}

/// What has become of a request to approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApprovalStatus {
    /// It waits for the phone.
    Open,
    /// It was accepted: the code that the phone shows proves the method.
    Accepted,
    /// It was declined, or another has taken its place.
    Over,
    /// The code was typed.
    Used,
}

/// The last "not me".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct NotMe {
    time: Timestamp,
    until: Timestamp,
    /// How many came close after each other, this one included.
    times: u8,
}

/// Why no request may be sent to the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotNow {
    /// Another is open, or one was sent a moment ago.
    Wait(Timestamp),
    /// The user said "not me".
    Paused(Timestamp),
    /// Too many were not approved: until then, or until another method is proved.
    Unanswered(Timestamp),
}

impl Approvals {
    pub(super) const NONE: Self = Self {
        sign_ins: Requests::NONE,
        resets: Requests::NONE,
    };

    /// The newest request for this purpose.
    pub fn newest(&self, purpose: Purpose) -> Option<&Approval> {
        self.of(purpose).newest.as_ref()
    }

    /// The request with this id, if it is the newest of its purpose.
    pub fn get(&self, id: ApprovalId) -> Option<&Approval> {
        let newest = [&self.sign_ins, &self.resets].map(|requests| requests.newest.as_ref());
        newest.into_iter().flatten().find(|newest| newest.id == id)
    }

    /// Until when no request for this purpose is sent because the user said "not me".
    pub fn paused_until(&self, purpose: Purpose, now: Timestamp) -> Option<Timestamp> {
        self.of(purpose).paused_until(now)
    }

    /// Whether a request may be sent now, in place of `replaces` where the client that began that waits no longer.
    pub(crate) fn may_ask(
        &self,
        (purpose, from): (Purpose, Familiarity),
        replaces: Option<ApprovalId>,
        rules: &PushRules,
        now: Timestamp,
    ) -> Result<(), NotNow> {
        let own = self.of(purpose);
        if let Some(until) = own.paused_until(now) {
            return Err(NotNow::Paused(until));
        }
        if let Some(until) = own.unanswered_until(from, replaces, rules, now) {
            return Err(NotNow::Unanswered(until));
        }
        let wait = match purpose {
            Purpose::SignIn => own.wait(from, replaces, rules, now),
            // A phone shows one request, and that of a sign-in comes first.
            Purpose::PasswordReset => own
                .wait(from, replaces, rules, now)
                .max(self.sign_ins.wait(from, None, rules, now)),
        };
        wait.map_or(Ok(()), |until| Err(NotNow::Wait(until)))
    }

    /// The pause that one more "not me" at `now` leads to.
    pub(crate) fn next_pause(&self, purpose: Purpose, now: Timestamp) -> Timestamp {
        self.of(purpose).next_pause(now)
    }

    pub(super) fn ask(&mut self, fact: &ApprovalRequested, now: Timestamp) {
        self.of_mut(fact.purpose).ask(fact, now);
        if fact.purpose == Purpose::SignIn {
            self.resets.displace();
        }
    }

    pub(super) fn answer(&mut self, fact: &ApprovalAnswered, now: Timestamp) {
        self.each(|requests| requests.answer(fact, now));
    }

    /// The code was typed that the phone shows after this request was accepted.
    pub(super) fn use_up(&mut self, id: ApprovalId) {
        self.each(|requests| requests.use_up(id));
    }

    /// The user has proved a method: it was not the user who left requests unanswered, or it was, and
    /// they are there now. A pause after "not me" stays. A proof in a reset says nothing of sign-ins.
    pub(super) fn prove(&mut self, purpose: Purpose) {
        self.resets.unanswered = Apart::default();
        if purpose == Purpose::SignIn {
            self.sign_ins.unanswered = Apart::default();
        }
    }

    /// Requests can be sent again, except after "not me": that pause only an administrator ends.
    pub(super) fn unlock(&mut self, by_administrator: bool) {
        self.each(|requests| {
            requests.unanswered = Apart::default();
            requests.not_me = requests.not_me.filter(|_| !by_administrator);
        });
    }

    /// No request is good for anything any more, whatever came of it.
    pub(super) fn void(&mut self) {
        self.each(|requests| {
            if let Some(newest) = &mut requests.newest {
                newest.status = ApprovalStatus::Used;
            }
        });
    }

    /// The phone is not the user's any more.
    pub(super) fn forget(&mut self, method: MethodId) {
        self.each(|requests| {
            let is_of = |newest: &Approval| newest.method == Some(method);
            requests.newest = requests.newest.filter(|newest| !is_of(newest));
        });
    }

    const fn of(&self, purpose: Purpose) -> &Requests {
        match purpose {
            Purpose::SignIn => &self.sign_ins,
            Purpose::PasswordReset => &self.resets,
        }
    }

    const fn of_mut(&mut self, purpose: Purpose) -> &mut Requests {
        match purpose {
            Purpose::SignIn => &mut self.sign_ins,
            Purpose::PasswordReset => &mut self.resets,
        }
    }

    fn each(&mut self, change: impl Fn(&mut Requests)) {
        change(&mut self.sign_ins);
        change(&mut self.resets);
    }
}

impl Approval {
    /// Whether it waits for the phone, or for the code that the phone shows.
    const fn is_pending(&self) -> bool {
        matches!(self.status, ApprovalStatus::Open | ApprovalStatus::Accepted)
    }
}

impl Requests {
    const NONE: Self = Self {
        newest: None,
        unanswered: Apart::new(Vec::new(), Vec::new()),
        not_me: None,
    };

    fn paused_until(&self, now: Timestamp) -> Option<Timestamp> {
        // From the future it says nothing: a clock that was wrong once must not stop push for years.
        let last = self.not_me.filter(|last| last.time <= now)?;
        (now < last.until).then_some(last.until)
    }

    /// Until when the newest request keeps another from being sent.
    fn wait(
        &self,
        from: Familiarity,
        replaces: Option<ApprovalId>,
        rules: &PushRules,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let newest = self.newest.filter(|newest| newest.requested <= now)?;
        // One that a thief keeps open must not keep the user out.
        if (from, newest.from) == (Familiarity::Known, Familiarity::Elsewhere) {
            return None;
        }
        let soonest = newest.requested.plus(rules.ask_after);
        let waits = match newest.status {
            ApprovalStatus::Open | ApprovalStatus::Accepted if replaces != Some(newest.id) => {
                newest.expires.max(soonest)
            }
            ApprovalStatus::Open | ApprovalStatus::Accepted | ApprovalStatus::Over => soonest,
            // Who has typed the code need not wait for the next.
            ApprovalStatus::Used => return None,
        };
        (now < waits).then_some(waits)
    }

    /// Until when none follows from there, because so many within the time were not approved; each further one
    /// makes it longer.
    fn unanswered_until(
        &self,
        from: Familiarity,
        replaces: Option<ApprovalId>,
        rules: &PushRules,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let newest = self.newest.filter(|newest| {
            let is_over = newest.expires <= now || replaces == Some(newest.id);
            newest.from == from && newest.is_pending() && is_over
        });
        let mut times = self.unanswered.of(from).clone();
        times.extend(newest.map(|newest| newest.requested));
        // From the future they say nothing.
        times.retain(|time| *time <= now && now.is_within(FORGOTTEN_AFTER, *time));
        let most = usize::from(rules.unanswered).clamp(1, MOST_COUNTED);
        let too_many = times.windows(most).position(|window| {
            let ends = window.first().zip(window.last());
            ends.is_some_and(|(first, last)| last.is_within(rules.unanswered_within, *first))
        })?;
        let further = times.len() - too_many - most;
        let until = times.last()?.plus(PAUSES[further.min(PAUSES.len() - 1)]);
        (now < until).then_some(until)
    }

    fn next_pause(&self, now: Timestamp) -> Timestamp {
        now.plus(PAUSES[self.times_before(now).min(PAUSES.len() - 1)])
    }

    fn times_before(&self, now: Timestamp) -> usize {
        self.not_me
            .filter(|last| now.is_within(FORGOTTEN_AFTER, last.time))
            .map_or(0, |last| usize::from(last.times))
    }

    fn ask(&mut self, fact: &ApprovalRequested, now: Timestamp) {
        self.displace();
        self.newest = Some(Approval {
            id: fact.approval,
            method: fact.method,
            purpose: fact.purpose,
            from: fact.from,
            requested: now,
            expires: fact.expires,
            status: ApprovalStatus::Open,
        });
    }

    /// The newest request is over, because another takes its place on the phone.
    fn displace(&mut self) {
        if let Some(newest) = &mut self.newest
            && newest.is_pending()
        {
            newest.status = ApprovalStatus::Over;
            let ended = *newest;
            self.count_unanswered(&ended);
        }
    }

    fn answer(&mut self, fact: &ApprovalAnswered, now: Timestamp) {
        let Some(newest) = self
            .newest
            .as_mut()
            .filter(|newest| newest.id == fact.approval)
        else {
            return;
        };
        newest.status = match fact.answer {
            ApprovalAnswer::Accepted => ApprovalStatus::Accepted,
            ApprovalAnswer::WrongNumber | ApprovalAnswer::Cancelled | ApprovalAnswer::NotMe => {
                ApprovalStatus::Over
            }
        };
        let answered = *newest;
        if answered.status == ApprovalStatus::Over {
            self.count_unanswered(&answered);
        }
        if let Some(until) = fact.paused_until {
            let times = u8::try_from(self.times_before(now)).unwrap_or(u8::MAX);
            self.not_me = Some(NotMe {
                time: now,
                until,
                times: times.saturating_add(1),
            });
        }
    }

    fn count_unanswered(&mut self, request: &Approval) {
        let unanswered = self.unanswered.of_mut(request.from);
        if unanswered.len() == MOST_COUNTED {
            unanswered.remove(0);
        }
        unanswered.push(request.requested);
    }

    fn use_up(&mut self, id: ApprovalId) {
        if let Some(newest) = self.newest.as_mut().filter(|newest| newest.id == id) {
            newest.status = ApprovalStatus::Used;
        }
    }
}
