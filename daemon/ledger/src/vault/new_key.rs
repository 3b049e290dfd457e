//! A key before the commit that puts it into the vault.

use super::seal::{Secret, derive, open, random_secret, seal};
use crate::error::LedgerError;
use secinfo_domain::{KeyId, SealedPart};
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

    /// Seals `plaintext` as this part of what the key is for. The result is
    /// [`SEAL_OVERHEAD`](super::SEAL_OVERHEAD) bytes longer.
    pub fn seal(&self, part: SealedPart, plaintext: &[u8]) -> Result<Vec<u8>, LedgerError> {
        seal_under(&self.key, self.id, part, plaintext)
    }

    /// A key that has been in a vault.
    pub(crate) const fn from_parts(id: KeyId, key: Secret) -> Self {
        Self { id, key }
    }

    pub(crate) const fn secret(&self) -> &Secret {
        &self.key
    }
}

/// The key that one part is sealed under. It opens that part and, since HKDF cannot be turned back,
/// no other one.
fn part_key(key: &Secret, part: SealedPart) -> Secret {
    derive(key, format!("secinfo part 1 {}", part.as_str()).as_bytes())
}

pub(crate) fn seal_under(
    key: &Secret,
    id: KeyId,
    part: SealedPart,
    plaintext: &[u8],
) -> Result<Vec<u8>, LedgerError> {
    seal(&part_key(key, part), &context(&id, part), plaintext)
}

pub(crate) fn open_under(
    key: &Secret,
    id: KeyId,
    part: SealedPart,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, LedgerError> {
    open(&part_key(key, part), &context(&id, part), sealed).map_err(|_| LedgerError::Unsealable(id))
}

fn context(id: &KeyId, part: SealedPart) -> [&[u8]; 3] {
    [b"data", id.as_bytes(), part.as_str().as_bytes()]
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;

    const PARTS: [SealedPart; 4] = [
        SealedPart::User,
        SealedPart::Label,
        SealedPart::Secret,
        SealedPart::Token,
    ];

    #[test]
    fn the_key_of_one_part_opens_no_other_part() {
        let key = NewKey::generate(KeyId::from_bytes([1; 16])).unwrap();
        for part in PARTS {
            let disclosed = part_key(&key.key, part);
            for other in PARTS {
                let sealed = key.seal(other, b"content").unwrap();
                // Whatever the holder of the disclosed key takes it for.
                let opens = PARTS.iter().any(|taken_for| {
                    open(&disclosed, &context(&key.id, *taken_for), &sealed).is_ok()
                        || open_under(&disclosed, key.id, *taken_for, &sealed).is_ok()
                });
                assert_eq!(opens, part == other, "{part:?} and {other:?}");
            }
        }
    }
}
