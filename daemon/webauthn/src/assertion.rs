//! Assertions (WebAuthn Level 3 section 7.2).

use crate::authenticator_data::AuthenticatorData;
use crate::client_data::{self, Ceremony};
use crate::response::{Answer, AssertionResponse};
use crate::{Accepts, Backup, Challenge, Error, KnownCredential, UserHandle};

/// An assertion that was asked for by [`request_options`](crate::request_options).
#[derive(Debug)]
pub struct Assertion<'a> {
    /// The challenge of its options.
    pub challenge: Challenge,
    /// Where it may come from.
    pub accepts: Accepts<'a>,
    /// The credentials that the options named, of one user.
    pub credentials: &'a [KnownCredential],
}

/// What an assertion proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asserted {
    /// Which credential signed it: its place in [`Assertion::credentials`].
    pub credential: usize,
    /// The signature counter, which the caller judges.
    pub sign_count: u32,
    /// Whether the credential can leave its key.
    pub backup: Backup,
}

impl Assertion<'_> {
    /// Verifies an `AuthenticationResponseJSON` (WebAuthn Level 3 section 5.1.8).
    pub fn verify(self, json: &str) -> Result<Asserted, Error> {
        let mut answer = Answer::<AssertionResponse>::read(json)?;
        let id = answer.credential()?;
        let response = &answer.response;
        let (place, credential) = self
            .credentials
            .iter()
            .enumerate()
            .find(|(_, credential)| credential.id == id)
            .ok_or(Error::WrongAssertion(
                "the credential is none of those asked for",
            ))?;
        let of_user = credential.user_handle.as_ref().map(UserHandle::as_bytes);
        if let (Some(handle), Some(of_user)) = (response.user_handle(), of_user)
            && handle != of_user
        {
            return Err(Error::WrongAssertion("the user handle is another user's"));
        }
        let client_data = &response.client_data.0;
        client_data::verify(
            client_data,
            Ceremony::Get,
            &self.challenge,
            self.accepts,
            &credential.rp_id,
        )?;
        let data = AuthenticatorData::read(&response.authenticator_data.0)?;
        data.check_user(&credential.rp_id)?;
        if data.credential.is_some() {
            return Err(Error::WrongAssertion("an assertion makes no credential"));
        }
        if data.backup.is_eligible() != credential.backup_eligible {
            return Err(Error::WrongAssertion(
                "whether the credential can be backed up has changed",
            ));
        }
        let signature = &response.signature.0;
        credential
            .public_key
            .verify_assertion(data.raw, client_data, signature)?;
        Ok(Asserted {
            credential: place,
            sign_count: data.sign_count,
            backup: data.backup,
        })
    }
}
