//! Values encrypted under a pre-shared key or a passphrase: RFC 6030 sections 6.1, 6.1.1 and 6.2.

use super::super::{ImportError, excerpt};
use super::base64::base64;
use super::derivation;
use super::element::{Element, Vocabulary};
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use aes::{Aes128, Aes192, Aes256};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use std::cell::Cell;
use zeroize::Zeroizing;

/// The ciphers, and how many bytes their keys have.
const CIPHERS: [(&str, usize); 3] = [
    ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", 16),
    ("http://www.w3.org/2001/04/xmlenc#aes192-cbc", 24),
    ("http://www.w3.org/2001/04/xmlenc#aes256-cbc", 32),
];
const HMAC_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#hmac-sha1";
const HMAC_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";

const BLOCK: usize = 16;

/// What the person has that opens the values of a container.
pub enum FileKey {
    /// A key.
    PreShared(PreSharedKey),
    /// A passphrase, of which the container says how a key is derived.
    Passphrase(Zeroizing<String>),
}

/// The AES key that the vendor delivered apart from the file, of 128, 192 or 256 bits.
pub struct PreSharedKey(Zeroizing<Vec<u8>>);

/// A text that is no pre-shared key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pre-shared key is 32, 48 or 64 hexadecimal digits (AES of 128, 192 or 256 bits)")]
pub struct InvalidPreSharedKey;

impl PreSharedKey {
    /// The key written in hexadecimal, in any case.
    pub fn from_hexadecimal(text: &str) -> Result<Self, InvalidPreSharedKey> {
        let text = text.trim().as_bytes();
        if !CIPHERS.iter().any(|(_, length)| text.len() == 2 * length) {
            return Err(InvalidPreSharedKey);
        }
        let mut key = Zeroizing::new(vec![0; text.len() / 2]);
        match data_encoding::HEXLOWER_PERMISSIVE.decode_mut(text, &mut key) {
            Ok(_) => Ok(Self(key)),
            Err(_) => Err(InvalidPreSharedKey),
        }
    }
}

#[derive(Clone, Copy)]
enum MacAlgorithm {
    HmacSha1,
    HmacSha256,
}

/// The key of a container, and where it comes from.
struct ContainerKey {
    bytes: Zeroizing<Vec<u8>>,
    source: &'static str,
}

impl ContainerKey {
    fn wrong(&self) -> String {
        format!("the {} is wrong, or the file was altered", self.source)
    }
}

/// What the container says about its encryption, made ready for its values.
pub(super) struct Decryption {
    key: ContainerKey,
    mac: Option<(MacAlgorithm, Zeroizing<Vec<u8>>)>,
    /// Whether a MAC was found right, and whether one was not.
    right: Cell<bool>,
    wrong: Cell<bool>,
}

impl Decryption {
    /// How to decrypt the values of this container. `None` when nothing says that they are
    /// encrypted.
    pub(super) fn of(
        container: &Element,
        key: Option<&FileKey>,
    ) -> Result<Option<Self>, ImportError> {
        let Some(encryption_key) = container.child(Vocabulary::Pskc, "EncryptionKey") else {
            return Ok(None);
        };
        let key = container_key(encryption_key, key).map_err(ImportError::Encrypted)?;
        let mac = match container.child(Vocabulary::Pskc, "MACMethod") {
            Some(method) => Some(mac_method(method, &key).map_err(ImportError::Encrypted)?),
            None => None,
        };
        Ok(Some(Self {
            key,
            mac,
            right: Cell::new(false),
            wrong: Cell::new(false),
        }))
    }

    /// Whether no value could be opened, so that the key is what is wrong.
    ///
    /// # Errors
    /// A sentence that says so.
    pub(super) fn check(&self) -> Result<(), ImportError> {
        if self.wrong.get() && !self.right.get() {
            return Err(ImportError::Encrypted(self.key.wrong()));
        }
        Ok(())
    }

    /// The value in an `EncryptedValue`, after the `ValueMAC` beside it was found right.
    pub(super) fn open(
        &self,
        encrypted: &Element,
        value_mac: Option<&Element>,
    ) -> Result<Zeroizing<Vec<u8>>, String> {
        let ciphertext = ciphertext(encrypted, &self.key)?;
        let (Some((algorithm, mac_key)), Some(value_mac)) = (&self.mac, value_mac) else {
            return Err("the encrypted value has no MAC: anybody could have altered it. A MACMethod and a ValueMAC \
                        are needed (RFC 6030 section 6.1.1)"
                .into());
        };
        let expected = base64(value_mac.text()).ok_or("the ValueMAC is not base64")?;
        let right = match algorithm {
            MacAlgorithm::HmacSha1 => Hmac::<Sha1>::new_from_slice(mac_key).map(|mac| {
                mac.chain_update(&ciphertext)
                    .verify_slice(&expected)
                    .is_ok()
            }),
            MacAlgorithm::HmacSha256 => Hmac::<Sha256>::new_from_slice(mac_key).map(|mac| {
                mac.chain_update(&ciphertext)
                    .verify_slice(&expected)
                    .is_ok()
            }),
        };
        if !right.expect("an HMAC takes a key of any length") {
            self.wrong.set(true);
            return Err(format!("the ValueMAC does not fit: {}", self.key.wrong()));
        }
        self.right.set(true);
        decrypt(&self.key, &ciphertext)
    }
}

fn container_key(encryption_key: &Element, key: Option<&FileKey>) -> Result<ContainerKey, String> {
    let name = encryption_key.child(Vocabulary::Signature, "KeyName");
    let derived = encryption_key
        .children()
        .iter()
        .find(|child| child.name() == "DerivedKey");
    match (derived, name, key) {
        (Some(derived), _, Some(FileKey::Passphrase(passphrase))) => Ok(ContainerKey {
            bytes: derivation::key(derived, passphrase)?,
            source: "passphrase",
        }),
        (Some(_), _, Some(FileKey::PreShared(_))) => {
            Err("they are under a passphrase, not under a pre-shared key: leave out the key, and give the passphrase".into())
        }
        (Some(derived), _, None) => {
            let name = derived.find(&["MasterKeyName"]).map_or("", Element::text);
            Err(match name {
                "" => "give their passphrase".to_owned(),
                name => format!("give the passphrase that the file calls {:?}", excerpt(name)),
            })
        }
        (None, Some(_), Some(FileKey::PreShared(PreSharedKey(key)))) => Ok(ContainerKey {
            bytes: key.clone(),
            source: "pre-shared key",
        }),
        (None, Some(name), _) => Err(format!(
            "give the pre-shared key that the file calls {:?}",
            excerpt(name.text())
        )),
        (None, None, _) => Err(
            "only a pre-shared key and a passphrase are supported, no certificate: ask the vendor for a file under one \
             of these"
                .into(),
        ),
    }
}

fn mac_method(
    method: &Element,
    key: &ContainerKey,
) -> Result<(MacAlgorithm, Zeroizing<Vec<u8>>), String> {
    let algorithm = match method.attribute("Algorithm").unwrap_or_default() {
        HMAC_SHA1 => MacAlgorithm::HmacSha1,
        HMAC_SHA256 => MacAlgorithm::HmacSha256,
        _ => {
            return Err(format!(
                "the MAC algorithm must be {HMAC_SHA1} or {HMAC_SHA256}"
            ));
        }
    };
    let mac_key = match method.child(Vocabulary::Pskc, "MACKey") {
        Some(mac_key) => decrypt(key, &ciphertext(mac_key, key)?)?,
        // Some vendors give no MAC key of its own: then the encryption key serves as one.
        None => key.bytes.clone(),
    };
    Ok((algorithm, mac_key))
}

/// The initialization vector and the blocks after it, of an XML Encryption `EncryptedDataType` by a
/// cipher whose keys are as long as this one.
fn ciphertext(encrypted: &Element, key: &ContainerKey) -> Result<Vec<u8>, String> {
    let method = encrypted.child(Vocabulary::Encryption, "EncryptionMethod");
    let named = method.and_then(|method| method.attribute("Algorithm"));
    let cipher = CIPHERS.iter().find(|(name, _)| Some(*name) == named);
    match cipher {
        None => {
            let ciphers = CIPHERS.map(|(name, _)| name).join(", ");
            return Err(format!("the encryption algorithm must be one of {ciphers}"));
        }
        Some((name, length)) if *length != key.bytes.len() => {
            return Err(format!(
                "{name} takes a key of {} bits, and the {} makes one of {}",
                length * 8,
                key.source,
                key.bytes.len() * 8
            ));
        }
        Some(_) => {}
    }
    encrypted
        .child(Vocabulary::Encryption, "CipherData")
        .and_then(|data| data.child(Vocabulary::Encryption, "CipherValue"))
        .and_then(|value| base64(value.text()))
        .map(|bytes| bytes.to_vec())
        .filter(|bytes| bytes.len() >= 2 * BLOCK && bytes.len().is_multiple_of(BLOCK))
        .ok_or_else(|| {
            "the CipherValue must be base64 of an initialization vector and whole blocks".into()
        })
}

fn decrypt(key: &ContainerKey, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, String> {
    let (vector, blocks) = ciphertext.split_at(BLOCK);
    let mut plain = Zeroizing::new(blocks.to_vec());
    match key.bytes.len() {
        16 => decrypt_blocks::<cbc::Decryptor<Aes128>>(key, vector, &mut plain),
        24 => decrypt_blocks::<cbc::Decryptor<Aes192>>(key, vector, &mut plain),
        _ => decrypt_blocks::<cbc::Decryptor<Aes256>>(key, vector, &mut plain),
    }
    // XML Encryption section 5.2: the last byte says how many bytes of padding there are, and the
    // others may be anything.
    let padding = usize::from(*plain.last().expect("at least one block"));
    if !(1..=BLOCK).contains(&padding) {
        return Err(format!("it does not decrypt: {}", key.wrong()));
    }
    let length = plain.len() - padding;
    plain.truncate(length);
    Ok(plain)
}

fn decrypt_blocks<C: KeyIvInit + BlockModeDecrypt>(
    key: &ContainerKey,
    vector: &[u8],
    blocks: &mut [u8],
) {
    C::new_from_slices(&key.bytes, vector)
        .expect("the key is as long as the cipher's, and the vector has 16 bytes")
        .decrypt_padded::<NoPadding>(blocks)
        .expect("whole blocks");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pre_shared_key_is_hexadecimal_digits_of_an_aes_key() {
        for text in [
            " 4a057F6ab6fcb57ab5408e46a9835e68\n",
            "4a057f6ab6fcb57ab5408e46a9835e684a057f6ab6fcb57a",
            "4a057f6ab6fcb57ab5408e46a9835e684a057f6ab6fcb57ab5408e46a9835e68",
        ] {
            assert!(PreSharedKey::from_hexadecimal(text).is_ok());
        }
        for text in [
            "",
            "4a05",
            "zz057f6ab6fcb57ab5408e46a9835e68",
            "4a057f6ab6fcb57ab5408e46a9835e6800",
        ] {
            assert_eq!(
                PreSharedKey::from_hexadecimal(text).err(),
                Some(InvalidPreSharedKey)
            );
        }
    }
}
