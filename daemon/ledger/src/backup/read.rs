//! Reading a backup, record by record, in bounded memory.

use super::{
    END, END_LEN, EVENT, HEAD, ID_LEN, KEY, KEY_LEN, MAGIC, MANIFEST, MOST_OF_MANIFEST, Manifest,
    PUSH, SEED, SEED_LEN, unreadable,
};
use crate::checkpoint::{Checkpoint, CheckpointSigner, Origin, VerifierKey};
use crate::error::LedgerError;
use crate::log::MAX_EVENT;
use crate::tree::{Frontier, leaf_hash};
use crate::vault::{MAX_PUSH_KEY, NewKey, Secret};
use secinfo_domain::KeyId;
use sha2::{Digest, Sha256};
use std::io::{self, Read};
use std::path::Path;
use zeroize::Zeroizing;

/// One of the things that a backup is made of.
pub enum BackupPart<'a> {
    /// A key of the vault.
    Key(NewKey),
    /// The stored bytes of an event.
    Event(&'a [u8]),
}

/// Reads a backup. Nothing of it counts before the end was reached without an error.
pub struct BackupReader<R> {
    input: R,
    hash: Sha256,
    body: Zeroizing<Vec<u8>>,
    manifest: Manifest,
    checkpoint: Checkpoint,
    seed: Secret,
    push_key: Option<Zeroizing<Vec<u8>>>,
    verifier: VerifierKey,
    keys: u64,
    last_key: Option<KeyId>,
    tree: Frontier,
    ended: bool,
}

impl<R: Read> BackupReader<R> {
    /// Reads the beginning, and verifies the checkpoint in it.
    pub fn open(mut input: R) -> Result<Self, LedgerError> {
        let mut magic = [0; MAGIC.len()];
        read_exact(&mut input, &mut magic)?;
        if magic != MAGIC {
            return Err(unreadable(
                "it does not begin like one that this version can read",
            ));
        }
        let mut records = Records {
            input,
            hash: Sha256::new_with_prefix(magic),
            body: Zeroizing::new(Vec::with_capacity(MAX_EVENT)),
        };
        records.expect(MANIFEST, 1..=MOST_OF_MANIFEST)?;
        let manifest: Manifest = serde_json::from_slice(&records.body)
            .map_err(|error| unreadable(format!("its manifest does not read: {error}")))?;
        records.expect(SEED, SEED_LEN..=SEED_LEN)?;
        let mut seed = Secret::default();
        seed.copy_from_slice(&records.body);
        records.expect(PUSH, 0..=MAX_PUSH_KEY)?;
        let push_key = (!records.body.is_empty()).then(|| records.body.clone());
        let origin: Origin = manifest.origin.parse()?;
        let signer = CheckpointSigner::from_seed(origin, &seed);
        let verifier = signer.verifier_key().clone();
        let checkpoint = manifest.verify(&verifier)?;
        let Records { input, hash, body } = records;
        Ok(Self {
            input,
            hash,
            body,
            manifest,
            checkpoint,
            seed,
            push_key,
            verifier,
            keys: 0,
            last_key: None,
            tree: Frontier::new(),
            ended: false,
        })
    }

    /// What it says of itself. The checkpoint in it is verified.
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The key that the checkpoint in it was verified with. It is in the backup itself: who made the
    /// backup is known only by comparing it with one that was noted before.
    pub const fn verifier_key(&self) -> &VerifierKey {
        &self.verifier
    }

    pub(super) const fn seed(&self) -> &Secret {
        &self.seed
    }

    pub(super) const fn push_key(&self) -> Option<&Zeroizing<Vec<u8>>> {
        self.push_key.as_ref()
    }

    pub(super) const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The next part; `None` at the end, when everything was found to be as the manifest says.
    pub fn next_part(&mut self) -> Result<Option<BackupPart<'_>>, LedgerError> {
        if self.ended {
            return Ok(None);
        }
        let before = self.hash.clone();
        let (letter, length) = read_head(&mut self.input, &mut self.hash)?;
        let bounds = match letter {
            KEY => KEY_LEN..=KEY_LEN,
            EVENT => 1..=MAX_EVENT,
            END => END_LEN..=END_LEN,
            _ => return Err(unreadable("it has a record of an unknown kind")),
        };
        read_body(
            &mut self.input,
            &mut self.hash,
            &mut self.body,
            length,
            &bounds,
        )?;
        match letter {
            KEY => self.key().map(Some),
            EVENT => self.event().map(Some),
            _ => self.end(before).map(|()| None),
        }
    }

    fn key(&mut self) -> Result<BackupPart<'_>, LedgerError> {
        let (id, secret) = self.body.split_at(ID_LEN);
        let id = KeyId::from_bytes(id.try_into().expect("its length was checked"));
        let rises = self.last_key.is_none_or(|last| last < id);
        if self.tree.size() > 0 || !rises || self.keys == self.manifest.keys {
            return Err(unreadable("it has a key where there can be none"));
        }
        self.keys += 1;
        self.last_key = Some(id);
        let mut key = Secret::default();
        key.copy_from_slice(secret);
        Ok(BackupPart::Key(NewKey::from_parts(id, key)))
    }

    fn event(&mut self) -> Result<BackupPart<'_>, LedgerError> {
        if self.tree.size() == self.manifest.size {
            return Err(unreadable("it has more events than its manifest says"));
        }
        self.tree.append(leaf_hash(&self.body));
        Ok(BackupPart::Event(&self.body))
    }

    fn end(&mut self, before: Sha256) -> Result<(), LedgerError> {
        if before.finalize().as_slice() != self.body.as_slice() {
            return Err(unreadable("it was changed since it was made"));
        }
        let (keys, size) = (self.manifest.keys, self.manifest.size);
        if self.keys != keys || self.tree.size() != size {
            return Err(unreadable(format!(
                "it has {} keys and {} events where its manifest says {keys} and {size}",
                self.keys,
                self.tree.size()
            )));
        }
        if size > 0 && self.tree.root() != *self.checkpoint.root() {
            return Err(unreadable(
                "its events are not those that its checkpoint was signed for",
            ));
        }
        match self.input.read(&mut [0]) {
            Ok(0) => {}
            Ok(_) => return Err(unreadable("it goes on after its end")),
            Err(error) => return Err(failed(error)),
        }
        self.ended = true;
        Ok(())
    }
}

/// What is read before it is known whose backup it is.
struct Records<R> {
    input: R,
    hash: Sha256,
    body: Zeroizing<Vec<u8>>,
}

impl<R: Read> Records<R> {
    fn expect(
        &mut self,
        letter: u8,
        bounds: std::ops::RangeInclusive<usize>,
    ) -> Result<(), LedgerError> {
        let (found, length) = read_head(&mut self.input, &mut self.hash)?;
        if found != letter {
            return Err(unreadable("its records are out of order"));
        }
        read_body(
            &mut self.input,
            &mut self.hash,
            &mut self.body,
            length,
            &bounds,
        )
    }
}

fn read_head(input: &mut impl Read, hash: &mut Sha256) -> Result<(u8, usize), LedgerError> {
    let mut head = [0; HEAD];
    read_exact(input, &mut head)?;
    hash.update(head);
    let [letter, length @ ..] = head;
    Ok((letter, u32::from_be_bytes(length) as usize))
}

fn read_body(
    input: &mut impl Read,
    hash: &mut Sha256,
    body: &mut Zeroizing<Vec<u8>>,
    length: usize,
    bounds: &std::ops::RangeInclusive<usize>,
) -> Result<(), LedgerError> {
    if !bounds.contains(&length) {
        return Err(unreadable("it has a record of a length that cannot be"));
    }
    // It was made as long as the longest record: it never moves, and leaves no copy of a key.
    body.resize(length, 0);
    read_exact(input, body)?;
    hash.update(body.as_slice());
    Ok(())
}

fn read_exact(input: &mut impl Read, bytes: &mut [u8]) -> Result<(), LedgerError> {
    input.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => unreadable("it was cut off"),
        _ => failed(error),
    })
}

fn failed(source: io::Error) -> LedgerError {
    LedgerError::io("cannot read", Path::new("the backup"))(source)
}
