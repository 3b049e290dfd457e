//! Times as people write them, in their own time zone.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What time it is, and where.
#[derive(Debug, Clone)]
pub struct Clock {
    now: Timestamp,
    zone: TimeZone,
}

impl Clock {
    /// The clock and time zone of this process.
    pub fn of_process() -> Self {
        Self::new(Timestamp::now(), TimeZone::system())
    }

    /// A clock that stands at a time, in a time zone.
    pub const fn new(now: Timestamp, zone: TimeZone) -> Self {
        Self { now, zone }
    }

    /// Unix seconds now.
    pub fn now(&self) -> u64 {
        u64::try_from(self.now.as_second()).unwrap_or(0)
    }

    fn local(&self, seconds: u64) -> Option<jiff::Zoned> {
        let time = Timestamp::from_second(i64::try_from(seconds).ok()?).ok()?;
        Some(time.to_zoned(self.zone.clone()))
    }

    /// The day: `today`, `yesterday` or the date; `never` for 0.
    pub fn day(&self, seconds: u64) -> String {
        let Some(time) = self.local(seconds).filter(|_| seconds != 0) else {
            return "never".to_owned();
        };
        let today = self.now.to_zoned(self.zone.clone()).date();
        if time.date() == today {
            "today".to_owned()
        } else if Some(time.date()) == today.yesterday().ok() {
            "yesterday".to_owned()
        } else {
            time.strftime("%Y-%m-%d").to_string()
        }
    }

    /// Hours and minutes of the day.
    pub fn hour(&self, seconds: u64) -> String {
        self.local(seconds)
            .map_or_else(String::new, |time| time.strftime("%H:%M").to_string())
    }

    /// Day and hour in a sentence: `today at 14:03`, `on 2026-11-20 at 14:03`.
    pub fn moment(&self, seconds: u64) -> String {
        let day = self.day(seconds);
        let preposition = if day.starts_with(|c: char| c.is_ascii_digit()) {
            "on "
        } else {
            ""
        };
        format!("{preposition}{day} at {}", self.hour(seconds))
    }

    /// Date and time now for the name of a file, such as `20261122-140000`.
    pub fn file_stamp(&self) -> String {
        let now = self.now.to_zoned(self.zone.clone());
        now.strftime("%Y%m%d-%H%M%S").to_string()
    }

    /// Date and time to the second, of a time in milliseconds; the same width for all.
    pub fn stamp(&self, milliseconds: u64) -> String {
        self.local(milliseconds / 1000).map_or_else(
            || "-".to_owned(),
            |time| time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        )
    }
}

/// A time as it is on the bus, where 0 stands for none.
pub fn time(seconds: u64) -> Option<u64> {
    (seconds != 0).then_some(seconds)
}

/// A length of time such as `90s`, `30m`, `8h` or `2d`, in seconds.
pub fn parse_duration(text: &str) -> Result<u64, String> {
    let explain = || {
        format!("{text:?} is no length of time: write a number and s, m, h or d, such as 30m or 8h")
    };
    let unit = text.chars().last().ok_or_else(explain)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86400,
        _ => return Err(explain()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| explain())?;
    number
        .checked_mul(seconds)
        .filter(|length| *length > 0)
        .ok_or_else(explain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Clock {
        Clock::new(Timestamp::from_second(seconds).unwrap(), TimeZone::UTC)
    }

    #[test]
    fn days_near_now_have_words() {
        let clock = at(1_795_356_000); // 2026-11-22 14:00 UTC
        assert_eq!(clock.day(1_795_350_000), "today");
        assert_eq!(clock.day(1_795_356_000 - 86_400), "yesterday");
        assert_eq!(clock.day(1_790_000_000), "2026-09-21");
        assert_eq!(clock.day(0), "never");
        assert_eq!(clock.moment(1_795_359_600), "today at 15:00");
        assert_eq!(clock.moment(1_790_000_000), "on 2026-09-21 at 14:13");
    }

    #[test]
    fn a_time_out_of_range_is_no_panic() {
        assert_eq!(at(0).day(u64::MAX), "never");
        assert_eq!(at(0).stamp(u64::MAX), "-");
    }

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(parse_duration("30m"), Ok(1800));
        assert_eq!(parse_duration("2d"), Ok(172_800));
        for wrong in [
            "",
            "1",
            "h",
            "0h",
            "-1h",
            "1w",
            "1é",
            "99999999999999999999d",
        ] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }
}
