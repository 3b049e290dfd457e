//! `[daemon]`: how the daemon runs.

use super::document::Section;
use super::value::{self, Refusal};
use secinfo_domain::Label;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::{fs, io};
use toml::de::DeValue;
use zeroize::Zeroizing;

const KIB: u64 = 1 << 10;
const MIB: u64 = KIB << 10;
const GIB: u64 = MIB << 10;
const TIB: u64 = GIB << 10;

/// How the daemon runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaemonConfig {
    /// The issuer that authenticator apps show; without one, the name of the host.
    pub organization: Option<String>,
    /// Where log, vault and snapshots are kept.
    pub state_directory: PathBuf,
    /// The address of the bus to serve on; without one, the system bus.
    pub bus_address: Option<String>,
    /// Where the socket for sign-ins is made, unless systemd passes one on.
    pub sign_in_socket: PathBuf,
    /// The socket of the helper that sets passwords.
    pub password_socket: PathBuf,
    /// The socket of the helper that talks to security keys.
    pub key_socket: PathBuf,
    /// The socket of the process that phones talk to.
    pub push_socket: PathBuf,
    /// Who decides what accounts may do beyond their own security info.
    pub authorization: Authorization,
    /// Where the master key comes from.
    pub master_key: MasterKeySource,
    /// How much of the log is kept in memory, in bytes.
    pub cache_size: u64,
    /// How much room must stay free on the disk, in bytes.
    pub free_space_reserve: u64,
    /// How many bytes of events there must be room for beyond that for changes to be taken.
    pub verification_reserve: u64,
    /// How many sessions one uid other than root's may have open at once.
    pub sessions_per_user: usize,
    /// How many sessions may be open at once in all.
    pub sessions_in_all: usize,
    /// Where the libraries of channels are looked for.
    pub plugin_directory: PathBuf,
    /// Whether a channel may leave messages readable on this host.
    pub allow_spool: bool,
    /// Where the files of break-glass codes are.
    pub break_glass_directory: PathBuf,
}

/// Who decides what accounts may do beyond their own security info.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorization {
    /// Polkit: root, and those whom its rules allow.
    Polkit,
    /// Root alone may.
    Uid,
}

/// Where the master key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MasterKeySource {
    /// The systemd credential, or else a file in the state directory.
    Automatic,
    /// This file.
    File(PathBuf),
}

/// The file that holds the master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFile {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it is made at the first start when it is missing. A key that the administrator or
    /// systemd provides is not: a new one in its place would open nothing.
    pub may_create: bool,
}

impl Default for DaemonConfig {
    fn default() -> Self {
        Self {
            organization: None,
            state_directory: PathBuf::from("/var/lib/secinfo"),
            bus_address: None,
            sign_in_socket: PathBuf::from(secinfo_wire::sign_in::SOCKET),
            password_socket: PathBuf::from(secinfo_wire::password::SOCKET),
            key_socket: PathBuf::from(secinfo_wire::key::SOCKET),
            push_socket: PathBuf::from(secinfo_wire::push::SOCKET),
            authorization: Authorization::Polkit,
            master_key: MasterKeySource::Automatic,
            cache_size: 4 * MIB,
            free_space_reserve: 4 * MIB,
            verification_reserve: 8 * MIB,
            sessions_per_user: 16,
            sessions_in_all: 1024,
            plugin_directory: PathBuf::from("/usr/lib/secinfo/channels"),
            allow_spool: false,
            break_glass_directory: PathBuf::from(secinfo_break_glass::DEFAULT_DIRECTORY),
        }
    }
}

/// What the unit gives as the credential where there is no sealed key. No key is as short.
const NO_KEY: &[u8] = b"none";

/// Whether a credential is there and a key. One that cannot be read is: the daemon must not start with another
/// key instead.
fn is_key(credential: &Path) -> bool {
    fs::read(credential).map_or_else(
        |error| error.kind() != io::ErrorKind::NotFound,
        |content| Zeroizing::new(content).as_slice() != NO_KEY,
    )
}

impl DaemonConfig {
    /// The file that holds the master key. `credentials` is where systemd put the credentials of
    /// the service (`$CREDENTIALS_DIRECTORY`).
    pub fn key_file(&self, credentials: Option<&Path>) -> KeyFile {
        if let MasterKeySource::File(path) = &self.master_key {
            return KeyFile {
                path: path.clone(),
                may_create: false,
            };
        }
        let credential = credentials.map(|directory| directory.join("master-key"));
        match credential.filter(|path| is_key(path)) {
            Some(path) => KeyFile {
                path,
                may_create: false,
            },
            None => KeyFile {
                path: self.state_directory.join("master.key"),
                may_create: true,
            },
        }
    }

    pub(super) fn needs_restart(&self, new: &Self) -> Vec<&'static str> {
        [
            (
                "daemon.state_directory",
                self.state_directory != new.state_directory,
            ),
            ("daemon.bus_address", self.bus_address != new.bus_address),
            (
                "daemon.sign_in_socket",
                self.sign_in_socket != new.sign_in_socket,
            ),
            (
                "daemon.password_socket",
                self.password_socket != new.password_socket,
            ),
            ("daemon.key_socket", self.key_socket != new.key_socket),
            ("daemon.push_socket", self.push_socket != new.push_socket),
            (
                "daemon.authorization",
                self.authorization != new.authorization,
            ),
            ("daemon.master_key", self.master_key != new.master_key),
            ("daemon.cache_size", self.cache_size != new.cache_size),
            (
                "daemon.free_space_reserve",
                self.free_space_reserve != new.free_space_reserve,
            ),
            (
                "daemon.verification_reserve",
                self.verification_reserve != new.verification_reserve,
            ),
        ]
        .into_iter()
        .filter_map(|(key, differs)| differs.then_some(key))
        .collect()
    }
}

pub(super) fn read(section: &mut Section<'_, '_>) -> DaemonConfig {
    let or = DaemonConfig::default();
    let authorization = [
        ("polkit", Authorization::Polkit),
        ("uid", Authorization::Uid),
    ];
    let daemon = DaemonConfig {
        organization: section.read("organization", or.organization, organization),
        state_directory: section.read("state_directory", or.state_directory, value::path),
        bus_address: section.read("bus_address", or.bus_address, bus_address),
        sign_in_socket: section.read("sign_in_socket", or.sign_in_socket, value::path),
        password_socket: section.read("password_socket", or.password_socket, value::path),
        key_socket: section.read("key_socket", or.key_socket, value::path),
        push_socket: section.read("push_socket", or.push_socket, value::path),
        authorization: section.read(
            "authorization",
            or.authorization,
            value::word(&authorization),
        ),
        master_key: section.read("master_key", or.master_key, master_key),
        cache_size: section.read("cache_size", or.cache_size, value::size(MIB..=16 * GIB)),
        free_space_reserve: section.read(
            "free_space_reserve",
            or.free_space_reserve,
            value::size(MIB..=TIB),
        ),
        verification_reserve: section.read(
            "verification_reserve",
            or.verification_reserve,
            value::size(MIB..=TIB),
        ),
        sessions_per_user: section.read(
            "sessions_per_user",
            or.sessions_per_user,
            value::count(1..=1000),
        ),
        sessions_in_all: section.read(
            "sessions_in_all",
            or.sessions_in_all,
            value::count(1..=100_000),
        ),
        plugin_directory: section.read("plugin_directory", or.plugin_directory, value::path),
        allow_spool: section.read("allow_spool", or.allow_spool, value::yes_or_no),
        break_glass_directory: section.read(
            "break_glass_directory",
            or.break_glass_directory,
            value::path,
        ),
    };
    section.require(
        daemon.sessions_in_all >= daemon.sessions_per_user,
        &["sessions_in_all", "sessions_per_user"],
        "`sessions_in_all` is less than `sessions_per_user`",
        || {
            format!(
                "raise `sessions_in_all` to {} at least",
                daemon.sessions_per_user
            )
        },
    );
    daemon
}

fn organization(value: &DeValue<'_>) -> Result<Option<String>, Refusal> {
    let text = value::text(value)?;
    if text.is_empty() {
        return Ok(None);
    }
    let remedy = || {
        "write 1 to 64 visible characters without a colon, or \"\" for the name of the host"
            .to_owned()
    };
    if text.contains(':') {
        // Apps read the account from behind the colon.
        return Err(Refusal::new("it holds a colon", remedy()));
    }
    match Label::parse(text) {
        Ok(label) => Ok(Some(label.as_str().to_owned())),
        Err(invalid) => Err(Refusal::new(invalid.to_string(), remedy())),
    }
}

fn bus_address(value: &DeValue<'_>) -> Result<Option<String>, Refusal> {
    let text = value::text(value)?;
    if text == "system" {
        return Ok(None);
    }
    // The bus is who says which uid a caller has, so it must be one of this host.
    if text.starts_with("unix:") && zbus::Address::from_str(text).is_ok() {
        return Ok(Some(text.to_owned()));
    }
    Err(Refusal::new(
        "it is not the address of a bus on this host",
        "write \"system\", or an address such as \"unix:path=/run/other/bus\"",
    ))
}

fn master_key(value: &DeValue<'_>) -> Result<MasterKeySource, Refusal> {
    if value::text(value)? == "automatic" {
        return Ok(MasterKeySource::Automatic);
    }
    value::path(value)
        .map(MasterKeySource::File)
        .map_err(|refusal| {
            Refusal::new(
                refusal.what,
                "write \"automatic\", or the path of the key file, such as \"/etc/secinfo/master.key\"",
            )
        })
}
