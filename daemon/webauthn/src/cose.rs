//! Public keys as COSE has them (RFC 9052, RFC 9053).

use crate::cbor::{self, Value, Written};
use crate::{Error, p256};
use ed25519_dalek::VerifyingKey;
use ring::digest::{SHA256, digest};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde::{Deserialize, Serialize};

/// The label of the kind of a key.
const KIND: i128 = 1;

/// The label of the algorithm of a key.
const ALGORITHM: i128 = 3;

/// An algorithm of signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSA with PKCS #1 v1.5 and SHA-256.
    Rs256,
}

impl Algorithm {
    /// What a registration offers, the preferred one first. RS256 is verified for credentials that other
    /// programs made, and not offered.
    pub const OFFERED: [Self; 2] = [Self::Es256, Self::EdDsa];

    /// Its number in the registry of COSE.
    pub const fn number(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::EdDsa => -8,
            Self::Rs256 => -257,
        }
    }

    /// The algorithm of a number, among those that are verified.
    pub(crate) fn of_number(number: i128) -> Option<Self> {
        let mut all = [Self::Es256, Self::EdDsa, Self::Rs256].into_iter();
        all.find(|algorithm| i128::from(algorithm.number()) == number)
    }
}

/// A public key: with it alone nothing can be signed. Stored as its COSE form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub struct PublicKey(Parameters);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Parameters {
    Es256 { x: [u8; 32], y: [u8; 32] },
    EdDsa([u8; 32]),
    Rs256 { modulus: Vec<u8>, exponent: Vec<u8> },
}

impl PublicKey {
    /// Reads a COSE key (RFC 9052 section 7) in canonical CBOR, with the parameters that its algorithm
    /// needs and no others (WebAuthn Level 3 section 6.5.1.1).
    pub fn from_cose(cose: &[u8]) -> Result<Self, Error> {
        Self::from_value(cbor::read(cose)?)
    }

    /// Reads a COSE key.
    pub(crate) fn from_value(cose: Value<'_>) -> Result<Self, Error> {
        let Value::Map(mut members) = cose else {
            return Err(Error::Credential("a public key is no map"));
        };
        let mut take = |label: i128| members.take(label);
        let (kind, algorithm) = (take(KIND), take(ALGORITHM));
        let parameters = [take(-1), take(-2), take(-3)];
        if !members.is_empty() {
            return Err(Error::Credential(
                "a public key has parameters that its algorithm does not need",
            ));
        }
        let number = |value: Option<Value<'_>>| match value {
            Some(Value::Integer(number)) => Ok(number),
            _ => Err(Error::Credential("a public key names no algorithm")),
        };
        match (number(kind)?, number(algorithm)?, parameters) {
            (
                2,
                -7,
                [
                    Some(Value::Integer(1)),
                    Some(Value::Bytes(x)),
                    Some(Value::Bytes(y)),
                ],
            ) => Self::es256(coordinate(x)?, coordinate(y)?),
            (1, -8, [Some(Value::Integer(6)), Some(Value::Bytes(point)), None]) => {
                Self::eddsa(coordinate(point)?)
            }
            (
                3,
                -257,
                [
                    Some(Value::Bytes(modulus)),
                    Some(Value::Bytes(exponent)),
                    None,
                ],
            ) => Self::rs256(modulus.to_vec(), exponent.to_vec()),
            (2, -7, _) | (1, -8, _) | (3, -257, _) => Err(Error::Credential(
                "the parameters of a public key do not fit its algorithm",
            )),
            _ => Err(Error::Credential(
                "a public key is of an algorithm that is not used",
            )),
        }
    }

    /// Its COSE form, in canonical CBOR.
    pub fn to_cose(&self) -> Vec<u8> {
        use Written::{Bytes, Integer};
        let algorithm = (3, Integer(self.algorithm().number()));
        match &self.0 {
            Parameters::Es256 { x, y } => cbor::write_map(&[
                (1, Integer(2)),
                algorithm,
                (-1, Integer(1)),
                (-2, Bytes(x)),
                (-3, Bytes(y)),
            ]),
            Parameters::EdDsa(point) => cbor::write_map(&[
                (1, Integer(1)),
                algorithm,
                (-1, Integer(6)),
                (-2, Bytes(point)),
            ]),
            Parameters::Rs256 { modulus, exponent } => cbor::write_map(&[
                (1, Integer(3)),
                algorithm,
                (-1, Bytes(modulus)),
                (-2, Bytes(exponent)),
            ]),
        }
    }

    /// The key of a point on P-256, both coordinates big-endian.
    pub fn es256(x: [u8; 32], y: [u8; 32]) -> Result<Self, Error> {
        if p256::is_on_curve(&x, &y) {
            Ok(Self(Parameters::Es256 { x, y }))
        } else {
            Err(Error::Credential("a public key is no point on P-256"))
        }
    }

    /// The key of an encoded point on Edwards25519 (RFC 8032 section 5.1.2). Points of small order are
    /// refused: signatures that verify with them can be made without a key.
    pub fn eddsa(point: [u8; 32]) -> Result<Self, Error> {
        let is_strong = VerifyingKey::from_bytes(&point).is_ok_and(|key| !key.is_weak());
        if is_strong {
            Ok(Self(Parameters::EdDsa(point)))
        } else {
            Err(Error::Credential("a public key is no point of Ed25519"))
        }
    }

    /// The key of an RSA modulus of 2048 to 4096 bits and its exponent, both big-endian.
    pub fn rs256(modulus: Vec<u8>, exponent: Vec<u8>) -> Result<Self, Error> {
        let bits = match modulus.first() {
            None | Some(0) => 0,
            Some(first) => modulus.len() * 8 - first.leading_zeros() as usize,
        };
        let is_exponent = match exponent[..] {
            [first, ..] if first != 0 && exponent.len() <= 4 => {
                exponent != [1] && exponent.last().is_some_and(|last| last % 2 == 1)
            }
            _ => false,
        };
        if (2048..=4096).contains(&bits) && is_exponent {
            Ok(Self(Parameters::Rs256 { modulus, exponent }))
        } else {
            Err(Error::Credential(
                "a public key is no RSA key of 2048 to 4096 bits",
            ))
        }
    }

    /// Verifies what a credential with this key has signed: authenticator data, and the hash of client data
    /// (WebAuthn Level 3 section 6.3.3). It tells who has signed, and nothing of what.
    ///
    /// # Errors
    /// [`Error::WrongAssertion`].
    pub fn verify_assertion(
        &self,
        authenticator_data: &[u8],
        client_data: &[u8],
        signature: &[u8],
    ) -> Result<(), Error> {
        let hash = digest(&SHA256, client_data);
        self.verify(&[authenticator_data, hash.as_ref()].concat(), signature)
    }

    /// Verifies a signature: ASN.1 in DER for ES256, and the bare number or pair otherwise.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Error> {
        let verified = match &self.0 {
            Parameters::Es256 { x, y } => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point(x, y))
                    .verify(message, signature)
            }
            Parameters::EdDsa(point) => {
                UnparsedPublicKey::new(&ED25519, point).verify(message, signature)
            }
            Parameters::Rs256 { modulus, exponent } => RsaPublicKeyComponents {
                n: modulus,
                e: exponent,
            }
            .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
        };
        verified.map_err(|_| Error::WrongAssertion("the signature is not of this public key"))
    }

    /// The point of a key on P-256, uncompressed (SEC 1 section 2.3.3).
    pub(crate) fn point(&self) -> Option<[u8; 65]> {
        match &self.0 {
            Parameters::Es256 { x, y } => Some(point(x, y)),
            _ => None,
        }
    }

    /// The point of a key on Edwards25519, encoded.
    pub(crate) const fn ed25519(&self) -> Option<&[u8; 32]> {
        match &self.0 {
            Parameters::EdDsa(point) => Some(point),
            _ => None,
        }
    }

    /// The algorithm of its signatures.
    pub const fn algorithm(&self) -> Algorithm {
        match self.0 {
            Parameters::Es256 { .. } => Algorithm::Es256,
            Parameters::EdDsa(_) => Algorithm::EdDsa,
            Parameters::Rs256 { .. } => Algorithm::Rs256,
        }
    }
}

impl TryFrom<Vec<u8>> for PublicKey {
    type Error = Error;

    fn try_from(cose: Vec<u8>) -> Result<Self, Error> {
        Self::from_cose(&cose)
    }
}

impl From<PublicKey> for Vec<u8> {
    fn from(key: PublicKey) -> Self {
        key.to_cose()
    }
}

/// The number of 32 bytes that a coordinate is.
fn coordinate(bytes: &[u8]) -> Result<[u8; 32], Error> {
    let wrong = Error::Credential("a coordinate of a public key has not 32 bytes");
    bytes.try_into().map_err(|_| wrong)
}

fn point(x: &[u8; 32], y: &[u8; 32]) -> [u8; 65] {
    let mut point = [4; 65];
    point[1..33].copy_from_slice(x);
    point[33..].copy_from_slice(y);
    point
}
