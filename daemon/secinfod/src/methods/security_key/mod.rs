//! Security keys: FIDO2 authenticators that sign for this host, after their user was verified.

mod asking;
mod draft;
mod registered;
mod relying_party;
mod verifier;

pub(crate) use asking::{Asking, KeyChallenge, answering, method_with_credential, registered_keys};
pub use registered::RegisteredKey;
pub(crate) use registered::open_ssh_key;
pub use relying_party::{RelyingParty, read_roots};

use super::delivery::code::SentCode;
use super::delivery::destination::Given;
use super::kind::{Draft, EnrollmentRequest, MethodKind, OpenMethod, Verifier, malformed};
use super::payload::MethodPayload;
use crate::core::{Core, Person, ServiceError};
use draft::KeyDraft;
use secinfo_domain::kind::{Backup, Credential};
use secinfo_domain::policy::Rules;
use secinfo_wire::{Form, Hint};
use std::sync::Arc;
use std::time::Duration;
use verifier::KeyVerifier;

/// How long a client waits for the user to touch a key: the least that WebAuthn recommends where the
/// user is verified (Level 3 section 15.1).
const TIMEOUT: Duration = Duration::from_mins(5);

/// The kind.
pub(super) struct SecurityKey;

impl MethodKind for SecurityKey {
    fn default_label(&self) -> &'static str {
        "Security key"
    }

    fn form(&self) -> Form {
        Form::Assertion
    }

    fn begin(
        &self,
        _request: &EnrollmentRequest,
        _given: Option<Given>,
        person: &Person,
        core: &Core,
    ) -> Result<Box<dyn Draft>, ServiceError> {
        Ok(Box::new(KeyDraft::new(person, core)?))
    }

    fn verifier(
        &self,
        method: OpenMethod,
        _rules: &Rules,
        _sent: Option<Arc<SentCode>>,
    ) -> Result<Box<dyn Verifier>, ServiceError> {
        let (MethodPayload::SecurityKey { key }, Credential::SecurityKey(credential)) =
            (method.payload, method.credential)
        else {
            return Err(malformed());
        };
        let asking = method.asking.ok_or(ServiceError::WrongAssertion)?;
        let known = key.known(credential.backup, asking.user_handle());
        Ok(Box::new(KeyVerifier { known, asking }))
    }

    fn hint(&self, _method: &OpenMethod) -> Hint {
        Hint::default()
    }
}

/// Why the host refuses what a security key has signed. What is wrong with it stands in the journal only.
fn refused(error: &secinfo_webauthn::Error) -> ServiceError {
    tracing::info!(%error, "what a security key has signed was refused");
    match error {
        secinfo_webauthn::Error::UserVerificationMissing => ServiceError::UserVerificationMissing,
        secinfo_webauthn::Error::KeyNotAllowed(why) => ServiceError::KeyNotAllowed(*why),
        _ => ServiceError::WrongAssertion,
    }
}

/// What a key says of its credential, in the words of the domain.
const fn backup(said: secinfo_webauthn::Backup) -> Backup {
    match said {
        secinfo_webauthn::Backup::DeviceBound => Backup::NotEligible,
        secinfo_webauthn::Backup::Eligible => Backup::Eligible,
        secinfo_webauthn::Backup::BackedUp => Backup::BackedUp,
    }
}
