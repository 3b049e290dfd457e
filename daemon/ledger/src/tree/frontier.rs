//! The right edge of the tree: all that is needed to append to it and to know its root.

use super::{EMPTY_ROOT, HASH_LEN, Hash, TreeError, node_hash};

/// The largest size that is taken from outside: far from any overflow, and from any log.
pub(super) const MAX_SIZE: u64 = u64::MAX >> 1;

/// The roots of the largest complete subtrees that a tree consists of, from left to right: one for
/// each bit that is set in its size. An append costs one node hash on average.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The frontier of the empty tree.
    pub const fn new() -> Self {
        Self {
            size: 0,
            peaks: Vec::new(),
        }
    }

    pub(super) fn from_peaks(size: u64, peaks: Vec<Hash>) -> Self {
        debug_assert_eq!(u64::from(size.count_ones()), peaks.len() as u64);
        Self { size, peaks }
    }

    /// The number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Adds a leaf at the right, by its [`leaf_hash`](super::leaf_hash).
    pub fn append(&mut self, leaf: Hash) {
        // As in adding 1 to the size in binary: each trailing 1 carries, its peak is merged.
        let kept = self.peaks.len() - self.size.trailing_ones() as usize;
        let merged = self.peaks.drain(kept..).rev();
        let peak = merged.fold(leaf, |right, left| node_hash(&left, &right));
        self.peaks.push(peak);
        self.size += 1;
    }

    /// The root of the tree as it is now.
    pub fn root(&self) -> Hash {
        root_of_peaks(self.peaks.iter().rev())
    }

    /// The frontier as bytes: the size as 8 bytes, big-endian, then the peaks from left to right.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + self.peaks.len() * HASH_LEN);
        bytes.extend_from_slice(&self.size.to_be_bytes());
        for peak in &self.peaks {
            bytes.extend_from_slice(peak.as_bytes());
        }
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote. Bytes of any other form are a
    /// [`TreeError::MalformedFrontier`], a size above 2^63 - 1 too.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TreeError> {
        let (size, peaks) = bytes
            .split_first_chunk::<8>()
            .ok_or(TreeError::MalformedFrontier)?;
        let size = u64::from_be_bytes(*size);
        let (peaks, rest) = peaks.as_chunks::<HASH_LEN>();
        let expected = size.count_ones() as usize;
        if size > MAX_SIZE || !rest.is_empty() || peaks.len() != expected {
            return Err(TreeError::MalformedFrontier);
        }
        let peaks = peaks.iter().map(|peak| Hash::from_bytes(*peak)).collect();
        Ok(Self { size, peaks })
    }
}

/// The root above `peaks`, given from right to left.
pub(super) fn root_of_peaks<'a>(peaks: impl Iterator<Item = &'a Hash>) -> Hash {
    peaks
        .copied()
        .reduce(|right, left| node_hash(&left, &right))
        .unwrap_or(EMPTY_ROOT)
}
