//! All that makes a channel what it is: when it differs, its host has to be started anew.

use crate::config::{ChannelConfig, HostSettings};
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
        let files = if config.socket.is_some() {
            // Whoever starts that process looks after it.
            [None, None]
        } else {
            [stamp(&library), config.settings.as_deref().and_then(stamp)]
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
