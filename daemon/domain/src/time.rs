//! Points in time and lengths of time. The domain reads no clock: both travel inside commands.

use serde::{Deserialize, Serialize};

/// A point in time, in milliseconds since 1970-01-01 00:00 UTC, leap seconds left out.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The point so many milliseconds after the start of 1970.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// The point so many seconds after the start of 1970.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the start of 1970.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since the start of 1970.
    pub const fn as_seconds(self) -> u64 {
        self.0 / 1000
    }

    /// This point moved on by `length`; stops at the end of time.
    #[must_use]
    pub const fn plus(self, length: Seconds) -> Self {
        Self(
            self.0
                .saturating_add((length.0 as u64).saturating_mul(1000)),
        )
    }

    /// Whether less than `length` has gone by between `earlier` and this point. A clock that was
    /// set back makes nothing fresh: a point before `earlier` is not within.
    pub const fn is_within(self, length: Seconds, earlier: Self) -> bool {
        self.0 >= earlier.0 && self.0 - earlier.0 < (length.0 as u64) * 1000
    }
}

/// A length of time in whole seconds.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seconds(u32);

impl Seconds {
    /// So many seconds.
    pub const fn new(seconds: u32) -> Self {
        Self(seconds)
    }

    /// So many days of 24 hours; stops at the longest length that can be held.
    pub const fn from_days(days: u16) -> Self {
        Self((days as u32).saturating_mul(86_400))
    }

    /// The number of seconds.
    pub const fn get(self) -> u32 {
        self.0
    }
}
