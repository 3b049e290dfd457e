//! Where users sign in from.

use crate::SourceTag;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// Where a user signs in from, as the log has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A program of the user's own account on this host. The actor of the event says as much, so that it
    /// needs no tag.
    OwnAccount,
    /// Another account, a terminal or a host.
    Tagged(SourceTag),
}

/// [`Source::OwnAccount`] in the stored form of an event.
const OWN_ACCOUNT: &str = "own-account";

/// The form in a snapshot.
#[derive(Serialize, Deserialize)]
enum Compact {
    OwnAccount,
    Tagged(SourceTag),
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let readable = serializer.is_human_readable();
        match self {
            Self::OwnAccount if readable => serializer.serialize_str(OWN_ACCOUNT),
            Self::Tagged(tag) if readable => tag.serialize(serializer),
            Self::OwnAccount => Compact::OwnAccount.serialize(serializer),
            Self::Tagged(tag) => Compact::Tagged(*tag).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_str(Text);
        }
        Compact::deserialize(deserializer).map(|source| match source {
            Compact::OwnAccount => Self::OwnAccount,
            Compact::Tagged(tag) => Self::Tagged(tag),
        })
    }
}

struct Text;

impl de::Visitor<'_> for Text {
    type Value = Source;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{OWN_ACCOUNT:?} or 32 lower-case hexadecimal digits")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Source, E> {
        if text == OWN_ACCOUNT {
            return Ok(Source::OwnAccount);
        }
        text.parse()
            .map(Source::Tagged)
            .map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_read_as_it_is_written_in_events_and_in_snapshots() {
        let tagged = Source::Tagged(SourceTag::from_bytes(*b"own account here"));
        for source in [Source::OwnAccount, tagged] {
            let json = serde_json::to_string(&source).unwrap();
            assert_eq!(serde_json::from_str::<Source>(&json).unwrap(), source);
            let bytes = postcard::to_allocvec(&source).unwrap();
            assert_eq!(postcard::from_bytes::<Source>(&bytes).unwrap(), source);
        }
        for other in ["\"\"", "\"own\"", "\"OWN-ACCOUNT\"", "null", "0"] {
            assert!(serde_json::from_str::<Source>(other).is_err(), "{other}");
        }
    }
}
