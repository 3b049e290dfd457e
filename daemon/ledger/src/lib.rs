//! The event log on sled, its hash tree and checkpoints, the vault and the export.
//!
//! [`Ledger`] is the one writer of a directory, [`LedgerReader`] reads what is durable from any
//! thread. Events are opaque here: one line of text each, hashed and stored byte for byte.
//!
//! The directory holds:
//!
//! | name | what |
//! |---|---|
//! | `log/` | sled: events, hash tiles, wrapped keys, user index |
//! | `vault.root` | the vault's root key and the signing key, sealed under the master key |
//! | `head` | how far the log has come, to notice when its end is lost |
//! | `snapshot` | a cache of the projection |
//! | `lock` | who has the directory open |
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
mod head;
mod ledger;
mod log;
mod reader;
mod snapshot;
mod start;
mod vault;
mod verify;

pub use commit::Commit;
pub use error::LedgerError;
pub use export::{ExportReader, export, export_root};
pub use faults::{FaultMode, Faults, WritePoint};
pub use ledger::{Ledger, Options};
pub use log::MAX_EVENT;
pub use reader::LedgerReader;
pub use vault::{MasterKey, NewKey, SEAL_OVERHEAD};
pub use verify::{Report, verify_all};
