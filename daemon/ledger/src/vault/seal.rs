//! Sealing: authenticated encryption that commits to its key.
//!
//! sealed = version (1 byte) ‖ salt (16, random) ‖ ciphertext ‖ tag (32).
//!
//! HKDF-SHA256 (RFC 5869) with the key as input, the salt, and a label with the context as info gives
//! an encryption key and an authentication key. They serve this one message, so `ChaCha20` (RFC 8439)
//! has a nonce and a counter of zero. The tag is HMAC-SHA256 (RFC 2104) of all that stands before it,
//! in full length: encrypt, then authenticate.
//!
//! So long a tag is a commitment, too. That sealed bytes open under two keys takes two keys for which
//! HKDF and HMAC come to the same 256 bits, which is a collision of SHA-256. The usual AEADs do not
//! give this, and one that does so by a commitment beside its tag takes 16 bytes more for each part
//! of each method. As to the salt: two messages under one key share their keys if they have drawn the
//! same one of 2^128, and few are sealed under one key (a label each time it is changed, a node of
//! the tree of keys each time it is written).

use crate::error::LedgerError;
use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// 32 secret bytes that are wiped when dropped.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

const VERSION: u8 = 1;
const SALT: usize = 16;
const TAG: usize = 32;
const HEADER: usize = 1 + SALT;
const LABEL: &[u8] = b"secinfo sealed 1";

/// How many bytes sealing adds.
pub const SEAL_OVERHEAD: usize = HEADER + TAG;

/// Why sealed bytes did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OpenError {
    /// Not our format, or cut short.
    Malformed,
    /// Another key or context, or changed.
    Refused,
}

/// Fills `bytes` from the system's random source.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), LedgerError> {
    getrandom::fill(bytes).map_err(LedgerError::Random)
}

/// A fresh random secret.
pub(crate) fn random_secret() -> Result<Secret, LedgerError> {
    let mut secret = Secret::default();
    random(secret.as_mut_slice())?;
    Ok(secret)
}

/// A secret for one `label`led use, derived from `key`.
pub(crate) fn derive(key: &[u8; 32], label: &[u8]) -> Secret {
    let mut out = Secret::default();
    Hkdf::<Sha256>::new(None, key)
        .expand(label, out.as_mut_slice())
        .expect("32 bytes are within what HKDF-SHA256 gives");
    out
}

/// The two keys of one message.
struct MessageKeys {
    encryption: Secret,
    authentication: Secret,
}

impl MessageKeys {
    fn derive(key: &[u8; 32], salt: &[u8], context: &[&[u8]]) -> Self {
        let mut keys = Self {
            encryption: Secret::default(),
            authentication: Secret::default(),
        };
        let mut out = Zeroizing::new([0; 64]);
        // Each part is preceded by its length, so that no two contexts read the same.
        let lengths = context.iter().map(|part| part.len() + 8).sum::<usize>();
        let mut info = Vec::with_capacity(LABEL.len() + lengths);
        info.extend_from_slice(LABEL);
        for part in context {
            info.extend_from_slice(&(part.len() as u64).to_be_bytes());
            info.extend_from_slice(part);
        }
        Hkdf::<Sha256>::new(Some(salt), key)
            .expand(&info, out.as_mut_slice())
            .expect("64 bytes are within what HKDF-SHA256 gives");
        keys.encryption.copy_from_slice(&out[..32]);
        keys.authentication.copy_from_slice(&out[32..]);
        keys
    }

    /// Encrypts the text, or decrypts it.
    fn apply(&self, text: &mut [u8]) {
        let (key, nonce) = ((&*self.encryption).into(), [0; 12].into());
        ChaCha20::new(key, &nonce)
            .try_apply_keystream(text)
            .expect("a keystream of 256 GiB is longer than any text");
    }

    fn authenticate(&self, message: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.authentication.as_slice())
            .expect("HMAC takes a key of any length");
        mac.update(message);
        mac
    }
}

/// Seals `plaintext` under `key`, for this `context` and no other.
pub(crate) fn seal(
    key: &[u8; 32],
    context: &[&[u8]],
    plaintext: &[u8],
) -> Result<Vec<u8>, LedgerError> {
    let mut salt = [0; SALT];
    random(&mut salt)?;
    let keys = MessageKeys::derive(key, &salt, context);
    let mut sealed = Vec::with_capacity(plaintext.len() + SEAL_OVERHEAD);
    sealed.push(VERSION);
    sealed.extend_from_slice(&salt);
    sealed.extend_from_slice(plaintext);
    keys.apply(&mut sealed[HEADER..]);
    let tag = keys.authenticate(&sealed).finalize().into_bytes();
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

/// Opens what [`seal`] made, under the same key and context.
pub(crate) fn open(
    key: &[u8; 32],
    context: &[&[u8]],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let (message, tag) = sealed
        .split_last_chunk::<TAG>()
        .ok_or(OpenError::Malformed)?;
    let (header, ciphertext) = message
        .split_first_chunk::<HEADER>()
        .ok_or(OpenError::Malformed)?;
    if header[0] != VERSION {
        return Err(OpenError::Malformed);
    }
    let keys = MessageKeys::derive(key, &header[1..], context);
    keys.authenticate(message)
        .verify_slice(tag)
        .map_err(|_| OpenError::Refused)?;
    let mut plaintext = Zeroizing::new(ciphertext.to_vec());
    keys.apply(&mut plaintext);
    Ok(plaintext)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;

    #[test]
    fn opens_under_its_key_and_context_only() {
        let key = [7; 32];
        let sealed = seal(&key, &[b"a", b"bc"], b"+31 6 1234").unwrap();
        assert_eq!(sealed.len(), 10 + SEAL_OVERHEAD);
        assert_eq!(
            open(&key, &[b"a", b"bc"], &sealed).unwrap().as_slice(),
            b"+31 6 1234"
        );
        assert_eq!(
            open(&[8; 32], &[b"a", b"bc"], &sealed).unwrap_err(),
            OpenError::Refused
        );
        assert_eq!(
            open(&key, &[b"ab", b"c"], &sealed).unwrap_err(),
            OpenError::Refused
        );
        assert_eq!(
            open(&key, &[b"abc"], &sealed).unwrap_err(),
            OpenError::Refused
        );
    }

    #[test]
    fn no_flipped_bit_opens() {
        let key = [7; 32];
        let sealed = seal(&key, &[b"context"], b"secret").unwrap();
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[at] ^= 1 << bit;
                assert!(
                    open(&key, &[b"context"], &changed).is_err(),
                    "byte {at} bit {bit}"
                );
            }
            assert!(
                open(&key, &[b"context"], &sealed[..at]).is_err(),
                "cut at {at}"
            );
        }
    }

    #[test]
    fn sealing_twice_gives_different_bytes() {
        let key = [7; 32];
        assert_ne!(
            seal(&key, &[], b"same").unwrap(),
            seal(&key, &[], b"same").unwrap()
        );
        assert_eq!(
            open(&key, &[], &seal(&key, &[], b"").unwrap())
                .unwrap()
                .as_slice(),
            b""
        );
    }

    #[test]
    fn what_another_program_has_sealed_by_this_description_opens() {
        // Made by a few lines of Python that follow the RFCs.
        let sealed = "01000102030405060708090a0b0c0d0e0f879548600deca594d9083766d5e121\
            fcf33584beebc5fee813123eea0d568f3957c411efcd11d5b5e9bb";
        let sealed = data_encoding::HEXLOWER.decode(sealed.as_bytes()).unwrap();
        let opened = open(&[7; 32], &[b"a", b"bc"], &sealed).unwrap();
        assert_eq!(opened.as_slice(), b"+31 6 1234");
    }

    #[test]
    fn a_ciphertext_made_for_two_keys_opens_under_one_at_most() {
        // Its tag is that of one authentication key. With the tag of Poly1305 there would be a
        // ciphertext that opens under both.
        let sealed = seal(&[1; 32], &[], b"for key one").unwrap();
        let (message, _) = sealed.split_last_chunk::<TAG>().unwrap();
        let other = MessageKeys::derive(&[2; 32], &sealed[1..HEADER], &[]);
        let tag = other.authenticate(message).finalize().into_bytes();
        let forged = [message, &tag].concat();
        assert_eq!(
            open(&[1; 32], &[], &forged).unwrap_err(),
            OpenError::Refused
        );
        assert_ne!(
            open(&[2; 32], &[], &forged).unwrap().as_slice(),
            b"for key one"
        );
    }
}
