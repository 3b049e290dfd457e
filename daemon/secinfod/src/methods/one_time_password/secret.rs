//! The shared secret of an authenticator app or a hardware token.

use data_encoding::{Encoding, Specification};
use secinfo_domain::Algorithm;
use secinfo_typed::ungrouped;
use std::sync::LazyLock;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The fewest bytes of a secret that another system had made: that is as many as the first releases
/// of `google-authenticator` drew, and RFC 4226 asks for 16.
const FEWEST_ELSEWHERE: usize = 10;

/// A secret of 16 to 128 bytes, or of 10 or more that another system made, wiped when dropped. It has no `Debug`, so that it cannot slip
/// into a log.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

/// A secret that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSecret {
    /// The text has something that is not in the base32 alphabet, or ends in mid-byte.
    #[error(
        "the secret key is not base32: use A to Z and 2 to 7 only, as RFC 4648 section 6 has it"
    )]
    NotBase32,
    /// The text is most likely hexadecimal.
    #[error("the secret key looks hexadecimal: convert it to base32 (A to Z and 2 to 7)")]
    Hexadecimal,
    /// Fewer bytes than RFC 4226 section 4 (R6) demands, or more than any token has.
    #[error("the secret key has {0} bytes: it must have 16 to 128, and 20 are recommended")]
    Length(usize),
    /// Fewer bytes than are safe to use, or more than the hash of any method takes in.
    #[error(
        "the secret key has {0} bytes: one that is brought over must have 10 to 64; set up a new method instead"
    )]
    LengthElsewhere(usize),
}

/// Base32 as people and vendors write it, once it is not grouped: any case, padding or none. Bits left over after
/// the last byte are not looked at, since some vendors cut their keys between bytes.
static LENIENT_BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification
        .symbols
        .push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
    specification
        .translate
        .from
        .push_str("abcdefghijklmnopqrstuvwxyz");
    specification
        .translate
        .to
        .push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    specification.check_trailing_bits = false;
    specification
        .encoding()
        .expect("the specification is consistent")
});

impl Secret {
    /// A new random secret, as long as the algorithm's hash (RFC 6238 section 5.1). Fails only
    /// when the kernel gives no randomness.
    pub fn generate(algorithm: Algorithm) -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new(vec![0; algorithm.output_length()]);
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The secret made of these bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidSecret> {
        if !(16..=128).contains(&bytes.len()) {
            return Err(InvalidSecret::Length(bytes.len()));
        }
        Ok(Self(Zeroizing::new(bytes.to_vec())))
    }

    /// The secret written in base32, in any case, with or without spaces, dashes and padding.
    pub fn from_base32(text: &str) -> Result<Self, InvalidSecret> {
        Self::from_bytes(&decode(text)?)
    }

    /// The secret that a user had in another system, of 10 to 64 bytes.
    pub fn brought_over(bytes: &[u8]) -> Result<Self, InvalidSecret> {
        if !(FEWEST_ELSEWHERE..=64).contains(&bytes.len()) {
            return Err(InvalidSecret::LengthElsewhere(bytes.len()));
        }
        Ok(Self(Zeroizing::new(bytes.to_vec())))
    }

    /// [`Self::brought_over`], written in base32.
    pub fn brought_over_in_base32(text: &str) -> Result<Self, InvalidSecret> {
        Self::brought_over(&decode(text)?)
    }

    /// The secret whose bytes were sealed. No limit that is for new ones shuts out one of old.
    pub fn sealed_before(bytes: &[u8]) -> Option<Self> {
        (FEWEST_ELSEWHERE..=128)
            .contains(&bytes.len())
            .then(|| Self(Zeroizing::new(bytes.to_vec())))
    }

    /// The bytes, to compute with or to seal.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret in base32 without padding, as otpauth URIs have it.
    pub fn to_base32(&self) -> Zeroizing<String> {
        Zeroizing::new(data_encoding::BASE32_NOPAD.encode(&self.0))
    }
}

impl PartialEq for Secret {
    /// Takes as long for any two secrets of one length.
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Secret {}

fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, InvalidSecret> {
    // With its room at once, so that no copy stays behind when it grows.
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    plain.extend(ungrouped(text));
    let text = plain.trim_end_matches('=');
    LENIENT_BASE32
        .decode(text.as_bytes())
        .map(Zeroizing::new)
        .map_err(|_| {
            if is_hexadecimal(text) {
                InvalidSecret::Hexadecimal
            } else {
                InvalidSecret::NotBase32
            }
        })
}

fn is_hexadecimal(text: &str) -> bool {
    text.len().is_multiple_of(2)
        && !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_read_in_the_forms_that_vendors_use() {
        let secret = Secret::from_bytes(b"12345678901234567890").unwrap();
        assert_eq!(
            secret.to_base32().as_str(),
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        );
        for text in [
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
            " gezd gnbv gy3t qojq gezd gnbv gy3t qojq ",
            "GEZDGNBV-GY3TQOJQ-GEZDGNBV-GY3TQOJQ",
            "GEZDGNBV\u{a0}GY3TQOJQ\u{2011}GEZDGNBV\tGY3TQOJQ\u{feff}",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ======",
        ] {
            assert!(Secret::from_base32(text) == Ok(secret.clone()), "{text}");
        }
        let cut_between_bytes = Secret::from_base32("2234567abcdef2234567abcdef");
        assert_eq!(
            cut_between_bytes.map(|secret| secret.as_bytes().len()).ok(),
            Some(16)
        );
    }

    #[test]
    fn what_is_no_secret_is_refused_with_the_reason() {
        for (text, reason) in [
            (
                "3132333435363738393031323334353637383930",
                InvalidSecret::Hexadecimal,
            ),
            ("GEZDGNBVGY3TQOJQ GEZDGNBV!", InvalidSecret::NotBase32),
            ("GEZDGNBVGY3TQOJQ1", InvalidSecret::NotBase32),
            ("GEZDGNBVGY3TQOJQ", InvalidSecret::Length(10)),
            ("", InvalidSecret::Length(0)),
        ] {
            assert_eq!(Secret::from_base32(text).err(), Some(reason), "{text}");
        }
        assert_eq!(
            Secret::from_bytes(&[7; 129]).err(),
            Some(InvalidSecret::Length(129))
        );
    }

    #[test]
    fn what_another_system_made_may_be_shorter_and_no_longer() {
        for (length, good) in [(9, false), (10, true), (16, true), (64, true), (65, false)] {
            let bytes = vec![7; length];
            assert_eq!(Secret::brought_over(&bytes).is_ok(), good, "{length}");
            let text = data_encoding::BASE32_NOPAD.encode(&bytes);
            assert_eq!(Secret::brought_over_in_base32(&text).is_ok(), good);
            // What was let in once can be opened for ever.
            assert!(!good || Secret::sealed_before(&bytes).is_some());
        }
        assert!(Secret::sealed_before(&[7; 128]).is_some());
        assert!(Secret::sealed_before(&[7; 129]).is_none());
        assert_eq!(
            Secret::brought_over_in_base32("3132333435363738393031").err(),
            Some(InvalidSecret::Hexadecimal)
        );
    }

    #[test]
    fn a_generated_secret_is_as_long_as_the_hash_and_never_the_same() {
        for (algorithm, length) in [
            (Algorithm::Sha1, 20),
            (Algorithm::Sha256, 32),
            (Algorithm::Sha512, 64),
        ] {
            let (one, other) = (
                Secret::generate(algorithm).unwrap(),
                Secret::generate(algorithm).unwrap(),
            );
            assert_eq!(one.as_bytes().len(), length);
            assert!(one != other);
        }
    }
}
