//! Break-glass codes: the way in when the daemon cannot decide.
//!
//! Root makes a code ahead of time and keeps it offline. What the host holds is a small file per
//! code, named by the code's id, with a hash of the code. The program that accepts a code renames its file
//! first, to a name that says when and for which service it was used; the daemon finds it there
//! and enters it in the log. The command, the PAM module and the daemon read and write these files
//! through this crate alone.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")
)]

mod code;
mod directory;
mod name;
mod record;
mod user;

pub use code::{Code, CodeHash};
pub use directory::{Directory, DirectoryError};
pub use name::{FileName, Id, UsedName};
pub use record::{InvalidRecord, MAX_FILE_BYTES, Record};
pub use user::is_user_name;

/// Where the files are, unless an argument or the configuration says otherwise.
pub const DEFAULT_DIRECTORY: &str = "/etc/secinfo/break-glass";
