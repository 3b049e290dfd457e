//! Identifiers: 128 random bits each, written as 32 lower-case hexadecimal digits.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// A text that is no identifier of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 32 lower-case hexadecimal digits")]
pub struct InvalidId;

/// The value of each lower-case hexadecimal digit; for every other byte, one that is too large.
/// Each event of a replay has some five ids, so that a table pays.
const DIGITS: [u8; 256] = {
    let mut digits = [0xff; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value as usize] as usize] = value;
        value += 1;
    }
    digits
};

fn parse_hex(text: &str) -> Result<[u8; 16], InvalidId> {
    let text: &[u8; 32] = text.as_bytes().try_into().map_err(|_| InvalidId)?;
    let mut bytes = [0; 16];
    let mut seen = 0;
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        let (high, low) = (DIGITS[usize::from(pair[0])], DIGITS[usize::from(pair[1])]);
        seen |= high | low;
        *byte = high << 4 | (low & 0x0f);
    }
    if seen > 0x0f {
        Err(InvalidId)
    } else {
        Ok(bytes)
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
    /// A message that was sent, or was to be sent.
    MessageId
);
id!(
    /// A request to approve on a phone.
    ApprovalId
);
id!(
    /// A destination, for counting the messages that go to it. Opaque here; the daemon makes it
    /// under a key that it forgets when it ends, so that no number or address can be found again
    /// from the log.
    DestinationTag
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
id!(
    /// The terminal, and the login session on it, in which a proof may be remembered. Opaque here;
    /// the daemon makes it under a key that it forgets when it ends.
    TerminalTag
);
id!(
    /// Stands for what a user signs in from: a MAC of it under the user's key. Equal tags of one user mean
    /// equal sources, as long as the user is not erased.
    SourceTag
);
id!(
    /// Stands for the secret of a hardware token: a MAC under a key of the vault. Equal tags mean equal
    /// secrets.
    SeedTag
);
id!(
    /// Stands for the credential of a security key: a MAC of its id under a key of the vault. Equal tags
    /// mean equal credentials.
    CredentialTag
);
id!(
    /// Stands for an answer that was given for a method, and what it was compared with: a MAC under the
    /// method's key.
    GuessTag
);
id!(
    /// A ticket, with which the helper sets a new password once.
    TicketId
);
id!(
    /// A break-glass code, by the random id that it was made with. Not the code.
    BreakGlassId
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written() {
        for byte in 0..=255 {
            let id = MethodId::from_bytes(std::array::from_fn(|place| {
                if place % 2 == 0 { byte } else { !byte }
            }));
            assert_eq!(id.to_string().parse(), Ok(id));
            let json = serde_json::to_string(&id).unwrap();
            assert_eq!(serde_json::from_str::<MethodId>(&json).unwrap(), id);
        }
    }

    #[test]
    fn anything_but_32_lower_case_hexadecimal_digits_is_no_id() {
        let good = "0123456789abcdef0123456789abcdef";
        assert!(good.parse::<UserId>().is_ok());
        for place in 0..32 {
            for other in ['A', 'F', 'g', '/', ':', '`', ' ', '\0', '\u{7f}'] {
                let mut text: Vec<char> = good.chars().collect();
                text[place] = other;
                let text: String = text.into_iter().collect();
                assert_eq!(text.parse::<UserId>(), Err(InvalidId), "{text:?}");
            }
        }
        for text in [
            "",
            &good[1..],
            &format!("{good}0"),
            &format!("é{}", &good[2..]),
        ] {
            let parsed = text.parse::<UserId>();
            assert_eq!(
                parsed.is_ok(),
                text.len() == 32 && text.is_ascii(),
                "{text:?}"
            );
        }
    }
}
