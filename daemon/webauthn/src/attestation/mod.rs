//! What a security key shows of itself at a registration (WebAuthn Level 3 section 8), and what a host
//! asks of it.

mod certificate;
mod fido_u2f;
mod none;
mod packed;
mod trust;

pub use trust::Root;

use crate::authenticator_data::{AttestedCredential, AuthenticatorData};
use crate::cbor::{self, Map, Value};
use crate::{Aaguid, Error, NotAllowed};
use certificate::Certificate;
use std::collections::BTreeSet;

/// What a host asks of the attestation of security keys.
#[derive(Debug, Clone)]
pub enum Attestation {
    /// Nothing: options ask for none.
    NotRequired,
    /// A chain to one of the roots.
    Required {
        /// The roots.
        roots: Vec<Root>,
        /// The models that are taken; none: every model that the roots vouch for.
        models: Option<BTreeSet<Aaguid>>,
    },
}

impl Attestation {
    /// Whether a root vouches for the key. An error says why the host does not take it.
    pub(crate) fn judge(&self, shown: &Shown<'_>, model: Aaguid, now: u64) -> Result<bool, Error> {
        let Self::Required { roots, models } = self else {
            return Ok(false);
        };
        // U2F does not sign the model.
        let (chain, is_model_signed) = match shown {
            Shown::Certificates(chain) => (chain, true),
            Shown::U2fCertificates(chain) => (chain, false),
            Shown::Nothing | Shown::Itself => {
                return Err(Error::KeyNotAllowed(NotAllowed::NotAttested));
            }
        };
        if !trust::is_vouched_for(chain, roots, now) {
            return Err(Error::KeyNotAllowed(NotAllowed::UnknownRoot));
        }
        match models {
            Some(models) if !is_model_signed || !models.contains(&model) => {
                Err(Error::KeyNotAllowed(NotAllowed::Model(model)))
            }
            _ => Ok(true),
        }
    }
}

/// An attestation object: authenticator data, and what vouches for it.
#[derive(Debug)]
pub(crate) struct AttestationObject<'a> {
    /// The authenticator data.
    pub(crate) data: AuthenticatorData<'a>,
    format: &'a str,
    statement: Map<'a>,
}

/// What a statement shows, once its signature is verified.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Shown<'a> {
    /// Nothing.
    Nothing,
    /// That the key has the private key of its credential.
    Itself,
    /// A certificate, and those that vouch for it, in DER.
    Certificates(Vec<&'a [u8]>),
    /// The same, over what U2F signs: the credential, and nothing of the model.
    U2fCertificates(Vec<&'a [u8]>),
}

impl<'a> AttestationObject<'a> {
    /// Reads an attestation object.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let malformed = Error::WrongAssertion("the attestation object is malformed");
        let Value::Map(mut members) = cbor::read(bytes)? else {
            return Err(malformed);
        };
        let parts = ["fmt", "attStmt", "authData"].map(|name| members.take(name));
        match parts {
            [
                Some(Value::Text(format)),
                Some(Value::Map(statement)),
                Some(Value::Bytes(data)),
            ] if members.is_empty() => Ok(Self {
                data: AuthenticatorData::read(data)?,
                format,
                statement,
            }),
            _ => Err(malformed),
        }
    }

    /// Verifies the statement on a credential (WebAuthn Level 3 section 7.1 steps 21 and 22).
    pub(crate) fn verify(
        self,
        credential: &AttestedCredential,
        client_data_hash: &[u8],
    ) -> Result<Shown<'a>, Error> {
        let subject = Subject {
            data: &self.data,
            credential,
            client_data_hash,
        };
        match self.format {
            "none" => none::verify(&self.statement),
            "packed" => packed::verify(self.statement, &subject),
            "fido-u2f" => fido_u2f::verify(self.statement, &subject),
            _ => Err(Error::WrongAssertion(
                "the attestation is of a format that is not used",
            )),
        }
    }
}

/// What a statement is on.
struct Subject<'a> {
    data: &'a AuthenticatorData<'a>,
    credential: &'a AttestedCredential,
    client_data_hash: &'a [u8],
}

/// The certificates of a statement, the key's own first: at least one.
fn certificates(value: Value<'_>) -> Result<(Certificate<'_>, Vec<&[u8]>), Error> {
    let malformed = || Error::WrongAssertion("the certificates of the attestation are malformed");
    let Value::Array(values) = value else {
        return Err(malformed());
    };
    let chain = values.into_iter().map(|value| match value {
        Value::Bytes(der) => Ok(der),
        _ => Err(malformed()),
    });
    let chain = chain.collect::<Result<Vec<_>, _>>()?;
    let own = Certificate::read(chain.first().ok_or_else(malformed)?)?;
    Ok((own, chain))
}
