//! Identifiers: 128 random bits each, written as 32 lower-case hexadecimal digits.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// A text that is no identifier of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 32 lower-case hexadecimal digits")]
pub struct InvalidId;

fn parse_hex(text: &str) -> Result<[u8; 16], InvalidId> {
    let mut bytes = [0; 16];
    if text.len() != 32 {
        return Err(InvalidId);
    }
    match data_encoding::HEXLOWER.decode_mut(text.as_bytes(), &mut bytes) {
        Ok(16) => Ok(bytes),
        _ => Err(InvalidId),
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The id made of these random bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The bytes of the id.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse_hex(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    let mut text = [0; 32];
                    data_encoding::HEXLOWER.encode_mut(&self.0, &mut text);
                    serializer.serialize_str(std::str::from_utf8(&text).expect("hexadecimal digits are UTF-8"))
                } else {
                    self.0.serialize(serializer)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Hex;
                impl de::Visitor<'_> for Hex {
                    type Value = [u8; 16];
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        write!(f, "{InvalidId}")
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<[u8; 16], E> {
                        parse_hex(text).map_err(E::custom)
                    }
                }
                if deserializer.is_human_readable() {
                    deserializer.deserialize_str(Hex).map(Self)
                } else {
                    <[u8; 16]>::deserialize(deserializer).map(Self)
                }
            }
        }
    };
}

id!(
    /// A user, by the random id that we gave them when first seen. The only name of a user that
    /// the log holds in the clear.
    UserId
);
id!(
    /// One enrolled method.
    MethodId
);
id!(
    /// A hardware token in the inventory, before a user activates it.
    TokenId
);
id!(
    /// A key in the vault. Each user, method and token has one of its own, under its own id.
    KeyId
);
id!(
    /// Where a proof was made: a login session, or else one connection to the bus. Opaque here;
    /// the daemon makes it so that it cannot be guessed and never comes back.
    SessionTag
);

impl From<UserId> for KeyId {
    fn from(id: UserId) -> Self {
        Self(id.0)
    }
}

impl From<MethodId> for KeyId {
    fn from(id: MethodId) -> Self {
        Self(id.0)
    }
}

impl From<TokenId> for KeyId {
    fn from(id: TokenId) -> Self {
        Self(id.0)
    }
}
