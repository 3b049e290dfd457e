//! When a message was signed.

use crate::Error;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The longest time stamp that is read.
const LONGEST_TEXT: usize = 40;

/// How far the clock of a phone may be off, in seconds.
pub const LONGEST_SKEW: u64 = 300;

/// When a phone signed a message, in the text that it signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignedAt {
    text: String,
    seconds: i64,
}

impl SignedAt {
    /// Reads a date and time of ISO 8601. Without an offset it is UTC.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let malformed = Error::Malformed("a time stamp is a date and time of ISO 8601");
        if text.len() > LONGEST_TEXT {
            return Err(malformed);
        }
        let utc = || {
            Ok(text
                .parse::<DateTime>()?
                .to_zoned(TimeZone::UTC)?
                .timestamp())
        };
        let instant = text.parse::<Timestamp>().or_else(|_| utc());
        let instant = instant.map_err(|_: jiff::Error| malformed)?;
        Ok(Self {
            text: text.to_owned(),
            seconds: instant.as_second(),
        })
    }

    /// The text that is signed.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Checks that it is not far from `now`, in Unix seconds.
    pub(crate) fn check(&self, now: u64) -> Result<(), Error> {
        let now = i64::try_from(now).map_err(|_| Error::Time)?;
        if self.seconds.abs_diff(now) > LONGEST_SKEW {
            return Err(Error::Time);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-29T12:00:00Z.
    const NOW: u64 = 1_795_953_600;

    #[test]
    fn a_time_with_and_without_an_offset_is_read() {
        for text in [
            "2026-11-29T12:00:00.123456Z",
            "2026-11-29 12:00:00.123Z",
            "2026-11-29T12:00:00",
            "2026-11-29T13:00:00+01:00",
        ] {
            let at = SignedAt::parse(text).unwrap();
            assert_eq!(at.check(NOW), Ok(()), "{text}");
            assert_eq!(at.as_str(), text);
        }
    }

    #[test]
    fn a_time_is_taken_five_minutes_around_now() {
        for (text, taken) in [
            ("2026-11-29T11:55:00Z", true),
            ("2026-11-29T11:54:59Z", false),
            ("2026-11-29T12:05:00Z", true),
            ("2026-11-29T12:05:01Z", false),
            ("2020-01-01T00:00:00Z", false),
            ("9999-12-31T23:59:59", false),
            ("-009999-01-01T00:00:00", false),
        ] {
            let taken_here = SignedAt::parse(text).and_then(|at| at.check(NOW));
            assert_eq!(taken_here.is_ok(), taken, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "now", "12:00", "1764417600", &"2".repeat(41)] {
            assert!(SignedAt::parse(text).is_err(), "{text}");
        }
    }
}
