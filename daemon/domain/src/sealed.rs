//! Bytes that only the vault can open.

use crate::base64::from_base64;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Personal data or a secret, sealed under a key of the vault. Nothing in the domain reads what is
/// in it; it is carried from event to state. Base64 in the stored form of an event.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Arc<[u8]>);

/// What a method holds sealed: a label, and a secret that the user is verified with (a shared
/// secret, hashes of codes, a destination). The two are sealed under keys of their own, both derived
/// from the method's key, so that the label can be disclosed without the secret.
///
/// They share one allocation: a host of many users has most of its memory in these.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedMethod(Arc<[u8]>);

/// How many bytes before the two parts say how long the label is.
const LABEL_LENGTH: usize = size_of::<u32>();

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
    /// Where a user signed in from.
    Place,
}

impl SealedPart {
    /// Its name. Keys are derived by it, so it never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Label => "label",
            Self::Secret => "secret",
            Self::Token => "token",
            Self::Place => "place",
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

impl SealedMethod {
    /// These sealed bytes of a label and of a secret.
    pub fn new(label: &[u8], secret: &[u8]) -> Self {
        let length = u32::try_from(label.len()).expect("a label takes less than 4 GiB");
        Self([&length.to_be_bytes(), label, secret].concat().into())
    }

    /// The sealed bytes of the label: what the user calls the method.
    pub fn label(&self) -> &[u8] {
        self.parts().0
    }

    /// The sealed bytes of the secret: what the user is verified with.
    pub fn secret(&self) -> &[u8] {
        self.parts().1
    }

    /// The same secret with another label.
    #[must_use]
    pub fn with_label(&self, label: &Sealed) -> Self {
        Self::new(label.as_bytes(), self.secret())
    }

    fn parts(&self) -> (&[u8], &[u8]) {
        let parts = self.0.split_first_chunk::<LABEL_LENGTH>();
        let (length, parts) = parts.expect("a length stands before the parts");
        let length = u32::from_be_bytes(*length) as usize;
        parts.split_at(length)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

impl fmt::Debug for SealedMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (label, secret) = self.parts();
        write!(f, "SealedMethod({} + {} bytes)", label.len(), secret.len())
    }
}

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Bytes(Cow::Borrowed(&self.0)).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Bytes::deserialize(deserializer).map(|bytes| Self(bytes.0.into()))
    }
}

/// The stored form of what a method holds sealed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename = "SealedMethod")]
struct Parts<'a> {
    #[serde(borrow)]
    label: Bytes<'a>,
    #[serde(borrow)]
    secret: Bytes<'a>,
}

impl Serialize for SealedMethod {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (label, secret) = self.parts();
        Parts {
            label: Bytes(label.into()),
            secret: Bytes(secret.into()),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SealedMethod {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Parts::deserialize(deserializer).map(|parts| Self::new(&parts.label.0, &parts.secret.0))
    }
}

/// Bytes, as base64 where the form is text.
struct Bytes<'a>(Cow<'a, [u8]>);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&data_encoding::BASE64.encode(&self.0))
        } else {
            serializer.serialize_bytes(&self.0)
        }
    }
}

struct BytesVisitor;

impl<'de> de::Visitor<'de> for BytesVisitor {
    type Value = Bytes<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sealed bytes in base64")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Bytes<'de>, E> {
        from_base64(text)
            .map(|bytes| Bytes(bytes.into()))
            .ok_or_else(|| E::custom("sealed bytes are written in base64, with padding"))
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Bytes<'de>, E> {
        Ok(Bytes(bytes.to_vec().into()))
    }

    fn visit_borrowed_bytes<E: de::Error>(self, bytes: &'de [u8]) -> Result<Bytes<'de>, E> {
        Ok(Bytes(bytes.into()))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Bytes<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(BytesVisitor)
        } else {
            deserializer.deserialize_bytes(BytesVisitor)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Sealed;

    #[test]
    fn sealed_bytes_have_one_spelling() {
        let read = |text: &str| serde_json::from_str::<Sealed>(&format!("\"{text}\"")).ok();
        assert_eq!(read("QUJD"), Some(Sealed::new(b"ABC".to_vec())));
        assert_eq!(read("QQ==QkM="), None);
    }
}
