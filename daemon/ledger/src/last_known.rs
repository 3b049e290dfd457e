//! Last known log size and root, to detect truncation.
//!
//! sled takes an unreadable stretch for the place where the last crash cut it, and starts without
//! what came after. The file is written after each acknowledged commit, without a sync of its own:
//! it is never ahead of what is durable, and behind it only after a power cut. A log that is shorter
//! than the file says, or had another root at its last anchor, has lost acknowledged events.

use crate::error::LedgerError;
use crate::faults::{Faults, WritePoint};
use crate::tree::{EMPTY_ROOT, Hash};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The file's name in the ledger's directory.
pub(crate) const HEAD_FILE: &str = "head";

const LABEL: &[u8] = b"secinfo head 1\n";
const BODY: usize = 48;
const CHECKSUM: usize = 16;
const ENTRY: usize = BODY + CHECKSUM;

/// The file, open for writing. Two entries are written in turn, so that one of them is whole.
pub(crate) struct LastKnown {
    file: File,
    path: PathBuf,
    turn: bool,
    anchor: (u64, Hash),
    faults: Faults,
}

/// Size and root that the log had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KnownSize {
    /// How many events were durable.
    pub(crate) size: u64,
    /// The root at some size up to that one: hashing it for every commit would be a cost that the
    /// commit's time shows.
    pub(crate) anchor: (u64, Hash),
}

impl KnownSize {
    /// That the log had this root at this size.
    pub(crate) const fn new(size: u64, root: Hash) -> Self {
        Self {
            size,
            anchor: (size, root),
        }
    }
}

impl LastKnown {
    /// Opens the file, or makes one. Returns what it says.
    pub(crate) fn open(
        directory: &Path,
        faults: &Faults,
    ) -> Result<(Self, Option<KnownSize>), LedgerError> {
        let path = directory.join(HEAD_FILE);
        let open = || {
            File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(&path)
        };
        let file = open().map_err(LedgerError::io("cannot open", &path))?;
        let entries = [0, 1].map(|turn| {
            let mut entry = [0; ENTRY];
            file.read_exact_at(&mut entry, offset(turn == 1)).ok()?;
            decode(&entry)
        });
        let newest = entries.into_iter().flatten().max_by_key(|known| known.size);
        if newest.is_none() && file.metadata().is_ok_and(|metadata| metadata.len() > 0) {
            tracing::warn!(path = %path.display(), "the last known size of the log does not read; it is written anew");
        }
        // The next entry goes over the older one.
        let turn = newest.is_some() && newest == entries[0];
        let last_known = Self {
            file,
            path,
            turn,
            anchor: (0, EMPTY_ROOT),
            faults: faults.clone(),
        };
        Ok((last_known, newest))
    }

    /// Sets the root at a size that the log has, for the entries from now on.
    pub(crate) const fn set_anchor(&mut self, size: u64, root: Hash) {
        self.anchor = (size, root);
    }

    /// Writes down that the log has this size. Failing costs a check at the next start, no event.
    pub(crate) fn set_size(&mut self, size: u64) {
        let entry = encode(KnownSize {
            size,
            anchor: self.anchor,
        });
        let at = offset(self.turn);
        let write = |bytes: &[u8]| -> io::Result<()> { self.file.write_all_at(bytes, at) };
        let result = self.faults.around(
            WritePoint::Head,
            || write(&entry),
            || write(&entry[..ENTRY / 2]),
        );
        match result {
            Ok(()) => self.turn = !self.turn,
            Err(error) => {
                tracing::warn!(%error, path = %self.path.display(), "the size of the log cannot be written down");
            }
        }
    }
}

const fn offset(turn: bool) -> u64 {
    if turn { ENTRY as u64 } else { 0 }
}

fn checksum(body: &[u8]) -> [u8; CHECKSUM] {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(LABEL)
        .chain_update(body)
        .finalize()
        .into();
    *digest.first_chunk().expect("a SHA-256 has 32 bytes")
}

fn encode(known: KnownSize) -> [u8; ENTRY] {
    let (anchor, root) = known.anchor;
    let mut entry = [0; ENTRY];
    entry[..8].copy_from_slice(&known.size.to_be_bytes());
    entry[8..16].copy_from_slice(&anchor.to_be_bytes());
    entry[16..BODY].copy_from_slice(root.as_bytes());
    let checksum = checksum(&entry[..BODY]);
    entry[BODY..].copy_from_slice(&checksum);
    entry
}

fn decode(entry: &[u8; ENTRY]) -> Option<KnownSize> {
    let (body, stored) = entry.split_first_chunk::<BODY>()?;
    if checksum(body) != *stored {
        return None;
    }
    let (size, rest) = body.split_first_chunk::<8>()?;
    let (anchor, root) = rest.split_first_chunk::<8>()?;
    let root = Hash::from_bytes(root.try_into().ok()?);
    Some(KnownSize {
        size: u64::from_be_bytes(*size),
        anchor: (u64::from_be_bytes(*anchor), root),
    })
}
