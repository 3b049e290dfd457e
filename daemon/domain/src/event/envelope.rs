//! Reading the envelope of a stored event.

use super::{Actor, Who};
use crate::{ServiceName, Timestamp, UserId};
use serde::Deserialize;
use serde_json::value::RawValue;

/// What stands around the data of an event.
#[derive(Debug, PartialEq)]
pub(super) struct Envelope<'a> {
    pub(super) seq: u64,
    pub(super) time: Timestamp,
    pub(super) user: Option<UserId>,
    pub(super) type_name: &'a str,
    pub(super) version: u16,
    pub(super) actor: Actor,
    /// JSON, perhaps.
    pub(super) data: &'a str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnyForm<'a> {
    seq: u64,
    time: Timestamp,
    #[serde(deserialize_with = "super::present")]
    user: Option<UserId>,
    #[serde(rename = "type")]
    type_name: &'a str,
    version: u16,
    actor: Actor,
    #[serde(borrow)]
    data: &'a RawValue,
}

impl<'a> Envelope<'a> {
    /// Reads it in the one form in which we write it, which takes a third of the time (a replay
    /// reads millions); and in any other that JSON allows.
    pub(super) fn read(text: &'a str) -> serde_json::Result<Self> {
        match Self::as_written(text) {
            Some(envelope) => Ok(envelope),
            None => Self::in_any_form(text),
        }
    }

    fn in_any_form(text: &'a str) -> serde_json::Result<Self> {
        let envelope: AnyForm<'a> = serde_json::from_str(text)?;
        Ok(Self {
            seq: envelope.seq,
            time: envelope.time,
            user: envelope.user,
            type_name: envelope.type_name,
            version: envelope.version,
            actor: envelope.actor,
            data: envelope.data.get(),
        })
    }

    /// None when a byte is other than we would write it, which is no error yet. That the data is
    /// JSON, and nothing stands after it, is found when it is read.
    fn as_written(text: &'a str) -> Option<Self> {
        let mut rest = Rest(text);
        rest.expect(r#"{"seq":"#)?;
        let seq = rest.number()?;
        rest.expect(r#","time":"#)?;
        let time = Timestamp::at_millis(rest.number()?)?;
        rest.expect(r#","user":"#)?;
        let user = rest.null_or(|text| text.parse().ok())?;
        rest.expect(r#","type":"#)?;
        let type_name = rest.string()?;
        rest.expect(r#","version":"#)?;
        let version = rest.number()?.try_into().ok()?;
        rest.expect(r#","actor":{"who":"#)?;
        let who = rest.who()?;
        rest.expect(r#","service":"#)?;
        let service = rest.null_or(|text| ServiceName::stored(text).ok())?;
        let login = match rest.expect(r#","login":"#) {
            Some(()) => Some(rest.string()?.parse().ok()?),
            None => None,
        };
        rest.expect(r#"},"data":"#)?;
        let data = rest.0.strip_suffix('}')?;
        Some(Self {
            seq,
            time,
            user,
            type_name,
            version,
            actor: Actor {
                who,
                service,
                login,
            },
            data,
        })
    }
}

/// What of the text was not read yet.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn expect(&mut self, literal: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(literal)?;
        Some(())
    }

    fn number(&mut self) -> Option<u64> {
        let length = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at(length);
        if length > 1 && digits.starts_with('0') {
            return None;
        }
        self.0 = rest;
        digits.parse().ok()
    }

    /// A string without anything that JSON would escape.
    fn string(&mut self) -> Option<&'a str> {
        let text = self.0.strip_prefix('"')?;
        let plain = |byte: &u8| (b' '..0x7f).contains(byte) && !matches!(byte, b'"' | b'\\');
        let (string, rest) = text.split_at(text.bytes().take_while(plain).count());
        self.0 = rest.strip_prefix('"')?;
        Some(string)
    }

    #[allow(
        clippy::option_option,
        reason = "the outer says whether it was read, the inner what was"
    )]
    fn null_or<T>(&mut self, read: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
        if self.expect("null").is_some() {
            return Some(None);
        }
        self.string().and_then(read).map(Some)
    }

    fn who(&mut self) -> Option<Who> {
        if self.expect(r#"{"user":"#).is_some() {
            let user = self.string()?.parse().ok()?;
            self.expect("}")?;
            return Some(Who::User(user));
        }
        match self.string()? {
            "system" => Some(Who::System),
            "root" => Some(Who::Root),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    const USER: &str = r#""0123456789abcdef0123456789abcdef""#;

    fn written(who: &str, user: &str, service: &str, data: &str) -> String {
        format!(
            r#"{{"seq":7,"time":18446744073709551614,"user":{user},"type":"locked","version":1,"actor":{{"who":{who},"service":{service}}},"data":{data}}}"#
        )
    }

    fn all_written() -> Vec<String> {
        let whose = format!(r#"{{"user":{USER}}}"#);
        let signed_in = format!(r#"null,"login":{USER}"#);
        let mut all = Vec::new();
        for who in [r#""system""#, r#""root""#, &whose] {
            for user in ["null", USER] {
                for service in ["null", r#""sshd""#, &signed_in] {
                    all.push(written(who, user, service, r#"{"a":[1,"}"]}"#));
                }
            }
        }
        all
    }

    /// An envelope read in the quick way is that which is read in the thorough way.
    fn agree(text: &str) {
        if let Some(quick) = Envelope::as_written(text)
            && serde_json::from_str::<&RawValue>(quick.data).is_ok()
        {
            let thorough = Envelope::in_any_form(text).map_err(|error| error.to_string());
            assert_eq!(Ok(quick), thorough, "{text}");
        }
    }

    #[test]
    fn what_we_write_is_read_in_the_quick_way() {
        for text in all_written() {
            let quick = Envelope::as_written(&text).expect("it is as we write it");
            assert_eq!(quick, Envelope::in_any_form(&text).unwrap());
        }
    }

    #[test]
    fn whatever_is_written_otherwise_is_left_to_the_thorough_way() {
        let text = written(r#""root""#, "null", "null", "{}");
        for (before, after) in [
            ("\"seq\":7", "\"seq\":07"),
            ("\"seq\":7", "\"seq\": 7"),
            ("\"seq\":7", "\"seq\":7e0"),
            ("18446744073709551614", "18446744073709551615"),
            ("\"version\":1", "\"version\":65536"),
            ("\"locked\"", "\"lo\\u0063ked\""),
            ("\"root\"", "\"daemon\""),
            ("\"service\":null", "\"service\":\" sshd\""),
            ("\"service\":null", "\"service\":null,\"login\":null"),
        ] {
            let other = text.replace(before, after);
            assert_ne!(other, text);
            assert_eq!(Envelope::as_written(&other), None, "{other}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 4096,
            rng_seed: RngSeed::Fixed(0x5ec1_4f0f),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn both_ways_agree_on_changed_bytes(
            which in any::<prop::sample::Index>(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), 0x20_u8..0x7f), 0..3),
            gone in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let all = all_written();
            let mut text = which.get(&all).clone().into_bytes();
            for (place, byte) in changes {
                let place = place.index(text.len());
                text[place] = byte;
            }
            if let Some(place) = gone {
                text.remove(place.index(text.len()));
            }
            agree(&String::from_utf8(text).expect("ASCII"));
        }
    }
}
