//! The root of a log's hash tree, as its checkpoints say it.

use crate::base64::from_base64;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// The root of the hash tree over the events of a log (RFC 6962 section 2.1). Base64 as text, as in
/// a C2SP tlog-checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RootHash([u8; 32]);

/// A text that is no root hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a root hash is 32 bytes in base64")]
pub struct InvalidRootHash;

impl RootHash {
    /// The hash of these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for RootHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::BASE64.encode(&self.0))
    }
}

impl FromStr for RootHash {
    type Err = InvalidRootHash;

    fn from_str(text: &str) -> Result<Self, InvalidRootHash> {
        let bytes = from_base64(text).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or(InvalidRootHash)
    }
}

impl Serialize for RootHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RootHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidRootHash, RootHash};

    #[test]
    fn a_root_hash_has_one_spelling() {
        let text = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert_eq!(
            text.parse::<RootHash>().map(|hash| hash.to_string()),
            Ok(text.to_owned())
        );
        // Two texts with padding, of 23 and of 9 bytes.
        let other = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5M=TKSVmRt4UrhV";
        assert_eq!(other.parse::<RootHash>(), Err(InvalidRootHash));
    }
}
