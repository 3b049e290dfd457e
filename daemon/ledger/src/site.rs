//! Where a ledger is, and how it is opened.

use crate::options::Options;
use crate::vault::master::MasterKey;
use std::path::PathBuf;

/// Where a ledger is, and how it is opened.
pub(crate) struct Site {
    pub(crate) directory: PathBuf,
    pub(crate) master: MasterKey,
    pub(crate) options: Options,
}
