//! The key of the host.

use crate::Error;
use data_encoding::{BASE32, BASE64};
use ring::rand::SystemRandom;
use ring::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};

/// The key with which the host signs what it asks phones: one for all phones, RSA.
pub struct HostKey(RsaKeyPair);

impl HostKey {
    /// Reads the key as it is stored: PKCS#8 (RFC 5958).
    ///
    /// # Errors
    /// [`Error::Key`].
    pub fn from_pkcs8(bytes: &[u8]) -> Result<Self, Error> {
        RsaKeyPair::from_pkcs8(bytes)
            .map(Self)
            .map_err(|_| Error::Key("the host's key is not an RSA key in PKCS#8"))
    }

    /// The public key as the app reads it, and no other form: `RSAPublicKey` (RFC 8017 appendix A.1.1)
    /// in base64.
    pub fn public_key(&self) -> String {
        BASE64.encode(self.0.public_key().as_ref())
    }

    /// Signs a text, in base32 with padding. It takes some milliseconds.
    ///
    /// # Panics
    /// If the operating system has no randomness, with which ring blinds.
    pub(crate) fn sign(&self, text: &str) -> String {
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text.as_bytes(),
                &mut signature,
            )
            .expect("the signature is as long as the modulus, and the system has randomness");
        BASE32.encode(&signature)
    }
}
