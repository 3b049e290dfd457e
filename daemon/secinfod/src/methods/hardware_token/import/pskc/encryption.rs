//! Values encrypted under a pre-shared key: RFC 6030 sections 6.1 and 6.1.1.

use super::super::ImportError;
use super::base64::base64;
use super::element::{Element, Vocabulary};
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use zeroize::Zeroizing;

const AES_128_CBC: &str = "http://www.w3.org/2001/04/xmlenc#aes128-cbc";
const HMAC_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#hmac-sha1";
const HMAC_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";

const BLOCK: usize = 16;

/// The AES-128 key that the vendor delivered apart from the file.
pub struct PreSharedKey(Zeroizing<[u8; 16]>);

/// A text that is no pre-shared key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pre-shared key is 32 hexadecimal digits (AES-128)")]
pub struct InvalidPreSharedKey;

impl PreSharedKey {
    /// The key written in hexadecimal, in any case.
    pub fn from_hexadecimal(text: &str) -> Result<Self, InvalidPreSharedKey> {
        let text = text.trim().as_bytes();
        let mut key = Zeroizing::new([0; 16]);
        if text.len() != 32 {
            return Err(InvalidPreSharedKey);
        }
        match data_encoding::HEXLOWER_PERMISSIVE.decode_mut(text, &mut *key) {
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

/// What the container says about its encryption, made ready for its values.
pub(super) struct Decryption<'key> {
    key: &'key PreSharedKey,
    mac: Option<(MacAlgorithm, Zeroizing<Vec<u8>>)>,
}

impl<'key> Decryption<'key> {
    /// How to decrypt the values of this container. `None` when nothing says that they are
    /// encrypted.
    pub(super) fn of(
        container: &Element,
        key: Option<&'key PreSharedKey>,
    ) -> Result<Option<Self>, ImportError> {
        let Some(encryption_key) = container.child(Vocabulary::Pskc, "EncryptionKey") else {
            return Ok(None);
        };
        let refuse = |what: &str| Err(ImportError::Encrypted(what.into()));
        let Some(key_name) = encryption_key.child(Vocabulary::Signature, "KeyName") else {
            return refuse(
                "only a pre-shared key is supported, no certificate and no passphrase: ask the vendor for a file \
                 under a pre-shared key",
            );
        };
        let Some(key) = key else {
            return refuse(&format!(
                "give the pre-shared key that the file calls {:?}",
                key_name.text()
            ));
        };
        let mac = match container.child(Vocabulary::Pskc, "MACMethod") {
            Some(method) => Some(mac_method(method, key).map_err(ImportError::Encrypted)?),
            None => None,
        };
        Ok(Some(Self { key, mac }))
    }

    /// The value in an `EncryptedValue`, after the `ValueMAC` beside it was found right.
    pub(super) fn open(
        &self,
        encrypted: &Element,
        value_mac: Option<&Element>,
    ) -> Result<Zeroizing<Vec<u8>>, String> {
        let ciphertext = ciphertext(encrypted)?;
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
            return Err(
                "the ValueMAC does not fit: the pre-shared key is wrong, or the file was altered"
                    .into(),
            );
        }
        decrypt(self.key, &ciphertext)
    }
}

fn mac_method(
    method: &Element,
    key: &PreSharedKey,
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
        Some(mac_key) => decrypt(key, &ciphertext(mac_key)?)?,
        // Some vendors give no MAC key of its own: then the encryption key serves as one.
        None => Zeroizing::new(key.0.to_vec()),
    };
    Ok((algorithm, mac_key))
}

/// The initialization vector and the blocks after it, of an XML Encryption `EncryptedDataType`.
fn ciphertext(encrypted: &Element) -> Result<Vec<u8>, String> {
    let method = encrypted.child(Vocabulary::Encryption, "EncryptionMethod");
    if method.and_then(|method| method.attribute("Algorithm")) != Some(AES_128_CBC) {
        return Err(format!("the encryption algorithm must be {AES_128_CBC}"));
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

fn decrypt(
    PreSharedKey(key): &PreSharedKey,
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, String> {
    let (vector, blocks) = ciphertext.split_at(BLOCK);
    let mut plain = Zeroizing::new(blocks.to_vec());
    cbc::Decryptor::<aes::Aes128>::new_from_slices(&**key, vector)
        .expect("key and vector have 16 bytes")
        .decrypt_padded::<NoPadding>(&mut plain)
        .expect("whole blocks");
    // XML Encryption section 5.2: the last byte says how many bytes of padding there are, and the
    // others may be anything.
    let padding = usize::from(*plain.last().expect("at least one block"));
    if !(1..=BLOCK).contains(&padding) {
        return Err(
            "it does not decrypt: the pre-shared key is wrong, or the file was altered".into(),
        );
    }
    let length = plain.len() - padding;
    plain.truncate(length);
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pre_shared_key_is_32_hexadecimal_digits() {
        assert!(PreSharedKey::from_hexadecimal(" 4a057F6ab6fcb57ab5408e46a9835e68\n").is_ok());
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
