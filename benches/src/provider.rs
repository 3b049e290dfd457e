//! A provider that takes its time: the plugin that writes messages to a directory, told to wait
//! before each.

use crate::failure::{Context, Result};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use tempfile::TempDir;

/// How long it takes for each message, in seconds.
pub(crate) const SECONDS: u64 = 10;

/// The account that the processes of channels become.
const NOBODY: u32 = 65534;

/// Memory that looks like a directory, which every user may enter.
const MEMORY: &str = "/dev/shm";

/// What its channel needs, gone with this value.
pub(crate) struct SlowProvider {
    /// The plugin and its settings. Not beside the log, where `nobody` may not be allowed to go.
    files: TempDir,
    /// Where messages go: into memory, so that the disk of the log has nothing to do with them.
    messages: TempDir,
}

impl SlowProvider {
    /// Makes all of it.
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
            chown(messages, Some(NOBODY), Some(NOBODY))?;
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

    /// What the daemon's configuration says of it, and of how many codes one user may ask for. The
    /// first lines belong to `[daemon]`.
    pub(crate) fn configuration(&self) -> String {
        let (files, messages) = (self.files.path().display(), self.messages.path().display());
        format!(
            "allow_spool = true\nplugin_directory = \"{files}\"\nsessions_in_all = 10000\n\
             [policy.codes]\nof_user = \"10000 in 1h\"\nof_country = \"10000 in 1h\"\n\
             in_all = \"10000 in 1h\"\n\
             [channel.slow]\nkind = \"text\"\nplugin = \"spool\"\nsettings = \"{files}/spool.toml\"\n\
             writable = [\"{messages}\"]\ntimeout = \"{}s\"\nqueue = 10000\n",
            2 * SECONDS
        )
    }
}
