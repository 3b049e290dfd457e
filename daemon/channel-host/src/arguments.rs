//! The command line of a channel host.

use std::path::{Path, PathBuf};

/// The directory of plugins that are named without a path.
const PLUGINS: &str = "/usr/lib/secinfo/channels";

/// The least memory that a host and a plugin need, in bytes.
const MIN_MEMORY: u64 = 64 << 20;

/// Run one channel. The daemon or systemd starts this, with a socket to the daemon.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The channel's name in config.toml
    pub name: String,

    /// The plugin: the path of a library, or a name such as text-twilio
    #[arg(long)]
    pub plugin: PathBuf,

    /// The directory of plugins that are given by name
    #[arg(long, default_value = PLUGINS)]
    pub plugins: PathBuf,

    /// The plugin's settings, a TOML file that others cannot read; without it, the systemd
    /// credential "settings" or none
    #[arg(long)]
    pub settings: Option<PathBuf>,

    /// The account of its own to become; required when started as root
    #[arg(long)]
    pub user: Option<String>,

    /// How much address space the process may use, in bytes
    #[arg(long, default_value_t = 512 << 20, value_parser = clap::value_parser!(u64).range(MIN_MEMORY..))]
    pub memory: u64,

    /// A directory that the plugin may write to
    #[arg(long)]
    pub writable: Vec<PathBuf>,

    /// A file or directory that the plugin may read
    #[arg(long)]
    pub readable: Vec<PathBuf>,
}

impl Arguments {
    /// The path of the plugin's library.
    pub(crate) fn plugin_path(&self) -> PathBuf {
        match self.plugin.to_str() {
            Some(name) if !name.contains('/') => self
                .plugins
                .join(format!("libsecinfo_{}.so", name.replace('-', "_"))),
            _ => Path::new(&self.plugin).to_owned(),
        }
    }
}
