//! Sealing: an AEAD that commits to its key.
//!
//! sealed = version (1 byte) ‖ nonce (24, random) ‖ commitment (32) ‖ ciphertext and tag.
//!
//! HKDF-SHA256 (RFC 5869) with the key as input, the nonce as salt and a label with the context as
//! info gives the encryption key and the commitment. The encryption key serves this one message,
//! so ChaCha20-Poly1305 (RFC 8439) has a nonce of zero. The commitment lets sealed bytes open under
//! no key but one, which Poly1305 alone would not.

use crate::error::LedgerError;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce, Tag};
use hkdf::Hkdf;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// 32 secret bytes that are wiped when dropped.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

const VERSION: u8 = 1;
const NONCE: usize = 24;
const COMMITMENT: usize = 32;
const TAG: usize = 16;
const HEADER: usize = 1 + NONCE + COMMITMENT;
const LABEL: &[u8] = b"secinfo sealed 1";

/// How many bytes sealing adds.
pub const SEAL_OVERHEAD: usize = HEADER + TAG;

/// Why sealed bytes did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OpenError {
    /// Not our format, or cut short.
    Malformed,
    /// Another key or context, or a changed header.
    OtherKey,
    /// The right key, but the ciphertext was changed.
    Changed,
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

fn derive_for_message(key: &[u8; 32], nonce: &[u8], context: &[&[u8]]) -> (Secret, Secret) {
    let (mut encryption, mut commitment) = (Secret::default(), Secret::default());
    let mut out = Zeroizing::new([0; 64]);
    // Each part is preceded by its length, so that no two contexts read the same.
    let mut info =
        Vec::with_capacity(LABEL.len() + context.iter().map(|part| part.len() + 8).sum::<usize>());
    info.extend_from_slice(LABEL);
    for part in context {
        info.extend_from_slice(&(part.len() as u64).to_be_bytes());
        info.extend_from_slice(part);
    }
    Hkdf::<Sha256>::new(Some(nonce), key)
        .expand(&info, out.as_mut_slice())
        .expect("64 bytes are within what HKDF-SHA256 gives");
    encryption.copy_from_slice(&out[..32]);
    commitment.copy_from_slice(&out[32..]);
    (encryption, commitment)
}

fn cipher(key: &Secret) -> ChaCha20Poly1305 {
    let mut raw = Key::from(**key);
    let cipher = ChaCha20Poly1305::new(&raw);
    raw.zeroize();
    cipher
}

/// Seals `plaintext` under `key`, for this `context` and no other.
pub(crate) fn seal(
    key: &[u8; 32],
    context: &[&[u8]],
    plaintext: &[u8],
) -> Result<Vec<u8>, LedgerError> {
    let mut nonce = [0; NONCE];
    random(&mut nonce)?;
    let (encryption, commitment) = derive_for_message(key, &nonce, context);
    let mut sealed = Vec::with_capacity(plaintext.len() + SEAL_OVERHEAD);
    sealed.push(VERSION);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(commitment.as_slice());
    sealed.extend_from_slice(plaintext);
    let tag = cipher(&encryption)
        .encrypt_inout_detached(&Nonce::default(), &[], (&mut sealed[HEADER..]).into())
        .expect("ChaCha20 takes far more than what fits in memory");
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

/// Opens what [`seal`] made, under the same key and context.
pub(crate) fn open(
    key: &[u8; 32],
    context: &[&[u8]],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    if sealed.len() < SEAL_OVERHEAD || sealed[0] != VERSION {
        return Err(OpenError::Malformed);
    }
    let (encryption, commitment) = derive_for_message(key, &sealed[1..=NONCE], context);
    if !bool::from(commitment.as_slice().ct_eq(&sealed[1 + NONCE..HEADER])) {
        return Err(OpenError::OtherKey);
    }
    let (body, tag) = sealed[HEADER..].split_at(sealed.len() - SEAL_OVERHEAD);
    let tag = Tag::try_from(tag).map_err(|_| OpenError::Malformed)?;
    let mut plaintext = Zeroizing::new(body.to_vec());
    cipher(&encryption)
        .decrypt_inout_detached(
            &Nonce::default(),
            &[],
            plaintext.as_mut_slice().into(),
            &tag,
        )
        .map_err(|_| OpenError::Changed)?;
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
            OpenError::OtherKey
        );
        assert_eq!(
            open(&key, &[b"ab", b"c"], &sealed).unwrap_err(),
            OpenError::OtherKey
        );
        assert_eq!(
            open(&key, &[b"abc"], &sealed).unwrap_err(),
            OpenError::OtherKey
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
    fn a_ciphertext_made_for_two_keys_opens_under_one_at_most() {
        // Poly1305 does not commit to its key; here the header would have to hold the commitments
        // of both keys.
        let sealed = seal(&[1; 32], &[], b"for key one").unwrap();
        let mut forged = sealed.clone();
        let (_, commitment) = derive_for_message(&[2; 32], &sealed[1..=NONCE], &[]);
        forged[1 + NONCE..HEADER].copy_from_slice(commitment.as_slice());
        assert_eq!(
            open(&[1; 32], &[], &forged).unwrap_err(),
            OpenError::OtherKey
        );
        assert_eq!(
            open(&[2; 32], &[], &forged).unwrap_err(),
            OpenError::Changed
        );
    }
}
