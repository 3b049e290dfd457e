//! Access pass: one code that an administrator issues, for a limited time, to a user who has no
//! other method yet or any more.

use super::written_code::WrittenCode;
use super::written_code::hashed::{Cost, HashedSet, HashingFailed};

/// Groups in a pass: 80 bits.
const GROUPS: usize = 4;

/// A new pass. Fails only when the kernel gives no randomness.
pub fn generate() -> Result<WrittenCode, getrandom::Error> {
    WrittenCode::generate(GROUPS)
}

/// What is kept of the pass.
pub fn hash(pass: &WrittenCode, cost: Cost) -> Result<HashedSet, HashingFailed> {
    HashedSet::new([pass], cost)
}

/// Whether this pass was typed. What cannot be a pass at all is refused without the cost of
/// hashing.
pub fn matches(set: &HashedSet, typed: &str) -> Result<bool, HashingFailed> {
    let Some(pass) = WrittenCode::parse(typed, GROUPS) else {
        return Ok(false);
    };
    Ok(set.matching(&pass)?.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_matches_itself_only() {
        let (pass, other) = (generate().unwrap(), generate().unwrap());
        let set = hash(&pass, Cost::new(128, 1, 1).unwrap()).unwrap();
        assert_eq!(pass.in_groups().len(), 19);
        assert!(matches(&set, &pass.in_groups()).unwrap());
        assert!(matches(&set, &pass.in_groups().to_uppercase()).unwrap());
        assert!(!matches(&set, &other.in_groups()).unwrap());
        assert!(!matches(&set, "k7qf-2m9x-pw4t").unwrap());
        assert!(!matches(&set, "").unwrap());
    }
}
