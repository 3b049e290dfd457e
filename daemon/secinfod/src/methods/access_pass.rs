//! Access pass: one code that an administrator issues, for a limited time, to a user who has no
//! other method yet or any more.

use super::delivery::code::SentCode;
use super::delivery::destination::Given;
use super::kind::{
    Draft, EnrollmentRequest, MethodKind, OpenMethod, Posed, PromptStyle, Verifier, issued_only,
};
use super::written_code::{WrittenCode, WrittenCodeVerifier};
use crate::core::{Core, Person, ServiceError};
use secinfo_domain::kind::Credential;
use secinfo_domain::policy::Rules;
use secinfo_domain::{Answer, Kind};
use secinfo_wire::Hint;
use std::sync::Arc;

/// Groups in a pass: 80 bits.
const GROUPS: usize = 4;

/// The kind.
pub(super) struct AccessPass;

/// A new pass. Fails only when the kernel gives no randomness.
pub fn generate() -> Result<WrittenCode, getrandom::Error> {
    WrittenCode::generate(GROUPS)
}

impl MethodKind for AccessPass {
    fn default_label(&self) -> &'static str {
        "Access pass"
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
        Err(issued_only(Kind::AccessPass))
    }

    fn verifier(
        &self,
        method: OpenMethod,
        _rules: &Rules,
        _sent: Option<Arc<SentCode>>,
    ) -> Result<Box<dyn Verifier>, ServiceError> {
        WrittenCodeVerifier::of(method, GROUPS, |_| Answer::AccessPass)
    }

    fn decoy(
        &self,
        _core: &Core,
        _name: &str,
        _posed: &Posed,
    ) -> Result<Option<Box<dyn Verifier>>, ServiceError> {
        WrittenCodeVerifier::decoy(GROUPS).map(Some)
    }

    fn hint(&self, method: &OpenMethod) -> Hint {
        let once = matches!(&method.credential, Credential::AccessPass(pass) if pass.once);
        Hint {
            once: once.then_some(true),
            ..Hint::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::written_code::hashed::{Cost, HashedSet};

    #[test]
    fn a_pass_matches_itself_only() {
        let (pass, other) = (generate().unwrap(), generate().unwrap());
        let set = HashedSet::new([&pass], Cost::new(128, 1, 1).unwrap()).unwrap();
        assert_eq!(pass.in_groups().len(), 19);
        let matching = |typed: &str| set.matching_typed(GROUPS, typed).unwrap();
        assert_eq!(matching(&pass.in_groups()), Some(0));
        assert_eq!(matching(&pass.in_groups().to_uppercase()), Some(0));
        assert_eq!(matching(&other.in_groups()), None);
        assert_eq!(matching("k7qf-2m9x-pw4t"), None);
        assert_eq!(matching(""), None);
    }
}
