//! Checking what a security key has signed.

use super::asking::Asking;
use super::{backup, refused};
use crate::core::ServiceError;
use crate::methods::kind::Verifier;
use secinfo_domain::{Answer, Timestamp};
use secinfo_webauthn::{Assertion, KnownCredential};
use secinfo_wire::{Challenge, Response};

/// Asks all keys of a user, and checks an assertion by one of them.
pub(super) struct KeyVerifier {
    pub(super) known: KnownCredential,
    pub(super) asking: Asking,
}

impl Verifier for KeyVerifier {
    fn challenge(&self) -> Challenge {
        self.asking.requests()
    }

    fn check(&self, response: &Response, _now: Timestamp) -> Result<Answer, ServiceError> {
        let json = response.as_assertion()?;
        Ok(match assertion(&self.asking, &self.known, json) {
            Ok(answer) => answer,
            Err(ServiceError::UserVerificationMissing) => Answer::UnverifiedAssertion,
            Err(_) => Answer::WrongAssertion,
        })
    }
}

/// What an assertion is found to be, by this credential only.
pub(super) fn assertion(
    asking: &Asking,
    known: &KnownCredential,
    json: &str,
) -> Result<Answer, ServiceError> {
    let assertion = Assertion {
        challenge: asking.challenge(),
        accepts: asking.accepts(),
        credentials: std::slice::from_ref(known),
    };
    let asserted = assertion.verify(json).map_err(|error| refused(&error))?;
    Ok(Answer::Assertion {
        sign_count: asserted.sign_count,
        backup: backup(asserted.backup),
    })
}
