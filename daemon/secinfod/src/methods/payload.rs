//! What is sealed of a method and of a token of the inventory: personal data and secrets. The vault
//! opens it; it is never written anywhere in the clear.

use super::one_time_password::secret::Secret;
use super::security_key::RegisteredKey;
use super::security_questions::Answered;
use super::written_code::hashed::HashedSet;
use crate::core::{Core, ServiceError, seal_new};
use secinfo_domain::state::Method;
use secinfo_domain::{
    Country, EmailAddress, Label, PhoneNumber, SealedMethod, SealedPart, UserName,
};
use secinfo_ledger::NewKey;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

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
    /// Security questions.
    SecurityQuestions {
        /// The questions with the hashes of their answers, in the order that was drawn.
        questions: Vec<Answered>,
    },
    /// A security key.
    SecurityKey {
        /// Its credential.
        key: RegisteredKey,
    },
    /// Approval on a phone.
    Push {
        /// What the phone is known by.
        serial: String,
        /// Its public key: `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7).
        key: Vec<u8>,
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
    /// The account, by uid and name, that alone may activate it.
    pub user: Option<(u32, UserName)>,
}

/// The bytes of a shared secret on their way into and out of a sealed payload.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl MethodPayload {
    /// Opens the secret of a method.
    pub(crate) fn open(core: &Core, method: &Method) -> Result<Self, ServiceError> {
        let sealed = method.sealed().secret();
        core.open(method.id().into(), SealedPart::Secret, sealed)
    }

    /// Opens the label and the secret of a method.
    pub(crate) fn open_with_label(
        core: &Core,
        method: &Method,
    ) -> Result<(Label, Self), ServiceError> {
        let sealed = method.sealed();
        let parts = [
            (SealedPart::Label, sealed.label()),
            (SealedPart::Secret, sealed.secret()),
        ];
        let vault = &core.reader().vault;
        let [label, secret] = vault.open_parts(method.id().into(), parts)?;
        Ok((
            postcard::from_bytes(&label)?,
            postcard::from_bytes(&secret)?,
        ))
    }

    /// The secret with which codes are made; none of a kind that shares none.
    pub(crate) const fn shared_secret(&self) -> Option<&SecretBytes> {
        match self {
            Self::AuthenticatorApp { secret } | Self::HardwareToken { secret, .. } => Some(secret),
            _ => None,
        }
    }

    /// Seals the secret of a method, and its label, under the method's key.
    pub(crate) fn seal(&self, key: &NewKey, label: &Label) -> Result<SealedMethod, ServiceError> {
        let label = seal_new(key, SealedPart::Label, label)?;
        let secret = seal_new(key, SealedPart::Secret, self)?;
        Ok(SealedMethod::new(label.as_bytes(), secret.as_bytes()))
    }
}

/// What the user calls a method.
pub(crate) fn label_of(core: &Core, method: &Method) -> Result<Label, ServiceError> {
    let sealed = method.sealed().label();
    core.open(method.id().into(), SealedPart::Label, sealed)
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
