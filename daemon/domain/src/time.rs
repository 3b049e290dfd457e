//! Points in time and lengths of time. The domain reads no clock: both travel inside commands.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::num::NonZeroU64;

/// A point in time, in milliseconds since 1970-01-01 00:00 UTC, leap seconds left out. The last one is
/// 2^64 - 2.
///
/// It is kept as one more, so that no time takes no further room: most of the times of many users may be
/// none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(NonZeroU64);

impl Timestamp {
    /// The point so many milliseconds after the start of 1970, or the last one.
    pub const fn from_millis(millis: u64) -> Self {
        Self(NonZeroU64::MIN.saturating_add(millis))
    }

    /// The same, if there is one so late.
    pub(crate) fn at_millis(millis: u64) -> Option<Self> {
        millis.checked_add(1).and_then(NonZeroU64::new).map(Self)
    }

    /// The point so many seconds after the start of 1970, or the last one.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self::from_millis(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the start of 1970.
    pub const fn as_millis(self) -> u64 {
        self.0.get() - 1
    }

    /// Whole seconds since the start of 1970.
    pub const fn as_seconds(self) -> u64 {
        self.as_millis() / 1000
    }

    /// This point moved on by `length`; stops at the end of time.
    #[must_use]
    pub const fn plus(self, length: Seconds) -> Self {
        Self(self.0.saturating_add(length.0 as u64 * 1000))
    }

    /// Whether less than `length` has gone by between `earlier` and this point. A clock that was
    /// set back makes nothing fresh: a point before `earlier` is not within.
    pub const fn is_within(self, length: Seconds, earlier: Self) -> bool {
        let (now, then) = (self.0.get(), earlier.0.get());
        now >= then && now - then < (length.0 as u64) * 1000
    }
}

impl Default for Timestamp {
    fn default() -> Self {
        Self::from_millis(0)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_millis().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let millis = u64::deserialize(deserializer)?;
        Self::at_millis(millis).ok_or_else(|| {
            let millis = de::Unexpected::Unsigned(millis);
            de::Error::invalid_value(millis, &"at most 18446744073709551614 milliseconds")
        })
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
