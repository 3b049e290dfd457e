//! Access pass: one code that an administrator issues, for a limited time, to a user who has no
//! other method yet or any more.

use super::delivery::code::SentCode;
use super::delivery::destination::Given;
use super::kind::{
    Draft, EnrollmentRequest, MethodKind, OpenMethod, PromptStyle, Verifier, issued_only, malformed,
};
use super::payload::MethodPayload;
use super::written_code::WrittenCode;
use super::written_code::hashed::{Cost, HashedSet, HashingFailed};
use crate::core::{Core, Person, ServiceError};
use secinfo_domain::kind::Credential;
use secinfo_domain::policy::Rules;
use secinfo_domain::{Answer, Kind, Timestamp};
use secinfo_wire::{Challenge, Hint, Response};
use std::sync::Arc;

/// Groups in a pass: 80 bits.
const GROUPS: usize = 4;

/// The kind.
pub(super) struct AccessPass;

/// Asks for this access pass.
struct WrittenCodeVerifier(HashedSet);

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
        match method.payload {
            MethodPayload::Codes { hashes } => Ok(Box::new(WrittenCodeVerifier(hashes))),
            _ => Err(malformed()),
        }
    }

    fn hint(&self, method: &OpenMethod) -> Hint {
        let once = matches!(&method.credential, Credential::AccessPass(pass) if pass.once);
        Hint {
            once: once.then_some(true),
            ..Hint::default()
        }
    }
}

impl Verifier for WrittenCodeVerifier {
    fn challenge(&self) -> Challenge {
        Challenge::Code {
            digits: None,
            destination: None,
        }
    }

    fn check(&self, response: &Response, _now: Timestamp) -> Result<Answer, ServiceError> {
        let is_it = matches(&self.0, response.as_code()?)?;
        Ok(if is_it {
            Answer::AccessPass
        } else {
            Answer::Wrong
        })
    }

    fn is_memory_hard(&self) -> bool {
        true
    }
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
