//! The stored form of an event: one JSON object on one line, in exactly the bytes that are hashed.

use super::envelope::Envelope;
use super::{Actor, Event, Fact};
use crate::{Timestamp, UserId};
use serde::{Serialize, de::Error as _};

/// The most bytes that one stored event may have: what fits an entry of C2SP tlog-tiles (a length
/// of 16 bits), with room for the chunk around it.
pub const MAX_EVENT_BYTES: usize = 60 * 1024;

/// An event in its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its number; the first event is 0.
    pub seq: u64,
    /// The event.
    pub event: Event,
}

/// Stored bytes that are no event, or an event that has no stored form.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The envelope or the data is not what the schema says.
    #[error(
        "the stored event is malformed: {0}; compare the log with a backup or an earlier checkpoint"
    )]
    Malformed(#[from] serde_json::Error),
    /// A type that this version does not know.
    #[error(
        "unknown event type {0:?}: read this log with the version that wrote it, or a newer one"
    )]
    UnknownType(String),
    /// A version of a type that this version does not know.
    #[error(
        "event type {type_name:?} has version {version}, which is not known here: read this log with the version that wrote it, or a newer one"
    )]
    UnknownVersion {
        /// The type.
        type_name: String,
        /// The version found.
        version: u16,
    },
    /// More bytes than an event may have.
    #[error(
        "an event of {0} bytes is larger than {MAX_EVENT_BYTES}: shorten what it holds (a policy of many groups, say)"
    )]
    TooLarge(usize),
}

#[derive(Serialize)]
struct Head<'a> {
    seq: u64,
    time: Timestamp,
    user: Option<UserId>,
    #[serde(rename = "type")]
    type_name: &'a str,
    version: u16,
    actor: &'a Actor,
}

/// The stored bytes of an event at this place.
///
/// # Errors
///
/// [`DecodeError::TooLarge`].
pub fn encode(seq: u64, event: &Event) -> Result<Vec<u8>, DecodeError> {
    let head = Head {
        seq,
        time: event.time,
        user: event.user,
        type_name: event.fact.type_name(),
        version: event.fact.version(),
        actor: &event.actor,
    };
    let mut bytes = Vec::with_capacity(512);
    serde_json::to_writer(&mut bytes, &head)?;
    bytes.pop();
    bytes.extend_from_slice(b",\"data\":");
    event.fact.data_to_json(&mut bytes)?;
    bytes.push(b'}');
    if bytes.len() > MAX_EVENT_BYTES {
        return Err(DecodeError::TooLarge(bytes.len()));
    }
    Ok(bytes)
}

/// Whose security info the event is about that these stored bytes hold; none where it is about the host,
/// or the bytes are no event. Its data is not read, so that many events can be looked through.
pub fn user_of(bytes: &[u8]) -> Option<UserId> {
    let text = std::str::from_utf8(bytes).ok()?;
    Envelope::read(text).ok()?.user
}

/// The event that these stored bytes hold.
///
/// # Errors
///
/// Anything that is not exactly an event of a known type and version.
pub fn decode(bytes: &[u8]) -> Result<StoredEvent, DecodeError> {
    if bytes.len() > MAX_EVENT_BYTES {
        return Err(DecodeError::TooLarge(bytes.len()));
    }
    // Checked once for the whole, not again for each string in it.
    let text = std::str::from_utf8(bytes).map_err(serde_json::Error::custom)?;
    let envelope = Envelope::read(text)?;
    let type_name = envelope.type_name;
    let unknown = || DecodeError::UnknownType(type_name.to_owned());
    let (_, current) = *Fact::TYPES
        .iter()
        .find(|(name, _)| *name == type_name)
        .ok_or_else(unknown)?;
    if envelope.version != current {
        return Err(DecodeError::UnknownVersion {
            type_name: type_name.to_owned(),
            version: envelope.version,
        });
    }
    let fact = Fact::data_from_json(type_name, envelope.data);
    Ok(StoredEvent {
        seq: envelope.seq,
        event: Event {
            time: envelope.time,
            user: envelope.user,
            actor: envelope.actor,
            fact: fact.ok_or_else(unknown)??,
        },
    })
}
