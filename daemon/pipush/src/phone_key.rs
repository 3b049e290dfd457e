//! The public key of a phone.

use crate::Error;
use data_encoding::{BASE32, BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use x509_parser::oid_registry::OID_PKCS1_RSAENCRYPTION;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

/// The size of the key that the app makes, in bits.
const BITS: usize = 4096;
/// 65537, the exponent of the key that the app makes.
const EXPONENT: &[u8] = &[1, 0, 1];

/// The public key of a phone: RSA with 4096 bits and the exponent 65537, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneKey {
    /// `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7).
    info: Vec<u8>,
    /// `RSAPublicKey` (RFC 8017 appendix A.1.1).
    key: Vec<u8>,
}

impl PhoneKey {
    /// Reads the key as phones post it: `SubjectPublicKeyInfo` in either alphabet of base64, where blanks
    /// may stand for plus signs that a form lost.
    ///
    /// # Errors
    /// [`Error::Key`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.replace(' ', "+");
        let decodings = [BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD];
        let info = decodings
            .iter()
            .find_map(|encoding| encoding.decode(text.as_bytes()).ok())
            .ok_or(Error::Key("a phone's key is in base64"))?;
        Self::from_der(info)
    }

    /// Reads the key as it is stored.
    ///
    /// # Errors
    /// [`Error::Key`].
    pub fn from_der(info: Vec<u8>) -> Result<Self, Error> {
        let malformed = Error::Key("a phone's key is a SubjectPublicKeyInfo of RSA");
        let (rest, parsed) = SubjectPublicKeyInfo::from_der(&info).map_err(|_| malformed)?;
        if !rest.is_empty() || parsed.algorithm.algorithm != OID_PKCS1_RSAENCRYPTION {
            return Err(malformed);
        }
        let Ok(PublicKey::RSA(rsa)) = parsed.parsed() else {
            return Err(malformed);
        };
        let modulus = rsa.modulus.strip_prefix(&[0]).unwrap_or(rsa.modulus);
        let is_long = modulus.len() == BITS / 8 && modulus[0] & 0x80 != 0;
        if !is_long || rsa.exponent != EXPONENT {
            return Err(Error::Key(
                "a phone's key has 4096 bits and the exponent 65537",
            ));
        }
        let key = parsed.subject_public_key.data.to_vec();
        Ok(Self { info, key })
    }

    /// The key as it is stored: `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7).
    pub fn as_der(&self) -> &[u8] {
        &self.info
    }

    /// Checks the signature of a text, as phones write signatures: base32 with padding.
    pub(crate) fn verify(&self, text: &str, signature: &str) -> Result<(), Error> {
        let signature = BASE32
            .decode(signature.as_bytes())
            .map_err(|_| Error::Malformed("a signature is in base32"))?;
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.key)
            .verify(text.as_bytes(), &signature)
            .map_err(|_| Error::Signature)
    }
}
