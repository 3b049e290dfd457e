//! The PIN of an authenticator, and the two protocols in which it is told.

use crate::cbor::{at, number};
use crate::credential::{p256, random};
use aes::Aes256;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use ciborium::Value;
use ring::agreement::{self, ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey};
use ring::rand::SystemRandom;
use ring::{digest, hkdf, hmac};

/// How often a wrong PIN may be told, until the key takes none any more.
pub(crate) const TRIES: u8 = 8;
/// How often in a row, until the key must be unplugged.
pub(crate) const TRIES_WHILE_PLUGGED: u8 = 3;
/// The length of a PIN, padded.
const PADDED: usize = 64;

/// A version of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    One,
    Two,
}

impl Protocol {
    pub(crate) fn numbered(value: &Value) -> Option<Self> {
        match number(value)? {
            1 => Some(Self::One),
            2 => Some(Self::Two),
            _ => None,
        }
    }

    /// Whether `tag` is what this key makes of the message.
    pub(crate) fn verifies(self, key: &[u8], message: &[u8], tag: &[u8]) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        let signed = hmac::sign(&key, message);
        let signed = match self {
            Self::One => &signed.as_ref()[..16],
            Self::Two => signed.as_ref(),
        };
        signed == tag
    }
}

/// The half of an agreement that the authenticator keeps.
pub(crate) struct Agreement {
    private: EphemeralPrivateKey,
}

impl Agreement {
    pub(crate) fn new() -> Self {
        let private = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new());
        Self {
            private: private.unwrap(),
        }
    }

    /// The half that the client is told.
    pub(crate) fn public(&self) -> Value {
        let key = self.private.compute_public_key().unwrap();
        let (x, y) = key.as_ref()[1..].split_at(32);
        p256(-25, x, y)
    }

    /// What both share with a client whose half this is.
    pub(crate) fn shared_with(self, theirs: &Value, protocol: Protocol) -> Option<Shared> {
        let [x, y] = [-2, -3].map(|key| at(theirs, key).and_then(Value::as_bytes));
        let point = [&[4][..], x?, y?].concat();
        let theirs = UnparsedPublicKey::new(&ECDH_P256, point);
        let shared = agreement::agree_ephemeral(self.private, &theirs, |z| match protocol {
            Protocol::One => {
                let key: [u8; 32] = digest::digest(&digest::SHA256, z)
                    .as_ref()
                    .try_into()
                    .unwrap();
                [key, key]
            }
            Protocol::Two => [b"CTAP2 HMAC key".as_slice(), b"CTAP2 AES key"].map(|info| {
                let key = hkdf::Salt::new(hkdf::HKDF_SHA256, &[0; 32]).extract(z);
                let mut bytes = [0; 32];
                let info = [info];
                let expanded = key.expand(&info, hkdf::HKDF_SHA256).unwrap();
                expanded.fill(&mut bytes).unwrap();
                bytes
            }),
        });
        let [hmac, aes] = shared.ok()?;
        Some(Shared {
            protocol,
            hmac,
            aes,
        })
    }
}

/// The secret of one exchange.
pub(crate) struct Shared {
    protocol: Protocol,
    hmac: [u8; 32],
    aes: [u8; 32],
}

impl Shared {
    pub(crate) fn verifies(&self, message: &[u8], tag: &[u8]) -> bool {
        self.protocol.verifies(&self.hmac, message, tag)
    }

    pub(crate) fn decrypt(&self, told: &[u8]) -> Option<Vec<u8>> {
        let (vector, told) = match self.protocol {
            Protocol::One => ([0; 16], told),
            Protocol::Two => {
                let (vector, told) = told.split_at_checked(16)?;
                (vector.try_into().unwrap(), told)
            }
        };
        let mut plain = vec![0; told.len()];
        let cipher = cbc::Decryptor::<Aes256>::new(&self.aes.into(), &vector.into());
        cipher
            .decrypt_padded_b2b::<NoPadding>(told, &mut plain)
            .ok()?;
        Some(plain)
    }

    pub(crate) fn encrypt(&self, plain: &[u8]) -> Vec<u8> {
        let vector = match self.protocol {
            Protocol::One => [0; 16],
            Protocol::Two => random(),
        };
        let mut told = vec![0; plain.len()];
        let cipher = cbc::Encryptor::<Aes256>::new(&self.aes.into(), &vector.into());
        cipher
            .encrypt_padded_b2b::<NoPadding>(plain, &mut told)
            .unwrap();
        match self.protocol {
            Protocol::One => told,
            Protocol::Two => [&vector[..], &told].concat(),
        }
    }
}

/// What an authenticator keeps of a PIN.
pub(crate) fn digest_of(pin: &[u8]) -> [u8; 16] {
    let digest = digest::digest(&digest::SHA256, pin);
    digest.as_ref()[..16].try_into().unwrap()
}

/// The PIN in what is padded; none where it is too short.
pub(crate) fn unpadded(padded: &[u8], shortest: usize) -> Option<&[u8]> {
    if padded.len() != PADDED || padded.last() != Some(&0) {
        return None;
    }
    let end = padded.iter().position(|byte| *byte == 0)?;
    let pin = &padded[..end];
    let characters = str::from_utf8(pin).ok()?.chars().count();
    (characters >= shortest).then_some(pin)
}
