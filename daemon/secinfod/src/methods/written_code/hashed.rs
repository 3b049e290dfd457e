//! Memory-hard hashes of codes that are kept only to be compared with: Argon2id (RFC 9106).

use super::WrittenCode;
use crate::core::ServiceError;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use serde::{Deserialize, Serialize};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::{Zeroize, Zeroizing};

/// What one evaluation costs. It is kept with the hashes, so that it can grow for new ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedCost", into = "UncheckedCost")]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "Cost")]
struct UncheckedCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// A cost out of bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the cost of a memory-hard hash is 1 to 16 lanes, 8 KiB of memory a lane to 1 GiB (1048576 KiB), and 1 to 100 passes"
)]
pub struct InvalidCost;

impl Cost {
    /// A cost of this much memory, gone over so many times, in so many lanes.
    pub const fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, InvalidCost> {
        let lanes_fit = 1 <= lanes && lanes <= 16;
        let memory_fits = 8 * 16 <= memory_kib && memory_kib <= 1 << 20;
        let passes_fit = 1 <= passes && passes <= 100;
        if lanes_fit && memory_fits && passes_fit {
            Ok(Self {
                memory_kib,
                passes,
                lanes,
            })
        } else {
            Err(InvalidCost)
        }
    }
}

impl Default for Cost {
    /// 19 MiB, two passes, one lane: the least that OWASP's password storage cheat sheet advises.
    fn default() -> Self {
        Self {
            memory_kib: 19 * 1024,
            passes: 2,
            lanes: 1,
        }
    }
}

impl TryFrom<UncheckedCost> for Cost {
    type Error = InvalidCost;

    fn try_from(cost: UncheckedCost) -> Result<Self, InvalidCost> {
        Self::new(cost.memory_kib, cost.passes, cost.lanes)
    }
}

impl From<Cost> for UncheckedCost {
    fn from(
        Cost {
            memory_kib,
            passes,
            lanes,
        }: Cost,
    ) -> Self {
        Self {
            memory_kib,
            passes,
            lanes,
        }
    }
}

/// Why a code could not be hashed. It says nothing about the code: the attempt is refused and may
/// be repeated.
#[derive(Debug, thiserror::Error)]
pub enum HashingFailed {
    /// No memory for one evaluation.
    #[error("no memory for hashing a code: {0}; try again, or lower the cost")]
    Memory(argon2::Error),
    /// The kernel gave no randomness for the salt.
    #[error("the kernel gave no random bytes: {0}")]
    Randomness(#[from] getrandom::Error),
}

/// The hashes of some codes under one salt, so that comparing a code with all of them costs one
/// evaluation. The codes are random and long enough that a common salt gives nothing away.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HashedSet {
    cost: Cost,
    salt: [u8; 16],
    hashes: Vec<[u8; 32]>,
}

impl HashedSet {
    /// Hashes these codes under a new salt. It costs one evaluation a code.
    #[cfg(test)]
    pub(in crate::methods) fn new<'a>(
        codes: impl IntoIterator<Item = &'a WrittenCode>,
        cost: Cost,
    ) -> Result<Self, HashingFailed> {
        let empty = Self::empty(cost)?;
        codes.into_iter().try_fold(empty, Self::with)
    }

    /// A set of no code yet, under a new salt.
    pub fn empty(cost: Cost) -> Result<Self, HashingFailed> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt)?;
        Ok(Self {
            cost,
            salt,
            hashes: Vec::new(),
        })
    }

    /// The set with one code more. It costs one evaluation.
    pub fn with(mut self, code: &WrittenCode) -> Result<Self, HashingFailed> {
        self.hashes
            .push(*hash(code.as_bytes(), &self.salt, self.cost)?);
        Ok(self)
    }

    /// The place in the set of the code that was typed, the first being 0. It costs one
    /// evaluation, and as long wherever in the set the code is.
    ///
    /// The caller must refuse a place that was used before.
    pub fn matching(&self, code: &WrittenCode) -> Result<Option<u8>, HashingFailed> {
        let typed = hash(code.as_bytes(), &self.salt, self.cost)?;
        let (mut found, mut place) = (Choice::from(0), 0);
        for (index, hash) in (0_u8..).zip(&self.hashes) {
            let equal = hash.ct_eq(&*typed);
            place.conditional_assign(&index, equal);
            found |= equal;
        }
        Ok(bool::from(found).then_some(place))
    }

    /// The place in the set of what was typed, as [`Self::matching`]. What cannot be a code of this
    /// many groups is refused without the cost of hashing.
    pub fn matching_typed(&self, groups: usize, typed: &str) -> Result<Option<u8>, HashingFailed> {
        WrittenCode::parse(typed, groups).map_or(Ok(None), |code| self.matching(&code))
    }

    /// How many codes the set holds.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether the set holds no code.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }
}

/// The memory of evaluations, wiped and given back to the system as soon as they are done.
struct Memory(Vec<Block>);

/// From this size on (`DEFAULT_MMAP_THRESHOLD_MAX` of glibc) a piece of memory is always mapped on
/// its own and unmapped when it is freed. Smaller ones stay with the process after a few
/// evaluations, tens of megabytes of them, in a daemon that is idle. Room that is not written to
/// costs nothing.
const GIVEN_BACK: usize = 33 << 20;

impl Memory {
    fn new(params: &Params) -> Result<Self, HashingFailed> {
        let blocks = params.block_count();
        let mut memory = Vec::new();
        memory
            .try_reserve_exact(blocks.max(GIVEN_BACK / Block::SIZE))
            .map_err(|_| HashingFailed::Memory(argon2::Error::OutOfMemory))?;
        memory.resize(blocks, Block::new());
        Ok(Self(memory))
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// The hash of a code or an answer. It costs one evaluation.
pub(in crate::methods) fn hash(
    code: &[u8],
    salt: &[u8; 16],
    cost: Cost,
) -> Result<Zeroizing<[u8; 32]>, HashingFailed> {
    let mut hash = Zeroizing::new([0; 32]);
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(hash.len()))
        .expect("a cost is checked when it is made");
    let mut memory = Memory::new(&params)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(code, salt, &mut *hash, &mut memory.0)
        .map_err(HashingFailed::Memory)?;
    Ok(hash)
}

impl From<HashingFailed> for ServiceError {
    fn from(error: HashingFailed) -> Self {
        Self::Internal(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(in super::super) const CHEAP: Cost = match Cost::new(128, 1, 1) {
        Ok(cost) => cost,
        Err(_) => panic!("within bounds"),
    };

    fn code(text: &str) -> WrittenCode {
        WrittenCode::parse(text, 1).unwrap()
    }

    #[test]
    fn a_code_is_found_in_its_place_and_no_other_is() {
        let set = HashedSet::new(&[code("aaaa"), code("bbbb"), code("cccc")], CHEAP).unwrap();
        assert_eq!(set.len(), 3);
        for (text, place) in [
            ("aaaa", Some(0)),
            ("bbbb", Some(1)),
            ("CCCC", Some(2)),
            ("dddd", None),
        ] {
            assert_eq!(set.matching(&code(text)).unwrap(), place, "{text}");
        }
        assert!(HashedSet::new(&[], CHEAP).unwrap().is_empty());
    }

    #[test]
    fn two_sets_of_one_code_share_neither_salt_nor_hash() {
        let (one, other) = (
            HashedSet::new(&[code("aaaa")], CHEAP).unwrap(),
            HashedSet::new(&[code("aaaa")], CHEAP).unwrap(),
        );
        assert_ne!(one.salt, other.salt);
        assert_ne!(one.hashes, other.hashes);
    }

    #[test]
    fn a_stored_set_is_checked_at_the_cost_it_was_made_with() {
        let set = HashedSet::new(&[code("aaaa")], CHEAP).unwrap();
        let from_json: HashedSet =
            serde_json::from_str(&serde_json::to_string(&set).unwrap()).unwrap();
        let from_bytes: HashedSet =
            postcard::from_bytes(&postcard::to_allocvec(&set).unwrap()).unwrap();
        assert!(from_json == set && from_bytes == set);
        assert_eq!(from_json.matching(&code("aaaa")).unwrap(), Some(0));
        let dearer = HashedSet {
            cost: Cost::new(256, 1, 1).unwrap(),
            ..set
        };
        assert_eq!(
            dearer.matching(&code("aaaa")).unwrap(),
            None,
            "another cost gives another hash"
        );
    }

    #[test]
    fn a_cost_out_of_bounds_is_refused_when_read() {
        assert_eq!(
            serde_json::to_string(&Cost::default()).unwrap(),
            r#"{"memory_kib":19456,"passes":2,"lanes":1}"#
        );
        for (memory_kib, passes, lanes) in [
            (0, 2, 1),
            (127, 2, 1),
            (u32::MAX, 2, 1),
            (19456, 0, 1),
            (19456, 101, 1),
            (19456, 2, 0),
            (19456, 2, 17),
        ] {
            let json =
                format!(r#"{{"memory_kib":{memory_kib},"passes":{passes},"lanes":{lanes}}}"#);
            assert!(serde_json::from_str::<Cost>(&json).is_err(), "{json}");
        }
        assert!(Cost::new(1 << 20, 100, 16).is_ok());
    }

    /// RFC 9106 section 5.3 tests Argon2 itself with inputs that this interface does not take, so
    /// here the reference command's result for ours: `echo -n aaaa | argon2 0123456789abcdef -id
    /// -t 2 -k 256 -p 1 -l 32 -r`.
    #[test]
    fn the_hash_is_argon2id() {
        let hash = hash(
            code("aaaa").as_bytes(),
            b"0123456789abcdef",
            Cost::new(256, 2, 1).unwrap(),
        )
        .unwrap();
        assert_eq!(
            data_encoding::HEXLOWER.encode(&*hash),
            "606766659f04d65f58e57d431f3f2a70b1641969c584595d980e65a6afabf0de"
        );
    }
}
