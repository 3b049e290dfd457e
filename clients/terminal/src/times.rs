//! Times as people write them, in their own time zone.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use secinfo_words::{Language, Words, message};

/// What time it is, and where.
#[derive(Debug, Clone)]
pub struct Clock {
    now: Timestamp,
    zone: TimeZone,
    words: Words,
}

/// A day, seen from now.
enum Near {
    Never,
    Today,
    Yesterday,
    Date(String),
}

impl Near {
    /// How messages about times tell them apart.
    const fn name(&self) -> &'static str {
        match self {
            Self::Never | Self::Date(_) => "date",
            Self::Today => "today",
            Self::Yesterday => "yesterday",
        }
    }

    fn date(&self) -> &str {
        match self {
            Self::Date(date) => date,
            Self::Never | Self::Today | Self::Yesterday => "",
        }
    }
}

impl Clock {
    /// The clock and time zone of this process, in English.
    pub fn of_process() -> Self {
        Self::new(Timestamp::now(), TimeZone::system())
    }

    /// A clock that stands at a time, in a time zone, in English.
    pub fn new(now: Timestamp, zone: TimeZone) -> Self {
        let words = Words::of(Language::English);
        Self { now, zone, words }
    }

    /// The same clock in these words.
    #[must_use]
    pub fn in_words(self, words: Words) -> Self {
        Self { words, ..self }
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
        match self.near(seconds) {
            Near::Never => self.words.say(message::TimeNever).to_string(),
            Near::Today => self.words.say(message::TimeToday).to_string(),
            Near::Yesterday => self.words.say(message::TimeYesterday).to_string(),
            Near::Date(date) => date,
        }
    }

    /// Whether a time is of today.
    pub fn is_today(&self, seconds: u64) -> bool {
        matches!(self.near(seconds), Near::Today)
    }

    fn near(&self, seconds: u64) -> Near {
        let Some(time) = self.local(seconds).filter(|_| seconds != 0) else {
            return Near::Never;
        };
        let today = self.now.to_zoned(self.zone.clone()).date();
        if time.date() == today {
            Near::Today
        } else if Some(time.date()) == today.yesterday().ok() {
            Near::Yesterday
        } else {
            Near::Date(time.strftime("%Y-%m-%d").to_string())
        }
    }

    /// Hours and minutes of the day.
    pub fn hour(&self, seconds: u64) -> String {
        self.local(seconds)
            .map_or_else(String::new, |time| time.strftime("%H:%M").to_string())
    }

    /// Day and hour in a sentence: `today at 14:03`, `on 2026-11-20 at 14:03`.
    pub fn moment(&self, seconds: u64) -> String {
        let near = self.near(seconds);
        let moment = message::TimeMoment {
            day: near.name().into(),
            date: near.date().into(),
            hour: self.hour(seconds).into(),
        };
        self.words.say(moment).to_string()
    }

    /// Day and hour behind "until" or "by": `today at 14:03`, `2026-11-20 at 14:03`.
    pub fn limit(&self, seconds: u64) -> String {
        let near = self.near(seconds);
        let limit = message::TimeLimit {
            day: near.name().into(),
            date: near.date().into(),
            hour: self.hour(seconds).into(),
        };
        self.words.say(limit).to_string()
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

/// A day or a time of one, such as `2026-12-24` or `2026-12-24 08:00`, where the process is; in seconds since 1970.
pub fn parse_moment(text: &str) -> Result<u64, String> {
    let explain = || {
        format!(
            "{text:?} is no time: write a day, or a day and a time, such as 2026-12-24 or \"2026-12-24 08:00\""
        )
    };
    // Jiff's own parser also reads a time with a zone behind it, and leaves the zone out.
    let forms = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    let local = forms
        .iter()
        .find_map(|form| DateTime::strptime(form, text).ok())
        .or_else(|| Date::strptime("%Y-%m-%d", text).ok().map(DateTime::from))
        .ok_or_else(explain)?;
    let zoned = local.to_zoned(TimeZone::system()).map_err(|_| explain())?;
    u64::try_from(zoned.timestamp().as_second()).map_err(|_| explain())
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
        assert_eq!(clock.limit(1_790_000_000), "2026-09-21 at 14:13");
        let german = clock.in_words(Words::of(Language::German));
        assert_eq!(german.moment(1_790_000_000), "am 2026-09-21 um 14:13");
        assert_eq!(german.day(1_795_350_000), "heute");
    }

    #[test]
    fn a_time_out_of_range_is_no_panic() {
        assert_eq!(at(0).day(u64::MAX), "never");
        assert_eq!(at(0).stamp(u64::MAX), "-");
    }

    #[test]
    fn a_moment_is_a_day_or_a_time_of_one() {
        let day = parse_moment("2026-12-24").unwrap();
        assert_eq!(parse_moment("2026-12-24 08:00"), Ok(day + 8 * 3600));
        assert_eq!(parse_moment("2026-12-24T08:00"), Ok(day + 8 * 3600));
        for wrong in [
            "",
            "tomorrow",
            "8:00",
            "2026-13-01",
            "2026-02-29",
            "1960-01-01",
            "2026-12-24T08:00:00Z",
            "2026-12-24 08:00[Europe/Berlin]",
            "2026-12-24 08:00+02",
            "2026-12-24[UTC]",
            "20261224T0800-0400",
            "2026-12-24 08:00:30",
        ] {
            assert!(parse_moment(wrong).is_err(), "{wrong}");
        }
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
