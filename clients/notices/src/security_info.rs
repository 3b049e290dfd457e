//! A user's security info, as far as notices tell of it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is known of a user at one time. Two of them tell what happened in between.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SecurityInfo {
    /// The methods, by their paths on the bus, which are never used again.
    pub(crate) methods: BTreeMap<String, Method>,
    /// The path of the default method; none when there is none.
    pub(crate) default: Option<String>,
    /// Since when the user's account is locked, in Unix milliseconds: 0 for not at all, none where the
    /// daemon cannot lock accounts.
    pub(crate) account_locked: Option<u64>,
}

/// One method.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Method {
    /// Its kind, by its name on the bus.
    pub(crate) kind: String,
    /// What the user calls it.
    pub(crate) label: String,
    /// When it will be deleted, in Unix seconds; 0 for never.
    pub(crate) deletion_due: u64,
    /// When its lock ends, in Unix seconds; 0 for not locked.
    pub(crate) locked_until: u64,
    /// Whether there may be a copy of the security key.
    pub(crate) may_be_copied: bool,
}
