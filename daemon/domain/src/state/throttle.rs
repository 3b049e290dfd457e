//! What wrong codes lead to: first waiting, then a lock that grows.

use crate::policy::ThrottleRules;
use crate::{GuessTag, Seconds, Timestamp};
use serde::{Deserialize, Serialize};

/// Whether the user has signed in lately from a source. Wrong codes from such sources and from all others
/// count apart, so that a stranger far away does not slow the user down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Familiarity {
    /// They have.
    Known,
    /// They have not, or the source is not known.
    Elsewhere,
}

/// What counts apart for sources that the user has signed in from lately, and for all others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Apart<T> {
    known: T,
    elsewhere: T,
}

impl<T> Apart<T> {
    pub(super) const fn new(known: T, elsewhere: T) -> Self {
        Self { known, elsewhere }
    }

    /// That of one of them.
    pub const fn of(&self, from: Familiarity) -> &T {
        match from {
            Familiarity::Known => &self.known,
            Familiarity::Elsewhere => &self.elsewhere,
        }
    }

    pub(super) const fn of_mut(&mut self, from: Familiarity) -> &mut T {
        match from {
            Familiarity::Known => &mut self.known,
            Familiarity::Elsewhere => &mut self.elsewhere,
        }
    }

    /// Both.
    pub const fn both(&self) -> [&T; 2] {
        [&self.known, &self.elsewhere]
    }
}

/// The most wrong codes of a user that are known again.
const MOST_GUESSES: usize = 4;

/// The wrong codes given for a user beside those of each method.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Attempts {
    pub(super) activation_failures: u16,
    pub(super) last_failure: Timestamp,
    guesses: Vec<GuessTag>,
}

impl Attempts {
    pub(super) const NONE: Self = Self {
        activation_failures: 0,
        last_failure: Timestamp::from_millis(0),
        guesses: Vec::new(),
    };

    pub(super) fn has_seen(&self, guess: GuessTag) -> bool {
        self.guesses.contains(&guess)
    }

    pub(super) fn see(&mut self, guess: GuessTag) {
        if self.guesses.len() == MOST_GUESSES {
            self.guesses.remove(0);
        }
        self.guesses.push(guess);
    }
}

/// The wrong codes given for one method since it was last proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodThrottle {
    pub(super) failures: u16,
    pub(super) locks: u8,
    pub(super) last_failure: Timestamp,
    pub(super) locked_until: Timestamp,
}

impl MethodThrottle {
    pub(super) const NONE: Self = Self {
        failures: 0,
        locks: 0,
        last_failure: Timestamp::from_millis(0),
        locked_until: Timestamp::from_millis(0),
    };

    /// Wrong codes since the last right one.
    pub const fn failures(&self) -> u16 {
        self.failures
    }

    /// When the newest wrong code came.
    pub const fn last_failure(&self) -> Timestamp {
        self.last_failure
    }

    /// When the lock ends, if the method is locked at `now`. A lock from a time that has not come
    /// yet is none: a clock that was wrong once must not lock users out for years.
    pub fn locked_at(&self, now: Timestamp) -> Option<Timestamp> {
        (self.last_failure <= now && now < self.locked_until).then_some(self.locked_until)
    }

    /// How long the next lock lasts: each is twice as long as the one before it.
    pub fn next_lock(&self, rules: &ThrottleRules) -> Seconds {
        doubled(rules.first_lock, u32::from(self.locks), rules.longest_lock)
    }
}

/// The wrong codes that one calling account has caused, or the wrong PINs that a security key was told, since
/// a point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailuresSince {
    pub(super) since: Timestamp,
    pub(super) failures: u16,
}

impl FailuresSince {
    /// Until when attempts of this calling account are refused, if it has caused too many wrong codes.
    pub fn blocked_at(&self, now: Timestamp, rules: &ThrottleRules) -> Option<Timestamp> {
        let blocked =
            self.failures >= rules.caller_limit && now.is_within(rules.caller_window, self.since);
        blocked.then(|| self.since.plus(rules.caller_window))
    }

    /// How many there are.
    pub(crate) const fn failures(&self) -> u16 {
        self.failures
    }

    /// With one more at `now`. Those of before the window are forgotten.
    pub(crate) fn count(before: Option<&Self>, now: Timestamp, window: Seconds) -> Self {
        match before {
            Some(before) if now.is_within(window, before.since) => Self {
                since: before.since,
                failures: before.failures.saturating_add(1),
            },
            _ => Self {
                since: now,
                failures: 1,
            },
        }
    }
}

/// When the next attempt is accepted after so many wrong codes, the newest at `last`; none when it is
/// accepted at `now`. As with locks, a wrong code in the future causes no wait.
pub(super) fn wait(
    rules: &ThrottleRules,
    failures: u16,
    last: Timestamp,
    now: Timestamp,
) -> Option<Timestamp> {
    let beyond = failures.checked_sub(u16::from(rules.free))?;
    let wait = doubled(Seconds::new(1), u32::from(beyond), rules.longest_wait);
    now.is_within(wait, last).then(|| last.plus(wait))
}

fn doubled(first: Seconds, times: u32, longest: Seconds) -> Seconds {
    let factor = 1_u32.checked_shl(times).unwrap_or(u32::MAX);
    Seconds::new(first.get().saturating_mul(factor)).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;

    #[test]
    fn waits_double_from_one_second_up_to_the_longest() {
        let rules = Policy::default().rules.throttle;
        let last = Timestamp::from_seconds(1_000);
        let waits: Vec<_> = (0..12)
            .map(|failures| {
                wait(&rules, failures, last, last).map_or(0, |until| until.as_seconds() - 1_000)
            })
            .collect();
        assert_eq!(waits, [0, 0, 0, 1, 2, 4, 8, 16, 30, 30, 30, 30]);
    }

    #[test]
    fn locks_double_up_to_the_longest() {
        let rules = Policy::default().rules.throttle;
        let lasts = |locks| {
            MethodThrottle {
                locks,
                ..MethodThrottle::NONE
            }
            .next_lock(&rules)
            .get()
        };
        assert_eq!(
            [0, 1, 2, 3, 4, 200].map(lasts),
            [300, 600, 1200, 2400, 3600, 3600]
        );
    }
}
