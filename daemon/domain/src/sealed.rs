//! Bytes that only the vault can open.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::sync::Arc;

/// Personal data or a secret, sealed under a key of the vault. Nothing in the domain reads what is
/// in it; it is carried from event to state. Base64 in the stored form of an event.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Arc<[u8]>);

/// What a method holds sealed. The two are sealed under keys of their own, both derived from the
/// method's key, so that the label can be disclosed without the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedMethod {
    /// What the user calls it.
    pub label: Sealed,
    /// What the user is verified with: a shared secret, hashes of codes, a destination.
    pub secret: Sealed,
}

/// What is sealed: each part is sealed under a key of its own, derived from the key of the user,
/// method or token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SealedPart {
    /// Uid and name of a user.
    User,
    /// The label of a method.
    Label,
    /// The secret of a method.
    Secret,
    /// Serial number and secret of a token of the inventory.
    Token,
}

impl SealedPart {
    /// Its name. Keys are derived by it, so it never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Label => "label",
            Self::Secret => "secret",
            Self::Token => "token",
        }
    }
}

impl Sealed {
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
