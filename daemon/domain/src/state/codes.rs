//! The codes that were sent lately: which of them are still good, and how many went where.

use crate::policy::Limit;
use crate::{
    Country, DestinationTag, Kind, MessageId, MethodId, Purpose, Seconds, Timestamp, UserId,
    event::CodeRequested,
};
use rpds::RedBlackTreeMapSync;
use serde::{Deserialize, Serialize};

/// One code that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeRequest {
    /// The user.
    pub user: UserId,
    /// The kind of method that it proves.
    pub kind: Kind,
    /// The method; none while it was being enrolled.
    pub method: Option<MethodId>,
    /// What the method was to be proved for; none while it was being enrolled.
    pub purpose: Option<Purpose>,
    /// Where the message went to.
    pub destination: DestinationTag,
    /// The country of the phone number that it went to.
    pub country: Option<Country>,
    /// When the code ends.
    pub expires: Timestamp,
    /// Whether the code was used or replaced.
    pub status: CodeStatus,
}

/// What has happened to a code since it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CodeStatus {
    /// Nothing: it can be used until it ends.
    Good,
    /// Another took its place.
    Replaced,
    /// It proved a method.
    Used,
}

/// The codes of the last day, by the time at which they were asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CodeRequests(RedBlackTreeMapSync<(Timestamp, MessageId), CodeRequest>);

impl CodeRequests {
    /// The code of a message, and when it was asked for.
    pub fn get(&self, message: MessageId) -> Option<(Timestamp, &CodeRequest)> {
        // A code that is looked for was sent a few minutes ago: it stands near the end.
        self.0
            .iter()
            .rev()
            .find(|((_, id), _)| *id == message)
            .map(|((time, _), request)| (*time, request))
    }

    /// Until when no further message may be sent, if too many of those that `counts` selects were.
    pub fn full_until(
        &self,
        limit: Limit,
        now: Timestamp,
        counts: impl Fn(&CodeRequest) -> bool,
    ) -> Option<Timestamp> {
        // With this many, the next one may be sent when the oldest of them no longer counts.
        let Some(nth) = usize::from(limit.most).checked_sub(1) else {
            return Some(now.plus(limit.within));
        };
        let newest_first = self.within(limit.within, now);
        let mut counted = newest_first.filter(|(_, request)| counts(request));
        counted.nth(nth).map(|(time, _)| time.plus(limit.within))
    }

    /// When the newest message was asked for of those that `counts` selects.
    pub fn newest(
        &self,
        within: Seconds,
        now: Timestamp,
        counts: impl Fn(&CodeRequest) -> bool,
    ) -> Option<Timestamp> {
        self.within(within, now)
            .find(|(_, request)| counts(request))
            .map(|(time, _)| time)
    }

    fn within(
        &self,
        length: Seconds,
        now: Timestamp,
    ) -> impl Iterator<Item = (Timestamp, &CodeRequest)> {
        self.0
            .iter()
            .rev()
            .map(|((time, _), request)| (*time, request))
            // A request from the future does not count: a clock that was wrong once must not stop
            // codes for years.
            .skip_while(move |(time, _)| *time > now)
            .take_while(move |(time, _)| now.is_within(length, *time))
    }

    pub(super) fn add(&mut self, user: UserId, fact: &CodeRequested, now: Timestamp) {
        self.forget_before(now);
        if let Some(replaced) = fact.replaces {
            self.void(replaced, CodeStatus::Replaced);
        }
        let request = CodeRequest {
            user,
            kind: fact.kind,
            method: fact.method,
            purpose: fact.purpose,
            destination: fact.destination,
            country: fact.country,
            expires: fact.expires,
            status: CodeStatus::Good,
        };
        self.0.insert_mut((now, fact.message), request);
    }

    pub(super) fn use_up(&mut self, message: MessageId) {
        self.void(message, CodeStatus::Used);
    }

    /// Voids every unused code. They count towards the limits as before.
    pub(super) fn void_all(&mut self) {
        let good = |(key, request): (&(Timestamp, MessageId), &CodeRequest)| {
            (request.status == CodeStatus::Good).then_some(*key)
        };
        let keys: Vec<_> = self.0.iter().filter_map(good).collect();
        for key in keys {
            if let Some(request) = self.0.get_mut(&key) {
                request.status = CodeStatus::Replaced;
            }
        }
    }

    /// A code that was used stays so when another takes its place.
    fn void(&mut self, message: MessageId, status: CodeStatus) {
        let found = self.get(message).map(|(time, _)| (time, message));
        if let Some(request) = found.and_then(|key| self.0.get_mut(&key))
            && request.status == CodeStatus::Good
        {
            request.status = status;
        }
    }

    fn forget_before(&mut self, now: Timestamp) {
        let old: Vec<_> = self
            .0
            .keys()
            .take_while(|(time, _)| time.plus(Limit::LONGEST) <= now)
            .copied()
            .collect();
        for key in old {
            self.0.remove_mut(&key);
        }
    }
}
