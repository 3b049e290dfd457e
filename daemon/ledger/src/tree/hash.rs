//! Hashes of leaves and nodes (RFC 9162 section 2.1.1).

use super::TreeError;
use data_encoding::BASE64;
use secinfo_domain::from_base64;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// The length of a hash in bytes.
pub const HASH_LEN: usize = 32;

/// The root of the tree without leaves: the SHA-256 of nothing.
pub const EMPTY_ROOT: Hash = Hash([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

// The first byte of what is hashed keeps leaves and nodes apart, so that no event can pose as a
// node.
const LEAF_PREFIX: u8 = 0x00;
const NODE_PREFIX: u8 = 0x01;

/// A SHA-256 hash in the tree: of a leaf, of a node or the root. Written as base64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; HASH_LEN]);

impl Hash {
    /// The hash made of these bytes.
    pub const fn from_bytes(bytes: [u8; HASH_LEN]) -> Self {
        Self(bytes)
    }

    /// The bytes of the hash.
    pub const fn as_bytes(&self) -> &[u8; HASH_LEN] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = TreeError;

    /// Reads the base64 that [`Display`](fmt::Display) writes, and no other spelling of it.
    fn from_str(text: &str) -> Result<Self, TreeError> {
        from_base64(text)
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or(TreeError::MalformedHash)
    }
}

/// The hash of a leaf: SHA-256 of 0x00 and the event's stored bytes.
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    Hash(
        Sha256::new()
            .chain_update([LEAF_PREFIX])
            .chain_update(bytes)
            .finalize()
            .into(),
    )
}

/// The hash of a node: SHA-256 of 0x01, its left and its right child.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(
        Sha256::new()
            .chain_update([NODE_PREFIX])
            .chain_update(left.0)
            .chain_update(right.0)
            .finalize()
            .into(),
    )
}
