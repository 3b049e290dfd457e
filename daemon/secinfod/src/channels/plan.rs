//! Everything that a channel's host is started with: when it changes, the host is restarted.

use crate::config::{ChannelConfig, HostSettings, Launch};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) config: ChannelConfig,
    pub(super) hosts: Arc<HostSettings>,
    /// The library of the plugin.
    pub(super) library: PathBuf,
    /// The library and the settings as they were when the plan was made.
    files: [Option<Stamp>; 2],
}

/// Which version of a file it is.
#[derive(PartialEq, Eq)]
struct Stamp {
    inode: u64,
    size: u64,
    changed: (i64, i64),
}

impl Plan {
    pub(super) fn new(config: ChannelConfig, hosts: Arc<HostSettings>) -> Self {
        let library = config.plugin.path(&hosts.plugin_directory);
        let files = match config.launch {
            // That process is started, and restarted, by another service manager.
            Launch::Elsewhere { .. } => [None, None],
            Launch::Daemon { .. } => [stamp(&library), config.settings.as_deref().and_then(stamp)],
        };
        Self {
            config,
            hosts,
            library,
            files,
        }
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some(Stamp {
        inode: metadata.ino(),
        size: metadata.size(),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
    })
}
