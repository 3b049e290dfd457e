//! The event log, its hash tree and checkpoints, the vault and the export.
//!
//! [`Ledger`] is the one writer of a directory, the parts of [`LedgerReader`] read what is durable from
//! any thread. The log is kept by an [`Engine`]. Events are opaque here: one line of text each, hashed and stored byte for byte.
//!
//! The directory holds:
//!
//! | name | what |
//! |---|---|
//! | `log/` | sled: events, and beside them hash tiles, wrapped keys, the user index and whose events are where; a journal of the last commits |
//! | `vault.root` | the vault's root key and the signing key, sealed under the master key |
//! | `head` | last known log size and root, to detect truncation |
//! | `snapshot` | a cache of the projection |
//! | `lock` | which process has the directory open |
//! | `restore.*/` | a ledger that is being restored; see [`backup`] |

pub mod backup;
pub mod checkpoint;
pub mod tree;

mod commit;
mod error;
mod export;
mod faults;
mod files;
mod hashing;
mod index;
mod last_known;
mod ledger;
mod log;
mod log_reader;
mod options;
mod proofs;
mod site;
mod snapshot;
mod start;
mod tiles;
mod user_events;
mod vault;
mod verify;

pub use commit::Commit;
pub use error::LedgerError;
pub use export::{ExportReader, export, export_root};
pub use faults::{FaultMode, Faults, WritePoint};
pub use index::UserIndex;
pub use ledger::{Ledger, LedgerReader};
#[cfg(feature = "memory")]
pub use log::MemoryStorage;
pub use log::{Engine, MAX_EVENT};
pub use log_reader::LogReader;
pub use options::Options;
pub use proofs::Proofs;
pub use snapshot::SnapshotFile;
pub use vault::{MasterKey, NewKey, SEAL_OVERHEAD, TagPurpose, Vault};
pub use verify::{Report, verify_all};
