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
        let mut sentence = match &details.undelivered {
            _ if of_used.is_some() => of_used?,
            Some(why) => self
                .say(message::ErrorUndelivered {
                    problem: self.undelivered(why).into(),
                })
                .to_string(),
            None => self.family("error", reason.name(), None, &Arguments::new())?,
        };
        if let Some(seconds) = details.seconds_left {
            // Not a moment too early, once it is in minutes.
            let whole = if seconds < 120 {
                seconds
            } else {
                seconds.next_multiple_of(60)
            };
            let length = self.length(whole).into();
            sentence.push(' ');
            sentence.push_str(&self.say(message::ErrorTimeLeft { length }));
        }
        Some(sentence)
    }

    /// A length of time.
    pub fn length(self, seconds: u64) -> String {
        let words = match seconds {
            0..120 => self.say(message::TimeSeconds {
                seconds: seconds.into(),
            }),
            _ => self.say(message::TimeMinutes {
                minutes: ((seconds + 30) / 60).into(),
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
