//! How a ledger is opened.

use crate::faults::Faults;
use crate::log::Engine;

/// How a ledger is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// The host's name, for the origin of a new log. A log that exists keeps its origin.
    pub host: String,
    /// What keeps the log.
    pub engine: Engine,
    /// How much of the log the storage engine keeps in memory, in bytes.
    pub cache_bytes: u64,
    /// How much room must stay free on the disk, in bytes, for a commit to be tried.
    pub reserve_bytes: u64,
    /// How many bytes of events there must be room for beyond that, so that
    /// there is [`Room`](secinfo_domain::Room) for everything.
    pub kept_bytes: u64,
    /// Which writes fail, in tests.
    pub faults: Faults,
}

impl Options {
    /// The usual options, for a new log of this host.
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            engine: Engine::default(),
            cache_bytes: 4 << 20,
            reserve_bytes: 4 << 20,
            kept_bytes: 8 << 20,
            faults: Faults::default(),
        }
    }
}
