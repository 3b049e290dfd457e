//! Words for names on the bus. A daemon that is newer knows more of them than these words: then the
//! name itself is shown, which is readable.

use crate::argument::{Arguments, harmless};
use crate::{Words, message};
use secinfo_wire::{Details, Reason};

impl Words {
    /// A kind, to begin a line with.
    pub fn kind(self, name: &str) -> String {
        self.name("kind", name, None)
    }

    /// A kind, within a sentence.
    pub fn kind_inline(self, name: &str) -> String {
        self.name("kind", name, Some("inline"))
    }

    /// What a user of this kind of method has to enter, to begin a line with.
    pub fn kind_asked(self, name: &str) -> String {
        self.name("kind", name, Some("one"))
    }

    /// How a code of this kind travels: "by text message".
    pub fn by(self, kind: &str) -> String {
        self.family("kind", kind, Some("by"), &Arguments::new())
            .unwrap_or_else(|| harmless(kind.into()).into_owned())
    }

    /// What remains to be done once a method of this kind is deleted, if anything.
    pub fn after_deletion(self, kind: &str) -> Option<String> {
        self.family("kind", kind, Some("deleted"), &Arguments::new())
    }

    /// What a verification serves.
    pub fn purpose(self, name: &str) -> String {
        self.name("purpose", name, None)
    }

    /// Why a message was not delivered, by its name on the bus: to stand behind a colon.
    pub fn undelivered(self, name: &str) -> String {
        self.name("undelivered", name, None)
    }

    /// Why the daemon refused; `None` where its own sentence says more.
    pub fn error(self, reason: Reason, details: &Details) -> Option<String> {
        let of_used = details.used.as_deref();
        let of_used = of_used.and_then(|why| self.family("used", why, None, &Arguments::new()));
        let finer = details.finer.as_deref();
        let finer = finer.and_then(|why| self.family("finer", why, None, &Arguments::new()));
        let mut sentence = match (&details.undelivered, details.seconds_behind) {
            _ if of_used.is_some() => of_used?,
            _ if finer.is_some() => finer?,
            (Some(why), _) => self
                .say(message::ErrorUndelivered {
                    problem: self.undelivered(why).into(),
                })
                .to_string(),
            (None, Some(seconds)) => self
                .say(message::ErrorClockBehind {
                    length: self.wait(seconds).into(),
                })
                .to_string(),
            (None, None) => self.family("error", reason.name(), None, &Arguments::new())?,
        };
        if let Some(seconds) = details.seconds_left {
            sentence.push(' ');
            sentence.push_str(&self.time_left(seconds));
        }
        Some(sentence)
    }

    /// How long to wait until something can be done, as a sentence.
    pub fn time_left(self, seconds: u64) -> String {
        let length = self.wait(seconds).into();
        self.say(message::ErrorTimeLeft { length }).to_string()
    }

    /// A length of time, to the nearest minute, hour or day.
    pub fn length(self, seconds: u64) -> String {
        self.length_in(seconds, |unit| (seconds + unit / 2) / unit)
    }

    /// A length of time that is to pass: not a moment too short, once it is in minutes.
    pub fn wait(self, seconds: u64) -> String {
        self.length_in(seconds, |unit| seconds.div_ceil(unit))
    }

    fn length_in(self, seconds: u64, of_unit: impl Fn(u64) -> u64) -> String {
        let words = match seconds {
            0..120 => self.say(message::TimeSeconds {
                seconds: seconds.into(),
            }),
            120..7200 => self.say(message::TimeMinutes {
                minutes: of_unit(60).into(),
            }),
            7200..172_800 => self.say(message::TimeHours {
                hours: of_unit(3600).into(),
            }),
            _ => self.say(message::TimeDays {
                days: of_unit(86_400).into(),
            }),
        };
        words.to_string()
    }

    pub(crate) fn name(self, family: &str, name: &str, attribute: Option<&str>) -> String {
        self.family(family, name, attribute, &Arguments::new())
            .unwrap_or_else(|| harmless(name.into()).into_owned())
    }

    fn family(
        self,
        family: &str,
        name: &str,
        attribute: Option<&str>,
        arguments: &Arguments<'_>,
    ) -> Option<String> {
        let words = self.find(&format!("{family}-{name}"), attribute, arguments)?;
        Some(words.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    #[test]
    fn lengths_are_in_the_unit_that_people_use() {
        let english = Words::of(Language::English);
        for (seconds, length, wait) in [
            (0, "0 s", "0 s"),
            (119, "119 s", "119 s"),
            (121, "2 minutes", "3 minutes"),
            (7199, "120 minutes", "120 minutes"),
            (7201, "2 hours", "3 hours"),
            (172_801, "2 days", "3 days"),
            (7 * 86_400, "7 days", "7 days"),
        ] {
            assert_eq!(english.length(seconds), length);
            assert_eq!(english.wait(seconds), wait);
        }
        assert_eq!(Words::of(Language::German).wait(7 * 86_400), "7 Tage");
        assert_eq!(Words::of(Language::French).wait(10_000), "3 heures");
    }

    #[test]
    fn a_refusal_says_more_than_the_name_of_its_error() {
        let german = Words::of(Language::German);
        let behind = Details {
            seconds_behind: Some(3 * 3600),
            ..Details::default()
        };
        let said = german.error(Reason::ClockBehind, &behind).unwrap();
        assert!(said.contains("geht 3 Stunden nach"), "{said}");
        let finer = Details {
            finer: Some("not-consecutive".to_owned()),
            ..Details::default()
        };
        let said = german.error(Reason::WrongCode, &finer).unwrap();
        assert!(said.contains("aufeinanderfolgende"), "{said}");
        // A daemon that is newer knows more of them.
        let newer = Details {
            finer: Some("of-a-later-version".to_owned()),
            ..Details::default()
        };
        let said = german.error(Reason::WrongCode, &newer).unwrap();
        assert_eq!(
            said,
            german
                .error(Reason::WrongCode, &Details::default())
                .unwrap()
        );
    }

    #[test]
    fn a_refusal_says_how_long_to_wait_and_why_a_code_did_not_arrive() {
        let german = Words::of(Language::German);
        let said = |reason, details: Details| german.error(reason, &details).unwrap();
        let waits = |seconds| Details {
            seconds_left: Some(seconds),
            ..Details::default()
        };
        assert!(said(Reason::TooSoon, waits(12)).ends_with(" wieder. Wartezeit: 12 s."));
        assert!(said(Reason::MethodLocked, waits(130)).ends_with(" Wartezeit: 3 Minuten."));
        let undelivered = Details {
            undelivered: Some("timed-out".to_owned()),
            ..Details::default()
        };
        assert_eq!(
            said(Reason::DeliveryFailed, undelivered),
            "Der Code wurde nicht zugestellt: es kam nicht rechtzeitig eine Rückmeldung, vielleicht kommt er \
             nicht an. Nehmen Sie eine andere Methode, oder fordern Sie später einen neuen an."
        );
    }
}
