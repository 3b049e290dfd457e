//! A key before the commit that puts it into the vault.

use super::seal::{Secret, open, random_secret, seal};
use crate::error::LedgerError;
use secinfo_domain::KeyId;
use std::fmt;
use zeroize::Zeroizing;

/// A fresh random key under which the data of one user, method or token is sealed. It is in the
/// vault once the commit that holds it is acknowledged.
#[derive(Clone)]
pub struct NewKey {
    id: KeyId,
    key: Secret,
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl NewKey {
    /// A random key for this id.
    pub fn generate(id: KeyId) -> Result<Self, LedgerError> {
        Ok(Self {
            id,
            key: random_secret()?,
        })
    }

    /// Its id.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// Seals `plaintext`; it opens under this key and with the same `context` only. The result is
    /// [`SEAL_OVERHEAD`](super::SEAL_OVERHEAD) bytes longer.
    pub fn seal(&self, context: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, LedgerError> {
        seal_under(&self.key, self.id, context, plaintext)
    }

    /// A key that has been in a vault.
    pub(crate) const fn from_parts(id: KeyId, key: Secret) -> Self {
        Self { id, key }
    }

    pub(crate) const fn secret(&self) -> &Secret {
        &self.key
    }
}

pub(crate) fn seal_under(
    key: &Secret,
    id: KeyId,
    context: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, LedgerError> {
    seal(key, &[b"data", id.as_bytes(), context], plaintext)
}

pub(crate) fn open_under(
    key: &Secret,
    id: KeyId,
    context: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, LedgerError> {
    open(key, &[b"data", id.as_bytes(), context], sealed).map_err(|_| LedgerError::Unsealable(id))
}
