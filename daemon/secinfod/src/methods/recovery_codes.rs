//! Recovery codes: shown once, each good once.

use super::delivery::code::SentCode;
use super::delivery::destination::Given;
use super::kind::{
    Draft, EnrollmentRequest, MethodKind, OpenMethod, Posed, PromptStyle, Verifier, issued_only,
};
use super::written_code::{WrittenCode, WrittenCodeVerifier};
use crate::core::{Core, Person, ServiceError};
use secinfo_domain::policy::Rules;
use secinfo_domain::{Answer, Kind};
use secinfo_wire::Hint;
use std::sync::Arc;

/// Groups in a code: 60 bits.
const GROUPS: usize = 3;

/// The kind.
pub(super) struct RecoveryCodes;

/// So many new codes. Fails only when the kernel gives no randomness.
pub fn generate(count: u8) -> Result<Vec<WrittenCode>, getrandom::Error> {
    (0..count).map(|_| WrittenCode::generate(GROUPS)).collect()
}

impl MethodKind for RecoveryCodes {
    fn default_label(&self) -> &'static str {
        "Recovery codes"
    }

    fn prompt(&self) -> PromptStyle {
        PromptStyle::Written
    }

    fn begin(
        &self,
        _request: &EnrollmentRequest,
        _given: Option<Given>,
        _person: &Person,
        _core: &Core,
    ) -> Result<Box<dyn Draft>, ServiceError> {
        Err(issued_only(Kind::RecoveryCodes))
    }

    fn verifier(
        &self,
        method: OpenMethod,
        _rules: &Rules,
        _sent: Option<Arc<SentCode>>,
    ) -> Result<Box<dyn Verifier>, ServiceError> {
        WrittenCodeVerifier::of(method, GROUPS, Answer::RecoveryCode)
    }

    fn decoy(
        &self,
        _core: &Core,
        _name: &str,
        _posed: &Posed,
    ) -> Result<Option<Box<dyn Verifier>>, ServiceError> {
        WrittenCodeVerifier::decoy(GROUPS).map(Some)
    }

    fn hint(&self, _method: &OpenMethod) -> Hint {
        Hint::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::written_code::hashed::{Cost, HashedSet};

    #[test]
    fn each_of_ten_codes_is_found_in_its_place() {
        let codes = generate(10).unwrap();
        assert_eq!(codes.len(), 10);
        let set = HashedSet::new(&codes, Cost::new(128, 1, 1).unwrap()).unwrap();
        for (place, code) in (0..).zip(&codes) {
            let shown = code.in_groups();
            assert_eq!(shown.len(), 14);
            assert_eq!(set.matching_typed(GROUPS, &shown).unwrap(), Some(place));
            assert_eq!(
                set.matching_typed(GROUPS, &shown.to_uppercase().replace('-', " "))
                    .unwrap(),
                Some(place)
            );
        }
        let another = WrittenCode::generate(GROUPS).unwrap();
        assert_eq!(
            set.matching_typed(GROUPS, &another.in_groups()).unwrap(),
            None
        );
        assert_eq!(set.matching_typed(GROUPS, "").unwrap(), None);
        assert_eq!(set.matching_typed(GROUPS, "k7qf-2m9x").unwrap(), None);
    }

    /// At the cost that is used, too.
    #[test]
    fn the_default_cost_works() {
        let codes = [WrittenCode::generate(GROUPS).unwrap()];
        let set = HashedSet::new(&codes, Cost::default()).unwrap();
        assert_eq!(
            set.matching_typed(GROUPS, &codes[0].in_groups()).unwrap(),
            Some(0)
        );
    }
}
