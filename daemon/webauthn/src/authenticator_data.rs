//! What a security key signs: authenticator data (WebAuthn Level 3 section 6.1).

use crate::cbor::{self, Value};
use crate::{CredentialId, Error, PublicKey, RpId};
use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The model of a security key. Without attestation it is only what the key says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Aaguid(pub [u8; 16]);

impl fmt::Display for Aaguid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in [0..4, 4..6, 6..8, 8..10, 10..16].into_iter().enumerate() {
            if index > 0 {
                formatter.write_str("-")?;
            }
            formatter.write_str(&HEXLOWER.encode(&self.0[part]))?;
        }
        Ok(())
    }
}

impl FromStr for Aaguid {
    type Err = Error;

    /// Reads the usual form, `cb69481e-8ff7-4039-93ec-0a2729a154a8`, in either case.
    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = Error::Credential("an AAGUID is written as 8-4-4-4-12 hexadecimal digits");
        let lower = text.to_ascii_lowercase();
        let bytes = HEXLOWER.decode(lower.replace('-', "").as_bytes());
        let aaguid = bytes.ok().and_then(|bytes| bytes.try_into().ok()).map(Self);
        aaguid
            .filter(|aaguid| aaguid.to_string() == lower)
            .ok_or(wrong)
    }
}

/// Whether a credential can leave its security key (WebAuthn Level 3 section 6.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backup {
    /// It cannot.
    DeviceBound,
    /// It can be synchronized, and is on one device yet.
    Eligible,
    /// It is synchronized.
    BackedUp,
}

impl Backup {
    /// Whether the credential can be synchronized.
    pub const fn is_eligible(self) -> bool {
        !matches!(self, Self::DeviceBound)
    }
}

/// Authenticator data.
#[derive(Debug)]
pub(crate) struct AuthenticatorData<'a> {
    /// All of it, as it is signed.
    pub(crate) raw: &'a [u8],
    /// The hash of the RP ID that the key was asked with.
    pub(crate) rp_id_hash: &'a [u8; 32],
    /// Whether the key was touched.
    pub(crate) user_present: bool,
    /// Whether the key verified its user.
    pub(crate) user_verified: bool,
    /// Whether the credential can leave its key.
    pub(crate) backup: Backup,
    /// The signature counter.
    pub(crate) sign_count: u32,
    /// The credential, where it is made.
    pub(crate) credential: Option<AttestedCredential>,
}

/// A credential that is made (WebAuthn Level 3 section 6.5.1).
#[derive(Debug)]
pub(crate) struct AttestedCredential {
    /// The model.
    pub(crate) aaguid: Aaguid,
    /// The id.
    pub(crate) id: CredentialId,
    /// The public key.
    pub(crate) public_key: PublicKey,
}

/// The bits of the flags; those between are reserved and ignored.
mod flag {
    pub(super) const USER_PRESENT: u8 = 1;
    pub(super) const USER_VERIFIED: u8 = 1 << 2;
    pub(super) const BACKUP_ELIGIBLE: u8 = 1 << 3;
    pub(super) const BACKUP_STATE: u8 = 1 << 4;
    pub(super) const ATTESTED_CREDENTIAL: u8 = 1 << 6;
    pub(super) const EXTENSIONS: u8 = 1 << 7;
}

impl<'a> AuthenticatorData<'a> {
    /// Reads authenticator data, which is exactly as long as its parts.
    pub(crate) fn read(raw: &'a [u8]) -> Result<Self, Error> {
        let (rp_id_hash, rest) = raw.split_first_chunk().ok_or_else(cut_short)?;
        let (&[flags], rest) = rest.split_first_chunk().ok_or_else(cut_short)?;
        let (sign_count, mut rest) = rest.split_first_chunk().ok_or_else(cut_short)?;
        let has = |flag| flags & flag != 0;
        let backup = match (has(flag::BACKUP_ELIGIBLE), has(flag::BACKUP_STATE)) {
            (false, false) => Backup::DeviceBound,
            (true, false) => Backup::Eligible,
            (true, true) => Backup::BackedUp,
            (false, true) => {
                return Err(Error::WrongAssertion(
                    "the credential is backed up, and is not eligible for that",
                ));
            }
        };
        let mut credential = None;
        if has(flag::ATTESTED_CREDENTIAL) {
            let (attested, after) = AttestedCredential::read(rest)?;
            (credential, rest) = (Some(attested), after);
        }
        if has(flag::EXTENSIONS) {
            let (extensions, after) = cbor::read_first(rest)?;
            if !matches!(extensions, Value::Map(_)) {
                return Err(Error::WrongAssertion("the extensions are no map"));
            }
            rest = after;
        }
        if !rest.is_empty() {
            return Err(Error::WrongAssertion("bytes follow the authenticator data"));
        }
        Ok(Self {
            raw,
            rp_id_hash,
            user_present: has(flag::USER_PRESENT),
            user_verified: has(flag::USER_VERIFIED),
            backup,
            sign_count: u32::from_be_bytes(*sign_count),
            credential,
        })
    }

    /// Refuses what is of another RP ID, or was made without its user (WebAuthn Level 3 section 7.1
    /// steps 14 to 16, section 7.2 steps 15 to 17).
    pub(crate) fn check_user(&self, rp_id: &RpId) -> Result<(), Error> {
        if self.rp_id_hash[..] != *digest(&SHA256, rp_id.as_str().as_bytes()).as_ref() {
            return Err(Error::WrongAssertion(
                "the key was asked with another RP ID",
            ));
        }
        if !self.user_present {
            return Err(Error::WrongAssertion("the key was not touched"));
        }
        if !self.user_verified {
            return Err(Error::UserVerificationMissing);
        }
        Ok(())
    }
}

impl AttestedCredential {
    fn read(bytes: &[u8]) -> Result<(Self, &[u8]), Error> {
        let (aaguid, rest) = bytes.split_first_chunk().ok_or_else(cut_short)?;
        let (length, rest) = rest.split_first_chunk().ok_or_else(cut_short)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (id, rest) = rest.split_at_checked(length).ok_or_else(cut_short)?;
        let (public_key, rest) = cbor::read_first(rest)?;
        let credential = Self {
            aaguid: Aaguid(*aaguid),
            id: CredentialId::new(id.to_vec()).map_err(Error::of_response)?,
            public_key: PublicKey::from_value(public_key).map_err(Error::of_response)?,
        };
        Ok((credential, rest))
    }
}

const fn cut_short() -> Error {
    Error::WrongAssertion("the authenticator data is cut short")
}
