//! The credential that systemd hands to the daemon, and `systemd-creds`, which seals and opens it.

use super::super::host::Host;
use super::super::program::Program;
use super::Key;
use secinfo_terminal::failure::Failure;
use std::ffi::OsString;
use std::path::Path;
use zeroize::Zeroizing;

/// Where systemd looks for it.
pub(super) const CREDENTIAL: &str = "/etc/credstore.encrypted/secinfo.master-key";
const DIRECTORY: &str = "/etc/credstore.encrypted";
/// The name that is sealed with it: it opens under no other.
const NAME: &str = "--name=master-key";
/// The kernel's way to a TPM 2.
const TPM: &str = "/dev/tpmrm0";

/// What it is sealed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seal {
    /// The TPM and the host's key: neither alone opens it.
    Tpm,
    /// The host's key.
    Host,
}

/// How sealed credentials begin, by the kind of key: an id in Base64, as far as whole characters of
/// it go (systemd's `creds-util.h`).
const BEGINNINGS: [(&str, Seal); 3] = [
    ("k6iUCUh0RJCQyvL8k8q1", Seal::Tpm),
    ("DHzAexF2RZGcSwvqCLwg", Seal::Tpm),
    ("Whxqht+dQJax1aZeCGLx", Seal::Host),
];

impl Seal {
    /// What a credential is sealed with, if it is known.
    pub(super) fn of(sealed: &[u8]) -> Option<Self> {
        let found = BEGINNINGS
            .iter()
            .find(|(beginning, _)| sealed.starts_with(beginning.as_bytes()));
        found.map(|(_, seal)| *seal)
    }

    /// In words, after "sealed".
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Tpm => "to the TPM of this machine",
            Self::Host => "to the key of this host",
        }
    }
}

/// Whether there is a TPM that systemd can use.
pub(super) fn has_tpm(host: &Host) -> bool {
    host.has(TPM)
        || host
            .run(&Program::new("systemd-creds", ["has-tpm2"]))
            .is_ok_and(|ran| ran.well)
}

/// The sealed bytes that are in place.
pub(super) fn sealed(host: &Host) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
    host.bytes(CREDENTIAL)
}

/// Opens a sealed key.
pub(super) fn open(host: &Host, path: &Path) -> Result<Key, Failure> {
    let arguments: [OsString; 4] = ["decrypt".into(), NAME.into(), path.into(), "-".into()];
    Ok(host
        .succeed(&Program::new("systemd-creds", arguments))?
        .output)
}

/// Seals the key, opens it again to see that it is the key, and only then puts it in its place.
pub(super) fn place(host: &Host, key: &[u8], seal: Seal, pcrs: &str) -> Result<(), Failure> {
    let mut arguments = vec!["encrypt".to_owned(), NAME.to_owned()];
    match seal {
        Seal::Tpm => {
            arguments.push("--with-key=host+tpm2".to_owned());
            arguments.push(format!("--tpm2-pcrs={pcrs}"));
        }
        Seal::Host => arguments.push("--with-key=host".to_owned()),
    }
    arguments.extend(["-".to_owned(), "-".to_owned()]);
    let program = Program::new("systemd-creds", arguments).input(key);
    let sealed = host
        .succeed(&program)
        .map_err(|failure| explain(seal, failure))?;
    host.make_directory(DIRECTORY, 0o700)?;
    let staged = host.stage(CREDENTIAL, &sealed.output, 0o600)?;
    let opened = open(host, &staged);
    if !opened
        .as_ref()
        .is_ok_and(|opened| super::is_same(opened, key))
    {
        // Nothing was changed yet.
        let _ = std::fs::remove_file(staged);
        let why = opened
            .err()
            .map(|failure| format!(" {failure}"))
            .unwrap_or_default();
        return Err(Failure::Refused(format!(
            "what systemd-creds sealed does not open again as the master key, so the key stays where it is.{why}"
        )));
    }
    host.put(&staged, CREDENTIAL)
}

fn explain(seal: Seal, failure: Failure) -> Failure {
    match seal {
        Seal::Host => failure,
        Seal::Tpm => Failure::Refused(format!(
            "the master key cannot be sealed with a TPM here. The Debian package tpm2-tools must be installed, with the libraries that it brings, and {TPM} be there; or choose --master-key host. {failure}"
        )),
    }
}
