//! Restricts the files that a plugin can access, with Landlock.

use crate::error::HostError;
use landlock::{
    ABI, Access, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};

/// Files needed to load a library, resolve names and verify certificates. Missing ones are skipped.
const READABLE: &[&str] = &[
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/local/lib",
    "/etc/ld.so.cache",
    "/etc/ca-certificates",
    "/etc/pki/ca-trust",
    "/etc/pki/tls/certs",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/cert.pem",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/usr/local/share/ca-certificates",
    "/usr/share/ca-certificates",
    "/etc/gai.conf",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/protocols",
    "/etc/resolv.conf",
    "/etc/services",
    // Targets of resolv.conf. Directories, because a rule for a file is lost when it is replaced.
    "/run/NetworkManager/resolv.conf",
    "/run/resolvconf",
    "/run/systemd/resolve",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/dev/random",
    "/dev/urandom",
    "/sys/devices/system/cpu/online",
];

/// The newest Landlock version used. An older kernel enforces what it supports.
const LANDLOCK_ABI: ABI = ABI::V6;

/// A prepared ruleset.
pub(super) struct Rules(RulesetCreated);

impl Rules {
    pub(super) fn prepare(
        plugin: BorrowedFd<'_>,
        readable: &[PathBuf],
        writable: &[PathBuf],
    ) -> Result<Self, HostError> {
        for path in readable.iter().chain(writable) {
            PathFd::new(path).map_err(|_| {
                HostError::file(
                    path,
                    "does not exist: create it, or take it out of config.toml",
                )
            })?;
        }
        if let Some(file) = writable.iter().find(|path| !path.is_dir()) {
            return Err(HostError::file(
                file,
                "is no directory, so that it cannot be writable",
            ));
        }
        build(plugin, readable, writable)
            .map(Self)
            .map_err(|error| HostError::confine("files", error))
    }

    /// Enforces the rules on this thread and on those that it starts later. Returns the name of
    /// what is in force.
    pub(super) fn enforce(self) -> Result<Option<&'static str>, HostError> {
        let status = self
            .0
            .restrict_self()
            .map_err(|error| HostError::confine("files", error))?;
        Ok(match status.ruleset {
            RulesetStatus::FullyEnforced => Some("landlock"),
            RulesetStatus::PartiallyEnforced => Some("landlock-partly"),
            RulesetStatus::NotEnforced => None,
        })
    }
}

fn build(
    plugin: BorrowedFd<'_>,
    readable: &[PathBuf],
    writable: &[PathBuf],
) -> Result<RulesetCreated, RulesetError> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let write = read
        | AccessFs::WriteFile
        | AccessFs::Truncate
        | AccessFs::MakeReg
        | AccessFs::MakeDir
        | AccessFs::RemoveFile
        | AccessFs::RemoveDir
        | AccessFs::Refer;
    let readable = READABLE
        .iter()
        .map(Path::new)
        .chain(readable.iter().map(PathBuf::as_path));
    Ruleset::default()
        .handle_access(AccessFs::from_all(LANDLOCK_ABI))?
        // No rule allows a port, so the plugin cannot listen.
        .handle_access(AccessNet::BindTcp)?
        .scope(Scope::AbstractUnixSocket | Scope::Signal)?
        .create()?
        .add_rules(path_beneath_rules(readable, read))?
        .add_rules(path_beneath_rules(writable, write))?
        .add_rules(path_beneath_rules(
            ["/dev/null"],
            AccessFs::ReadFile | AccessFs::WriteFile,
        ))?
        .add_rule(PathBeneath::new(plugin, AccessFs::ReadFile))
}
