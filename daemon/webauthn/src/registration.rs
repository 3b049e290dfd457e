//! Registrations (WebAuthn Level 3 section 7.1).

use crate::attestation::AttestationObject;
use crate::client_data::{self, Ceremony};
use crate::response::{Answer, AttestationResponse};
use crate::{
    Aaguid, Accepts, Algorithm, Attestation, Backup, Challenge, Error, KnownCredential, NotAllowed,
    RpId, Transports, UserHandle,
};
use ring::digest::{SHA256, digest};

/// Whether credentials that can be synchronized are registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synced {
    /// They are refused.
    Refuse,
    /// They are registered.
    Allow,
}

/// A registration that was asked for by [`creation_options`](crate::creation_options).
#[derive(Debug)]
pub struct Registration<'a> {
    /// The challenge of its options.
    pub challenge: Challenge,
    /// The RP ID of its options.
    pub rp_id: &'a RpId,
    /// The user handle of its options.
    pub user_handle: &'a UserHandle,
    /// Where it may come from.
    pub accepts: Accepts<'a>,
    /// Whether it may be synchronized.
    pub synced: Synced,
    /// What it has to show.
    pub attestation: &'a Attestation,
    /// The time, in Unix seconds, at which certificates have to be valid.
    pub now: u64,
}

/// What a registration says of its credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// With which its assertions are verified.
    pub credential: KnownCredential,
    /// The signature counter.
    pub sign_count: u32,
    /// Whether the credential can leave its key.
    pub backup: Backup,
    /// The model.
    pub aaguid: Aaguid,
    /// How it can be reached.
    pub transports: Transports,
    /// Whether the credential was stored on the key, where the client says so.
    pub discoverable: Option<bool>,
    /// Whether a trusted root vouches for the model.
    pub attested: bool,
}

impl Registration<'_> {
    /// Verifies a `RegistrationResponseJSON` (WebAuthn Level 3 section 5.1.8).
    ///
    /// Whether the id is registered already, and that the credential signs, is for the caller to see to.
    pub fn verify(self, json: &str) -> Result<Registered, Error> {
        let mut answer = Answer::<AttestationResponse>::read(json)?;
        let response = &answer.response;
        let client_data = &response.client_data.0;
        client_data::verify(
            client_data,
            Ceremony::Create,
            &self.challenge,
            self.accepts,
            self.rp_id,
        )?;
        let mut object = AttestationObject::read(&response.attestation_object.0)?;
        object.data.check_user(self.rp_id)?;
        let (backup, sign_count) = (object.data.backup, object.data.sign_count);
        if backup.is_eligible() && self.synced == Synced::Refuse {
            return Err(Error::KeyNotAllowed(NotAllowed::Synced));
        }
        let made = object
            .data
            .credential
            .take()
            .ok_or(Error::WrongAssertion("no credential was made"))?;
        if !Algorithm::OFFERED.contains(&made.public_key.algorithm()) {
            return Err(Error::WrongAssertion(
                "the public key is of an algorithm that was not offered",
            ));
        }
        let shown = object.verify(&made, digest(&SHA256, client_data).as_ref())?;
        let attested = self.attestation.judge(&shown, made.aaguid, self.now)?;
        let transports = response.transports();
        let discoverable = answer.client_extension_results.discoverable();
        if answer.credential()? != made.id {
            return Err(Error::WrongAssertion(
                "the answer names another credential than was made",
            ));
        }
        Ok(Registered {
            credential: KnownCredential {
                id: made.id,
                public_key: made.public_key,
                rp_id: self.rp_id.clone(),
                backup_eligible: backup.is_eligible(),
                user_handle: Some(self.user_handle.clone()),
            },
            sign_count,
            backup,
            aaguid: made.aaguid,
            transports,
            discoverable,
            attested,
        })
    }
}
