//! The keys that sign and verify checkpoints: Ed25519, the signature type 0x01 of C2SP signed-note.

use super::note::{KEY_ID_LEN, Note, NoteSignature};
use super::{Checkpoint, CheckpointError, Origin};
use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use secinfo_domain::from_base64;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// The length in bytes of the secret that a signing key is made from.
pub const SEED_LEN: usize = 32;

const TYPE_ED25519: u8 = 0x01;

/// Signs the checkpoints of one log. Its secret is wiped from memory when it is dropped.
pub struct CheckpointSigner {
    // Has no Debug, Clone or way out on purpose.
    secret: SigningKey,
    key: VerifierKey,
}

impl CheckpointSigner {
    /// The signer of the log `origin` with the secret `seed` (RFC 8032 section 5.1.5), which is
    /// copied: the caller wipes its own.
    pub fn from_seed(origin: Origin, seed: &[u8; SEED_LEN]) -> Self {
        let secret = SigningKey::from_bytes(seed);
        let key = VerifierKey::new(origin, secret.verifying_key());
        Self { secret, key }
    }

    /// What others verify this signer's checkpoints with.
    pub const fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    /// The checkpoint as a signed note. One of another log is not signed
    /// ([`CheckpointError::OtherLog`]).
    ///
    /// A log must never sign two checkpoints of which one does not continue the other; the caller
    /// sees to that.
    pub fn sign(&self, checkpoint: &Checkpoint) -> Result<String, CheckpointError> {
        self.key.expect_own(checkpoint)?;
        let text = checkpoint.to_string();
        let signature = NoteSignature {
            name: self.key.name.clone(),
            key_id: self.key.id,
            bytes: self.secret.sign(text.as_bytes()).to_bytes().to_vec(),
        };
        Ok(format!("{text}\n{}\n", signature.line()))
    }
}

/// Verifies the checkpoints of one log. Written as `<name>+<key id in hex>+<key in base64>`, what
/// C2SP signed-note calls a vkey; it is public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: Origin,
    id: [u8; KEY_ID_LEN],
    key: VerifyingKey,
}

impl VerifierKey {
    fn new(name: Origin, key: VerifyingKey) -> Self {
        let hash = Sha256::new()
            .chain_update(name.as_str())
            .chain_update([b'\n', TYPE_ED25519])
            .chain_update(key.as_bytes())
            .finalize();
        let id = *hash.first_chunk().expect("a SHA-256 has 32 bytes");
        Self { name, id, key }
    }

    /// The log whose checkpoints it verifies.
    pub const fn origin(&self) -> &Origin {
        &self.name
    }

    /// The checkpoint in `note`, if this key signed it and it is of this key's log.
    ///
    /// Signatures by other keys are ignored, but must be well formed. If this key signed more than
    /// once, all its signatures must be right.
    pub fn verify(&self, note: &str) -> Result<Checkpoint, CheckpointError> {
        let note = Note::parse(note)?;
        let mut signed = false;
        for signature in &note.signatures {
            if signature.name == self.name && signature.key_id == self.id {
                self.verify_signature(note.text, &signature.bytes)?;
                signed = true;
            }
        }
        if !signed {
            return Err(CheckpointError::NotSigned(self.name.clone()));
        }
        let checkpoint = note.text.parse()?;
        self.expect_own(&checkpoint)?;
        Ok(checkpoint)
    }

    fn verify_signature(&self, text: &str, signature: &[u8]) -> Result<(), CheckpointError> {
        Signature::from_slice(signature)
            // Strict: one text has one valid signature, and a weak key has none.
            .and_then(|signature| self.key.verify_strict(text.as_bytes(), &signature))
            .map_err(|_| CheckpointError::BadSignature(self.name.clone()))
    }

    fn expect_own(&self, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
        if *checkpoint.origin() == self.name {
            return Ok(());
        }
        Err(CheckpointError::OtherLog {
            expected: self.name.clone(),
            found: checkpoint.origin().clone(),
        })
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![TYPE_ED25519];
        key.extend_from_slice(self.key.as_bytes());
        write!(
            f,
            "{}+{}+{}",
            self.name,
            HEXLOWER.encode(&self.id),
            BASE64.encode(&key)
        )
    }
}

impl FromStr for VerifierKey {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        use CheckpointError::MalformedKey;

        // The key's base64 may have a plus of its own, name and id have none.
        let mut parts = text.splitn(3, '+');
        let mut part = || {
            parts
                .next()
                .ok_or(MalformedKey("it has fewer than three parts"))
        };
        let (name, id, key) = (part()?, part()?, part()?);

        let name = name
            .parse()
            .map_err(|_| MalformedKey("its name is no name of a log"))?;
        let key = from_base64(key).ok_or(MalformedKey("its last part is no base64"))?;
        let Some((&TYPE_ED25519, key)) = key.split_first() else {
            return Err(MalformedKey("it is of another type than Ed25519"));
        };
        let key = VerifyingKey::try_from(key)
            .ok()
            .filter(|key| !key.is_weak())
            .ok_or(MalformedKey("its last part is no Ed25519 key"))?;

        let verifier = Self::new(name, key);
        if HEXLOWER.encode(&verifier.id) != id {
            return Err(MalformedKey("its id does not belong to its name and key"));
        }
        Ok(verifier)
    }
}
