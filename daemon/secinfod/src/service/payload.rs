//! What is sealed inside events: personal data and secrets. The vault opens it; it is never
//! written anywhere in the clear.

use super::ServiceError;
use crate::methods::memory_hard::HashedSet;
use crate::methods::secret::Secret;
use secinfo_domain::{
    Country, EmailAddress, Label, PhoneNumber, Sealed, SealedMethod, SealedPart, UserName,
};
use secinfo_ledger::NewKey;
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

/// The secret of a method, by its kind. New kinds add variants at the end; the order is the stored
/// form.
#[derive(Serialize, Deserialize)]
pub enum MethodPayload {
    /// An authenticator app.
    AuthenticatorApp {
        /// The shared secret.
        secret: SecretBytes,
    },
    /// A hardware token.
    HardwareToken {
        /// The shared secret.
        secret: SecretBytes,
        /// The serial number on its back.
        serial: String,
        /// Who made it.
        manufacturer: String,
        /// What it is called.
        model: String,
    },
    /// Recovery codes or an access pass.
    Codes {
        /// Their hashes.
        hashes: HashedSet,
    },
    /// Text or call.
    Phone {
        /// The number.
        number: PhoneNumber,
        /// Whose it is, as far as it is known.
        country: Option<Country>,
        /// The language that the user spoke when it was enrolled, as a locale or a BCP 47 tag.
        language: String,
    },
    /// Email.
    Email {
        /// The address.
        address: EmailAddress,
        /// As for a phone.
        language: String,
    },
}

/// What a token of the inventory holds.
#[derive(Serialize, Deserialize)]
pub struct TokenPayload {
    /// The serial number on its back.
    pub serial: String,
    /// Who made it.
    pub manufacturer: String,
    /// What it is called.
    pub model: String,
    /// The shared secret.
    pub secret: SecretBytes,
    /// How many steps its clock is known to be ahead.
    pub drift: i32,
}

/// The plain bytes of a payload, on their way to be sealed.
pub(super) fn plain(payload: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, postcard::Error> {
    postcard::to_allocvec(payload).map(Zeroizing::new)
}

/// The bytes of a shared secret on their way into and out of a sealed payload.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

/// Seals what a method holds under its key.
pub(super) fn seal_method(
    key: &NewKey,
    label: &Label,
    payload: &MethodPayload,
) -> Result<SealedMethod, ServiceError> {
    Ok(SealedMethod {
        label: Sealed::new(key.seal(SealedPart::Label, &plain(label)?)?),
        secret: Sealed::new(key.seal(SealedPart::Secret, &plain(payload)?)?),
    })
}

impl From<&Secret> for SecretBytes {
    fn from(secret: &Secret) -> Self {
        Self(Zeroizing::new(secret.as_bytes().to_vec()))
    }
}

impl SecretBytes {
    /// The secret; none when the bytes cannot be one.
    pub fn open(&self) -> Option<Secret> {
        Secret::sealed_before(&self.0)
    }
}
