//! Recovery codes: shown once, each good once.

use super::written_code::WrittenCode;
use super::written_code::hashed::{Cost, HashedSet, HashingFailed};

/// Groups in a code: 60 bits.
const GROUPS: usize = 3;

/// So many new codes. Fails only when the kernel gives no randomness.
pub fn generate(count: u8) -> Result<Vec<WrittenCode>, getrandom::Error> {
    (0..count).map(|_| WrittenCode::generate(GROUPS)).collect()
}

/// What is kept of the codes. It takes as many times as long as checking one, so it is for a
/// thread that may block.
pub fn hash(codes: &[WrittenCode], cost: Cost) -> Result<HashedSet, HashingFailed> {
    HashedSet::new(codes, cost)
}

/// Which code of the set was typed, if any; see [`HashedSet::matching`]. What cannot be a recovery
/// code at all is refused without the cost of hashing.
pub fn matching(set: &HashedSet, typed: &str) -> Result<Option<u8>, HashingFailed> {
    WrittenCode::parse(typed, GROUPS).map_or(Ok(None), |code| set.matching(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_ten_codes_is_found_in_its_place() {
        let codes = generate(10).unwrap();
        assert_eq!(codes.len(), 10);
        let set = hash(&codes, Cost::new(128, 1, 1).unwrap()).unwrap();
        for (place, code) in (0..).zip(&codes) {
            let shown = code.in_groups();
            assert_eq!(shown.len(), 14);
            assert_eq!(matching(&set, &shown).unwrap(), Some(place));
            assert_eq!(
                matching(&set, &shown.to_uppercase().replace('-', " ")).unwrap(),
                Some(place)
            );
        }
        let another = WrittenCode::generate(GROUPS).unwrap();
        assert_eq!(matching(&set, &another.in_groups()).unwrap(), None);
        assert_eq!(matching(&set, "").unwrap(), None);
        assert_eq!(matching(&set, "k7qf-2m9x").unwrap(), None);
    }

    /// At the cost that is used, too.
    #[test]
    fn the_default_cost_works() {
        let codes = [WrittenCode::generate(GROUPS).unwrap()];
        let set = hash(&codes, Cost::default()).unwrap();
        assert_eq!(matching(&set, &codes[0].in_groups()).unwrap(), Some(0));
    }
}
