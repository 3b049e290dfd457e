//! What is known of a credential.

use crate::{Error, PublicKey, RpId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The longest credential id that is registered (WebAuthn Level 3 section 7.1 step 25).
const LONGEST_ID: usize = 1023;

/// The longest user handle (WebAuthn Level 3 section 5.4.3).
const LONGEST_HANDLE: usize = 64;

/// By which a security key finds its credential again: 1 to 1023 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub struct CredentialId(Vec<u8>);

impl CredentialId {
    /// Takes the bytes of a credential id.
    pub fn new(bytes: Vec<u8>) -> Result<Self, Error> {
        if (1..=LONGEST_ID).contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(Error::Credential("a credential id has 1 to 1023 bytes"))
        }
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The user as security keys know them, without a name: 1 to 64 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub struct UserHandle(Vec<u8>);

impl UserHandle {
    /// Takes the bytes of a user handle.
    pub fn new(bytes: Vec<u8>) -> Result<Self, Error> {
        if (1..=LONGEST_HANDLE).contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(Error::Credential("a user handle has 1 to 64 bytes"))
        }
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

macro_rules! stored_as_bytes {
    ($($name:ident),*) => {$(
        impl TryFrom<Vec<u8>> for $name {
            type Error = Error;

            fn try_from(bytes: Vec<u8>) -> Result<Self, Error> {
                Self::new(bytes)
            }
        }

        impl From<$name> for Vec<u8> {
            fn from(it: $name) -> Self {
                it.0
            }
        }
    )*};
}

stored_as_bytes!(CredentialId, UserHandle);

/// How a client reaches a security key (WebAuthn Level 3 section 5.8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// USB.
    Usb,
    /// Near field.
    Nfc,
    /// Bluetooth Low Energy.
    Ble,
    /// A smart card with contacts.
    SmartCard,
    /// A phone beside the client.
    Hybrid,
    /// Part of the client device.
    Internal,
}

impl Transport {
    /// The transport of this name; clients may know others.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "usb" => Some(Self::Usb),
            "nfc" => Some(Self::Nfc),
            "ble" => Some(Self::Ble),
            "smart-card" => Some(Self::SmartCard),
            "hybrid" => Some(Self::Hybrid),
            "internal" => Some(Self::Internal),
            _ => None,
        }
    }
}

/// How clients reached a security key when it was registered: a hint for later requests.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Transports(BTreeSet<Transport>);

impl Transports {
    /// The transports, each once.
    pub fn iter(&self) -> impl Iterator<Item = Transport> {
        self.0.iter().copied()
    }
}

impl FromIterator<Transport> for Transports {
    fn from_iter<I: IntoIterator<Item = Transport>>(transports: I) -> Self {
        Self(transports.into_iter().collect())
    }
}

/// A credential as options name it to a client.
#[derive(Debug, Clone, Copy)]
pub struct Described<'a> {
    /// Its id.
    pub id: &'a CredentialId,
    /// How it was reached.
    pub transports: &'a Transports,
}

/// A registered credential: what its assertions are verified with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCredential {
    /// Its id.
    pub id: CredentialId,
    /// With which its signatures are verified.
    pub public_key: PublicKey,
    /// What it is bound to.
    pub rp_id: RpId,
    /// Whether it said at its registration that it can be synchronized. That never changes.
    pub backup_eligible: bool,
    /// The user handle that it was registered with; none where that is not known, as of imported ones.
    pub user_handle: Option<UserHandle>,
}
