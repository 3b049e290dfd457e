//! A slow provider: the plugin that writes messages to a directory, with a delay.

use crate::failure::{Context, Result};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use tempfile::TempDir;

/// The delay of each message, in seconds.
pub(crate) const SECONDS: u64 = 10;

/// The account of the channels' processes: one of every Debian system that owns nothing.
const ACCOUNT: &str = "games";
/// Its uid, and the gid of its group.
const ACCOUNT_UID: u32 = 5;

/// A tmpfs that every user can access.
const MEMORY: &str = "/dev/shm";

/// The files that its channel needs, removed on drop.
pub(crate) struct SlowProvider {
    /// The plugin and its settings. Not next to the log, which `nobody` may be unable to reach.
    files: TempDir,
    /// The messages: in memory, so that they do not affect the disk of the log.
    messages: TempDir,
}

impl SlowProvider {
    /// Creates the files.
    pub(crate) fn prepare(plugin: &Path) -> Result<Self> {
        let new = tempfile::Builder::new().prefix("secinfo-bench-").to_owned();
        let made = |directory: std::io::Result<TempDir>| {
            directory.context(|| "make a directory for messages".into())
        };
        let files = made(new.tempdir())?;
        let messages = made(if Path::new(MEMORY).is_dir() {
            new.tempdir_in(MEMORY)
        } else {
            new.tempdir()
        })?;
        let provider = Self { files, messages };
        provider
            .fill(plugin)
            .context(|| "prepare the plugin spool".into())?;
        Ok(provider)
    }

    fn fill(&self, plugin: &Path) -> std::io::Result<()> {
        let (files, messages) = (self.files.path(), self.messages.path());
        fs::set_permissions(files, Permissions::from_mode(0o755))?;
        if rustix::process::geteuid().is_root() {
            chown(messages, Some(ACCOUNT_UID), Some(ACCOUNT_UID))?;
        }
        fs::copy(plugin, files.join("libsecinfo_spool.so"))?;
        let settings = files.join("spool.toml");
        let text = format!(
            "directory = \"{}\"\ndelay = \"{SECONDS}s\"\n",
            messages.display()
        );
        fs::write(&settings, text)?;
        fs::set_permissions(&settings, Permissions::from_mode(0o600))
    }

    /// The daemon's configuration for it, with limits that allow all codes. The first lines belong to
    /// `[daemon]`.
    pub(crate) fn configuration(&self) -> String {
        let (files, messages) = (self.files.path().display(), self.messages.path().display());
        format!(
            "allow_spool = true\nplugin_directory = \"{files}\"\nsessions_in_all = 10000\n\
             [policy.codes]\nof_user = \"10000 in 1h\"\nof_country = \"10000 in 1h\"\n\
             in_all = \"10000 in 1h\"\n\
             [channel.slow]\nkind = \"text\"\nplugin = \"spool\"\nsettings = \"{files}/spool.toml\"\n\
             user = \"{ACCOUNT}\"\nwritable = [\"{messages}\"]\ntimeout = \"{}s\"\nqueue = 10000\n",
            2 * SECONDS
        )
    }
}
