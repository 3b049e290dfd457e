//! Backups of a ledger: a stream of bytes that holds the log and its keys as they are at one time.
//!
//! ```text
//! "secinfo backup 1\n"
//! M  the manifest: JSON, one object
//! S  the seed of the key that signs checkpoints: 32 bytes
//! P  the key with which the host signs what it asks phones, in PKCS#8; empty where there is none
//! K  a key of the vault: its id (16 bytes) and the key (32), once for each, by rising id
//! E  an event, in exactly the bytes that are stored, once for each, in order
//! Z  SHA-256 of all bytes before this record
//! ```
//!
//! A record is its letter, the length of what follows (u32, big-endian), and that. A stream that was
//! cut or changed has another hash or none, events that were exchanged another root than the
//! checkpoint in the manifest, and a number of keys or events is never other than the manifest says.
//!
//! The stream is not encrypted, and holds every secret of the host: the caller seals it before
//! it touches a disk. The master key, the index of users and the snapshot are not in it. The first is
//! what a host seals its own keys with, the others follow from the rest.

mod contents;
mod manifest;
mod place;
mod read;
mod restoration;
mod snapshot;

pub use contents::BackupContents;
pub use manifest::{BackupLabel, Manifest};
pub use place::is_pending;
pub use read::{BackupPart, BackupReader};
pub use restoration::{Restoration, Restored};
pub use snapshot::BackupSnapshot;

pub(crate) use place::settle;
pub(crate) use snapshot::RetainedKeys;

use crate::error::LedgerError;

const MAGIC: &[u8] = b"secinfo backup 1\n";
const MANIFEST: u8 = b'M';
const SEED: u8 = b'S';
const PUSH: u8 = b'P';
const KEY: u8 = b'K';
const EVENT: u8 = b'E';
const END: u8 = b'Z';

/// A letter and a length.
const HEAD: usize = 5;
const SEED_LEN: usize = 32;
const ID_LEN: usize = 16;
const KEY_LEN: usize = ID_LEN + 32;
const END_LEN: usize = 32;
/// Far more than a manifest takes.
const MOST_OF_MANIFEST: usize = 16 * 1024;

fn unreadable(why: impl Into<String>) -> LedgerError {
    LedgerError::Backup { why: why.into() }
}
