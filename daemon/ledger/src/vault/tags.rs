//! Tags: what stands in the log for something that may count for a while and must not be found again
//! after that, such as a phone number. Equal tags mean equal things.
//!
//! A tag is a MAC under a key that lives in the root file and is drawn anew once a tag has counted for
//! its longest time. The key before it is kept for as long again, so that nothing is forgotten early,
//! and then destroyed: tags under it lead back to nothing.

use super::Vault;
use super::seal::{Secret, derive, random_secret};
use crate::error::LedgerError;
use crate::faults::WritePoint;
use hmac::{Hmac, KeyInit, Mac};
use secinfo_domain::{KeyId, RotatingTag, Seconds, Timestamp};
use sha2::Sha256;

/// What a tag stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagPurpose {
    /// Where a message goes to.
    Destination,
    /// The terminal that a user is on.
    Terminal,
    /// What a user signs in from.
    SignInSource,
    /// An answer to what a method asks.
    Guess,
    /// The secret of a hardware token.
    Seed,
    /// Which security questions a name is asked.
    Questions,
    /// The credential of a security key.
    Credential,
    /// The user, as security keys know them.
    UserHandle,
}

impl TagPurpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Destination => b"secinfo tag 1 destination",
            Self::Terminal => b"secinfo tag 1 terminal",
            Self::SignInSource => b"secinfo tag 1 sign-in source",
            Self::Guess => b"secinfo tag 1 guess",
            Self::Seed => b"secinfo tag 1 seed",
            Self::Questions => b"secinfo tag 1 questions",
            Self::Credential => b"secinfo tag 1 credential",
            Self::UserHandle => b"secinfo tag 1 user handle",
        }
    }
}

/// The keys of tags.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct TagKeys {
    /// Since when the current one is in force.
    pub(super) since: Timestamp,
    pub(super) current: Secret,
    /// The one before it, as long as tags under it count.
    pub(super) former: Option<Secret>,
}

impl TagKeys {
    pub(super) fn generate() -> Result<Self, LedgerError> {
        Ok(Self {
            since: Timestamp::default(),
            current: random_secret()?,
            former: None,
        })
    }

    /// Whether they have to be drawn anew, where a tag counts for `life` at most. A clock that was far
    /// ahead keeps no key for longer.
    fn are_due(&self, now: Timestamp, life: Seconds) -> bool {
        now >= self.since.plus(life) || self.since >= now.plus(life)
    }

    fn renewed(&self, now: Timestamp, life: Seconds) -> Result<Self, LedgerError> {
        let counts = self.since <= now && now < self.since.plus(life).plus(life);
        Ok(Self {
            since: now,
            current: random_secret()?,
            former: counts.then(|| self.current.clone()),
        })
    }
}

impl Vault {
    /// The tag of what these parts say.
    pub fn tag(&self, purpose: TagPurpose, parts: &[&[u8]]) -> RotatingTag<[u8; 16]> {
        let keys = self.read().tags.clone();
        let tag = |key: &Secret| tag_under(key, purpose, parts);
        RotatingTag {
            current: tag(&keys.current),
            former: keys.former.as_ref().map(tag),
        }
    }

    /// The tag of what these parts say under a key of a user or a method; none where the vault has no such
    /// key. It counts as long as the key does, and leads back to nothing once that is destroyed.
    pub fn tag_under(
        &self,
        id: KeyId,
        purpose: TagPurpose,
        parts: &[&[u8]],
    ) -> Result<Option<[u8; 16]>, LedgerError> {
        let key = self.find(id)?;
        Ok(key.map(|key| tag_under(&key, purpose, parts)))
    }

    /// The tag of what these parts say, for as long as there is the log. Only of what cannot be guessed it
    /// may be written down, such as of the secret of a token or the id of a credential.
    pub fn lasting_tag(&self, purpose: TagPurpose, parts: &[&[u8]]) -> [u8; 16] {
        let key = derive(&self.signing_seed(), b"secinfo lasting tags 1");
        tag_under(&key, purpose, parts)
    }

    /// Draws a new key for tags, if that is due, and destroys the one before the former.
    pub(crate) fn renew_tag_keys(&self, now: Timestamp, life: Seconds) -> Result<(), LedgerError> {
        let mut root = self.read().clone();
        if !root.tags.are_due(now, life) {
            return Ok(());
        }
        root.tags = root.tags.renewed(now, life)?;
        self.store_root(&root, WritePoint::RootTags)
    }
}

fn tag_under(key: &Secret, purpose: TagPurpose, parts: &[&[u8]]) -> [u8; 16] {
    let key = derive(key, purpose.label());
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_slice())
        .expect("HMAC takes keys of any length");
    for part in parts {
        // Its length before it, so that no two lists of parts are the same bytes.
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    let tag = mac.finalize().into_bytes();
    std::array::from_fn(|place| tag[place])
}
