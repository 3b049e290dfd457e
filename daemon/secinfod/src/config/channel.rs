//! `[channel.NAME]`: what delivers texts, calls and emails, and rings phones.

use super::document::Section;
use super::value::{self, Refusal};
use secinfo_domain::{ChannelName, InvalidName, Kind, Seconds, UserName};
use std::path::{Path, PathBuf};
use toml::de::DeValue;

const MIB: u64 = 1 << 20;
const GIB: u64 = MIB << 10;

const KINDS: [(&str, Kind); 4] = [
    ("text", Kind::Text),
    ("call", Kind::Call),
    ("email", Kind::Email),
    ("push", Kind::Push),
];

/// The plugin that leaves messages, and the codes in them, readable on this host.
const SPOOL: &str = "spool";

/// A channel as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelConfig {
    /// What the administrator calls it.
    pub name: ChannelName,
    /// What it delivers: `Text`, `Call` or `Email`; or `Push`, for which it rings phones.
    pub kind: Kind,
    /// The library that delivers.
    pub plugin: PluginFile,
    /// The file with the settings of the plugin; without one it gets none.
    pub settings: Option<PathBuf>,
    /// Its place among the channels of its kind; the lowest is asked first.
    pub order: u8,
    /// How long one attempt to deliver may take.
    pub timeout: Seconds,
    /// Who starts its process.
    pub launch: Launch,
    /// How much address space its process may use, in bytes.
    pub memory: u64,
    /// The directories that its process may write to.
    pub writable: Vec<PathBuf>,
    /// What its process may read beyond what the process of every channel may.
    pub readable: Vec<PathBuf>,
    /// How many messages it may have in hand at once, waiting or under way.
    pub queue: u16,
}

/// Who starts the process of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Launch {
    /// The daemon, which must be root: it never shares its own user with a plugin.
    Daemon {
        /// The account that the process becomes.
        user: UserName,
    },
    /// Another service manager.
    Elsewhere {
        /// Where the process listens.
        socket: PathBuf,
        /// Who may listen there beside root.
        user: Option<UserName>,
    },
}

/// Where the library of a plugin is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PluginFile {
    /// In the directory of the plugins, under the file name that follows from this name.
    Named(String),
    /// At this path.
    At(PathBuf),
}

/// How the processes of channels are started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostSettings {
    /// The program that knows the subcommand `channel-host`: the daemon itself.
    pub program: PathBuf,
    /// Where the libraries of named plugins are.
    pub plugin_directory: PathBuf,
    /// Whether a plugin that leaves messages readable on this host may be used.
    pub allow_readable: bool,
}

impl PluginFile {
    /// Where the library is when named ones are in `directory`.
    pub fn path(&self, directory: &Path) -> PathBuf {
        match self {
            Self::Named(name) => directory.join(library(name)),
            Self::At(path) => path.clone(),
        }
    }

    /// How it is called in the configuration.
    pub fn written(&self) -> String {
        match self {
            Self::Named(name) => name.clone(),
            Self::At(path) => path.display().to_string(),
        }
    }

    fn is_spool(&self) -> bool {
        match self {
            Self::Named(name) => name == SPOOL,
            Self::At(path) => path.file_name() == Some(library(SPOOL).as_ref()),
        }
    }
}

fn library(plugin: &str) -> String {
    format!("libsecinfo_{}.so", plugin.replace('-', "_"))
}

/// Reads all channels. One with mistakes is left out, and its mistakes are noted.
pub(super) fn read(root: &mut Section<'_, '_>, allow_spool: bool) -> Vec<ChannelConfig> {
    root.each_called(
        "channel",
        "write [channel.NAME] with a name of up to 32 small letters, digits and '-' between them",
        name,
        |name, section| channel(name, section, allow_spool),
    )
    .into_iter()
    .flatten()
    .collect()
}

/// A name that does not begin like an option of a command line.
fn name(text: &str) -> Result<ChannelName, InvalidName> {
    if text.starts_with('-') || text.ends_with('-') {
        return Err(InvalidName::Character);
    }
    ChannelName::parse(text)
}

fn channel(
    name: ChannelName,
    section: &mut Section<'_, '_>,
    allow_spool: bool,
) -> Option<ChannelConfig> {
    let kind = section.optional("kind", value::word(&KINDS));
    let plugin = section.optional("plugin", plugin);
    let settings = section.optional("settings", value::path);
    let order = section.read("order", 50, value::count(1..=100));
    let timeout = section.read("timeout", Seconds::new(20), value::length(1..=120));
    let user = section.optional("user", user);
    let memory = section.read("memory", 512 * MIB, value::size(64 * MIB..=4 * GIB));
    let writable = section.read("writable", Vec::new(), value::paths);
    let readable = section.read("readable", Vec::new(), value::paths);
    let socket = section.optional("socket", socket);
    let queue = section.read("queue", 1000, value::count(1..=10_000));
    section.require(
        kind.is_some(),
        &["kind"],
        "`kind` is missing, so what the channel delivers is unknown",
        || "add `kind = \"text\"`, or \"call\", or \"email\"".to_owned(),
    );
    section.require(
        plugin.is_some(),
        &["plugin"],
        "`plugin` is missing: nothing would deliver",
        || "add the plugin that delivers, such as `plugin = \"email-smtp\"`".to_owned(),
    );
    section.require(
        allow_spool || !plugin.as_ref().is_some_and(PluginFile::is_spool),
        &["plugin"],
        "the plugin \"spool\" leaves messages readable on this host, with the codes in them",
        || {
            "name another plugin; or, for tests and demonstrations, set `allow_spool = true` in [daemon]"
                .to_owned()
        },
    );
    section.require(
        user.is_some() || socket.is_some(),
        &["user"],
        "neither `user` nor `socket` is there, so that its process has no account to run as",
        || {
            "for a daemon that runs as root, make an account for the channel, and add its name as `user`; for any other, add `socket`, where the channel's unit listens"
                .to_owned()
        },
    );
    let launch = match (socket, user) {
        (Some(socket), user) => Launch::Elsewhere { socket, user },
        (None, Some(user)) => Launch::Daemon { user },
        (None, None) => return None,
    };
    Some(ChannelConfig {
        name,
        kind: kind?,
        plugin: plugin?,
        settings,
        order,
        timeout,
        launch,
        memory,
        writable,
        readable,
        queue,
    })
}

fn plugin(value: &DeValue<'_>) -> Result<PluginFile, Refusal> {
    let text = value::text(value)?;
    if text.contains('/') {
        return value::path(value)
            .map(PluginFile::At)
            .map_err(|refusal| refusal.instead("write the name of a plugin, such as \"text-twilio\", or the absolute path of its library"));
    }
    let right = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if right {
        Ok(PluginFile::Named(text.to_owned()))
    } else {
        Err(Refusal::new(
            "it is neither the name of a plugin nor a path",
            "write a name of small letters, digits and '-', such as \"text-twilio\", or the absolute path of a library",
        ))
    }
}

/// The account of a channel: neither root's nor that of strangers.
fn user(value: &DeValue<'_>) -> Result<UserName, Refusal> {
    const REMEDY: &str =
        "make an account for the channel, and write its name, such as \"secinfo-text\"";
    let name = UserName::parse(value::text(value)?).map_err(|invalid| {
        Refusal::new(
            format!("it cannot be the name of an account: {invalid}"),
            REMEDY,
        )
    })?;
    match name.as_str() {
        "root" => Err(Refusal::new("a channel must not be root", REMEDY)),
        "nobody" => Err(Refusal::new(
            "the account nobody stands for strangers as well",
            REMEDY,
        )),
        _ => Ok(name),
    }
}

/// The longest path that fits into the address of a Unix socket, `sockaddr_un`, with its end.
const SOCKET_PATH_LIMIT: usize = 107;

fn socket(value: &DeValue<'_>) -> Result<PathBuf, Refusal> {
    let path = value::path(value)?;
    if path.as_os_str().len() > SOCKET_PATH_LIMIT {
        return Err(Refusal::new(
            "it is too long for a socket",
            format!("write a path of at most {SOCKET_PATH_LIMIT} bytes"),
        ));
    }
    Ok(path)
}
