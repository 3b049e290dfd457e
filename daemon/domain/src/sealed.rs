//! Bytes that only the vault can open.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::sync::Arc;

/// Personal data or a secret, sealed under a key of the vault. Nothing in the domain reads what is
/// in it; it is carried from event to state. Base64 in the stored form of an event.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Arc<[u8]>);

impl Sealed {
    /// What the name of a user is bound to, beside its key.
    pub const OF_USER: &'static [u8] = b"user";
    /// What label, secret and destination of a method are bound to.
    pub const OF_METHOD: &'static [u8] = b"method";
    /// What serial number and secret of a token are bound to.
    pub const OF_TOKEN: &'static [u8] = b"token";

    /// These sealed bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }

    /// The sealed bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&data_encoding::BASE64.encode(&self.0))
        } else {
            serializer.serialize_bytes(&self.0)
        }
    }
}

struct SealedVisitor;

impl de::Visitor<'_> for SealedVisitor {
    type Value = Sealed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sealed bytes in base64")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Sealed, E> {
        data_encoding::BASE64
            .decode(text.as_bytes())
            .map(Sealed::new)
            .map_err(E::custom)
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Sealed, E> {
        Ok(Sealed(bytes.into()))
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(SealedVisitor)
        } else {
            deserializer.deserialize_bytes(SealedVisitor)
        }
    }
}
