//! Sealing and opening what events hold sealed: personal data and secrets.

use super::Core;
use super::account::Account;
use super::error::ServiceError;
use secinfo_domain::{KeyId, Sealed, SealedPart, UserId, UserName};
use secinfo_ledger::NewKey;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Who a user is.
#[derive(Serialize, Deserialize)]
pub struct UserPayload {
    /// The uid.
    pub uid: u32,
    /// The name.
    pub name: UserName,
}

/// The plain bytes of a payload, on their way to be sealed.
pub(super) fn plain(payload: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, postcard::Error> {
    postcard::to_allocvec(payload).map(Zeroizing::new)
}

/// Seals a payload under a key that is new.
pub(crate) fn seal_new(
    key: &NewKey,
    part: SealedPart,
    payload: &impl Serialize,
) -> Result<Sealed, ServiceError> {
    Ok(Sealed::new(key.seal(part, &plain(payload)?)?))
}

impl Core {
    /// Seals a payload under a key of the vault.
    pub(crate) fn seal(
        &self,
        key: KeyId,
        part: SealedPart,
        payload: &impl Serialize,
    ) -> Result<Sealed, ServiceError> {
        let sealed = self.reader.vault.seal(key, part, &plain(payload)?)?;
        Ok(Sealed::new(sealed))
    }

    /// Opens what was sealed under a key of the vault.
    pub(crate) fn open<T: DeserializeOwned>(
        &self,
        key: KeyId,
        part: SealedPart,
        sealed: &Sealed,
    ) -> Result<T, ServiceError> {
        let bytes = self
            .reader
            .vault
            .open_sealed(key, part, sealed.as_bytes())?;
        Ok(postcard::from_bytes(&bytes)?)
    }

    /// The account of a user, as far as it can still be read.
    pub fn account_of(&self, id: UserId) -> Option<Account> {
        let state = self.state();
        let sealed = state.user(id)?.sealed();
        let payload: UserPayload = self.open(id.into(), SealedPart::User, sealed).ok()?;
        Some(Account {
            uid: payload.uid,
            name: payload.name,
        })
    }
}
