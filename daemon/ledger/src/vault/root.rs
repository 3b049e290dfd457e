//! The vault's root: a small file beside the log, sealed under the master key.
//!
//! It stands outside sled because sled keeps what was overwritten for a while, and the point of a
//! new root key is that the former one is nowhere any more.

use super::master::ROOT_FILE;
use super::seal::{OpenError, Secret, open, random_secret, seal};
use super::tags::TagKeys;
use crate::error::LedgerError;
use crate::faults::WritePoint;
use crate::files::{SMALL_FILE, read_bounded, replace};
use crate::site::Site;
use secinfo_domain::Timestamp;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const MAGIC: &[u8] = b"secinfo vault root 1\n";
const CONTEXT: &[u8] = b"vault root";
const CHECKSUM: usize = 32;
const MAX_ORIGIN: usize = 1024;
/// The longest key of push: RSA with 4096 bits has 2.4 KB.
pub(crate) const MAX_PUSH_KEY: usize = 4096;

const REMEDY: &str = "restore the ledger's directory from a backup; without this file no key opens";

/// What the root file holds.
#[derive(Clone)]
pub(crate) struct Root {
    /// The log that this root belongs to.
    pub(crate) origin: String,
    /// Whether the log was made completely. Until then there is nothing in it that could be lost.
    pub(crate) complete: bool,
    /// Seed of the key that signs checkpoints.
    pub(crate) signing_seed: Secret,
    /// Key of the index from (uid, name) to user.
    pub(crate) index_key: Secret,
    /// The keys of tags.
    pub(super) tags: TagKeys,
    /// The key with which the host signs what it asks phones, in PKCS#8; none where push was never on.
    pub(crate) push_key: Option<Zeroizing<Vec<u8>>>,
    /// The root key in force; while keys are being destroyed the next one as well.
    pub(crate) keys: Vec<Secret>,
}

impl Root {
    /// A root with fresh random keys.
    pub(crate) fn generate(origin: String) -> Result<Self, LedgerError> {
        debug_assert!(origin.len() <= MAX_ORIGIN);
        Ok(Self {
            origin,
            complete: false,
            signing_seed: random_secret()?,
            index_key: random_secret()?,
            tags: TagKeys::generate()?,
            push_key: None,
            keys: vec![random_secret()?],
        })
    }

    /// Reads the root file of a ledger; `None` if there is none.
    pub(crate) fn load(site: &Site) -> Result<Option<Self>, LedgerError> {
        let path = site.directory.join(ROOT_FILE);
        let Some(file) = read_bounded(&path, SMALL_FILE)? else {
            return Ok(None);
        };
        let damaged = || LedgerError::Damaged {
            what: format!(
                "the vault's root file {} is not as it was written",
                path.display()
            ),
            from_event: None,
            remedy: REMEDY,
        };
        let (content, checksum) = file.split_last_chunk::<CHECKSUM>().ok_or_else(damaged)?;
        // No protection, which the sealing gives, but tells a damaged file from a wrong key: what is as
        // it was written and does not open was sealed under another.
        if <[u8; CHECKSUM]>::from(Sha256::digest(content)) != *checksum {
            return Err(damaged());
        }
        let sealed = content.strip_prefix(MAGIC).ok_or_else(damaged)?;
        let payload = match open(site.master.bytes(), &[CONTEXT], sealed) {
            Ok(payload) => payload,
            Err(OpenError::Refused) => return Err(LedgerError::WrongMasterKey),
            Err(OpenError::Malformed) => return Err(damaged()),
        };
        Self::decode(&payload).map(Some).ok_or_else(damaged)
    }

    /// Replaces the root file, durably. The former one is overwritten before it goes.
    pub(crate) fn store(&self, site: &Site, point: WritePoint) -> Result<(), LedgerError> {
        let mut content = MAGIC.to_vec();
        content.extend_from_slice(&seal(site.master.bytes(), &[CONTEXT], &self.encode())?);
        let checksum = Sha256::digest(&content);
        content.extend_from_slice(&checksum);
        replace(
            &site.directory,
            ROOT_FILE,
            &content,
            true,
            point,
            &site.options.faults,
        )
    }

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        // Room for all of it at once: a vector that grows would leave copies of the keys behind.
        let mut out = Zeroizing::new(Vec::with_capacity(MAX_ORIGIN + MAX_PUSH_KEY + 512));
        out.push(u8::from(self.complete));
        out.extend_from_slice(self.signing_seed.as_slice());
        out.extend_from_slice(self.index_key.as_slice());
        out.extend_from_slice(&self.tags.since.as_millis().to_be_bytes());
        out.extend_from_slice(self.tags.current.as_slice());
        out.push(u8::from(self.tags.former.is_some()));
        if let Some(former) = &self.tags.former {
            out.extend_from_slice(former.as_slice());
        }
        out.push(u8::try_from(self.keys.len()).expect("there are one or two root keys"));
        for key in &self.keys {
            out.extend_from_slice(key.as_slice());
        }
        let push_key = self.push_key.as_ref().map_or(&[][..], |key| key);
        let length = u16::try_from(push_key.len()).expect("it was found short when it was kept");
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(push_key);
        out.extend_from_slice(self.origin.as_bytes());
        out
    }

    fn decode(mut bytes: &[u8]) -> Option<Self> {
        fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
            let (head, rest) = bytes.split_first_chunk::<N>()?;
            *bytes = rest;
            Some(head)
        }
        let input = &mut bytes;
        let [complete @ (0 | 1)] = *take::<1>(input)? else {
            return None;
        };
        let signing_seed = Zeroizing::new(*take::<32>(input)?);
        let index_key = Zeroizing::new(*take::<32>(input)?);
        let tags = TagKeys {
            since: Timestamp::from_millis(u64::from_be_bytes(*take::<8>(input)?)),
            current: Zeroizing::new(*take::<32>(input)?),
            former: match *take::<1>(input)? {
                [0] => None,
                [1] => Some(Zeroizing::new(*take::<32>(input)?)),
                _ => return None,
            },
        };
        let [count @ (1 | 2)] = *take::<1>(input)? else {
            return None;
        };
        let mut keys = Vec::with_capacity(usize::from(count));
        for _ in 0..count {
            keys.push(Zeroizing::new(*take::<32>(input)?));
        }
        let length = usize::from(u16::from_be_bytes(*take::<2>(input)?));
        let (push_key, origin) = input.split_at_checked(length)?;
        let push_key = (length > 0).then(|| Zeroizing::new(push_key.to_vec()));
        let origin = String::from_utf8(origin.to_vec()).ok()?;
        Some(Self {
            origin,
            complete: complete == 1,
            signing_seed,
            index_key,
            tags,
            push_key,
            keys,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use crate::options::Options;
    use crate::vault::MasterKey;

    fn site(directory: &std::path::Path, master: u8) -> Site {
        Site {
            directory: directory.to_owned(),
            master: MasterKey::from_bytes([master; 32]),
            options: Options::new("host.example"),
        }
    }

    #[test]
    fn survives_storing_and_tells_a_wrong_key_from_damage() {
        let dir = tempfile::tempdir().unwrap();
        let (own, other) = (site(dir.path(), 1), site(dir.path(), 2));
        assert!(Root::load(&own).unwrap().is_none());
        let mut root = Root::generate("host.example/secinfo/00".to_owned()).unwrap();
        root.keys.push(random_secret().unwrap());
        root.tags.former = Some(random_secret().unwrap());
        root.push_key = Some(Zeroizing::new(vec![7; 2400]));
        root.store(&own, WritePoint::RootCreate).unwrap();

        let loaded = Root::load(&own).unwrap().unwrap();
        assert_eq!(*loaded.encode(), *root.encode());
        assert_eq!(loaded.keys, root.keys);
        assert!(matches!(
            Root::load(&other),
            Err(LedgerError::WrongMasterKey)
        ));

        let path = dir.path().join(ROOT_FILE);
        let good = std::fs::read(&path).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            std::fs::write(&path, &bad).unwrap();
            let error = Root::load(&own);
            assert!(
                matches!(error, Err(LedgerError::Damaged { .. })),
                "byte {at}"
            );
            std::fs::write(&path, &good[..at]).unwrap();
            let error = Root::load(&own);
            assert!(
                matches!(error, Err(LedgerError::Damaged { .. })),
                "cut at {at}"
            );
        }
    }
}
