//! A key pair that an authenticator has made, and its public key as COSE has it.

use crate::cbor::{self, numbered};
use ciborium::Value;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair};

/// How a credential signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// Its number in COSE.
    pub const fn number(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::EdDsa => -8,
        }
    }
}

/// A key pair that signs.
#[derive(Clone)]
pub(crate) struct Signer {
    pub(crate) algorithm: Algorithm,
    pkcs8: Vec<u8>,
}

impl Signer {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = match algorithm {
            Algorithm::Es256 => {
                let curve = &signature::ECDSA_P256_SHA256_ASN1_SIGNING;
                EcdsaKeyPair::generate_pkcs8(curve, &random)
            }
            Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random),
        };
        Self {
            algorithm,
            pkcs8: pkcs8.unwrap().as_ref().to_vec(),
        }
    }

    fn es256(&self) -> EcdsaKeyPair {
        let curve = &signature::ECDSA_P256_SHA256_ASN1_SIGNING;
        EcdsaKeyPair::from_pkcs8(curve, &self.pkcs8, &SystemRandom::new()).unwrap()
    }

    fn ed_dsa(&self) -> Ed25519KeyPair {
        Ed25519KeyPair::from_pkcs8(&self.pkcs8).unwrap()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self.algorithm {
            Algorithm::Es256 => {
                let signed = self.es256().sign(&SystemRandom::new(), message);
                signed.unwrap().as_ref().to_vec()
            }
            Algorithm::EdDsa => self.ed_dsa().sign(message).as_ref().to_vec(),
        }
    }

    /// The public key, as COSE has it.
    pub(crate) fn cose(&self) -> Value {
        match self.algorithm {
            Algorithm::Es256 => {
                let pair = self.es256();
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                p256(-7, x, y)
            }
            Algorithm::EdDsa => {
                let x = self.ed_dsa().public_key().as_ref().to_vec();
                numbered([
                    (1, 1.into()),
                    (3, (-8).into()),
                    (-1, 6.into()),
                    (-2, Value::Bytes(x)),
                ])
            }
        }
    }

    /// The public key as a `SubjectPublicKeyInfo`, which browsers give beside the attestation object.
    pub(crate) fn subject_public_key_info(&self) -> Vec<u8> {
        let (header, key) = match self.algorithm {
            Algorithm::Es256 => (
                "3059301306072a8648ce3d020106082a8648ce3d030107034200",
                self.es256().public_key().as_ref().to_vec(),
            ),
            Algorithm::EdDsa => (
                "302a300506032b6570032100",
                self.ed_dsa().public_key().as_ref().to_vec(),
            ),
        };
        let mut der = data_encoding::HEXLOWER.decode(header.as_bytes()).unwrap();
        der.extend(key);
        der
    }
}

/// A point of P-256, as COSE has it.
pub(crate) fn p256(algorithm: i64, x: &[u8], y: &[u8]) -> Value {
    numbered([
        (1, 2.into()),
        (3, algorithm.into()),
        (-1, 1.into()),
        (-2, Value::Bytes(x.to_vec())),
        (-3, Value::Bytes(y.to_vec())),
    ])
}

/// A credential that an authenticator has made.
#[derive(Clone)]
pub(crate) struct Credential {
    pub(crate) id: Vec<u8>,
    pub(crate) rp_id: String,
    pub(crate) signer: Signer,
    pub(crate) protection: i64,
    /// The user's id, for a credential that is stored on the key.
    pub(crate) user: Option<Vec<u8>>,
}

impl Credential {
    /// What stands in the authenticator data of a registration: model, id, public key.
    pub(crate) fn attested(&self, aaguid: [u8; 16]) -> Vec<u8> {
        let length = u16::try_from(self.id.len()).unwrap();
        let key = cbor::bytes(&self.signer.cose());
        [&aaguid[..], &length.to_be_bytes(), &self.id, &key].concat()
    }
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).unwrap();
    bytes
}
