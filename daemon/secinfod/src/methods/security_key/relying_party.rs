//! What security keys are registered for: the name of the host, and what it asks of keys.

use secinfo_webauthn::{Attestation, Origins, Root, RpId};
use std::io;
use std::path::Path;

/// The largest file of roots, in bytes.
const LARGEST_FILE: u64 = 1 << 20;

/// What security keys are registered for.
#[derive(Debug, Clone)]
pub struct RelyingParty {
    /// The name that keys are bound to; none where the host has none that can be one.
    pub rp_id: Option<RpId>,
    /// The host as people call it.
    pub name: String,
    /// The web pages that may ask keys.
    pub origins: Origins,
    /// What keys have to show of what they are.
    pub attestation: Attestation,
}

/// Nothing: no key is registered.
impl Default for RelyingParty {
    fn default() -> Self {
        Self {
            rp_id: None,
            name: String::new(),
            origins: Origins::default(),
            attestation: Attestation::NotRequired,
        }
    }
}

/// The certificates in the files of a directory that end with `.pem`. There has to be one.
pub fn read_roots(directory: &Path) -> io::Result<Vec<Root>> {
    let mut files: Vec<_> = std::fs::read_dir(directory)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "pem"));
    files.sort();
    let mut roots = Vec::new();
    for path in files {
        let invalid = |why: &str| {
            let what = format!("{}: {why}", path.display());
            io::Error::new(io::ErrorKind::InvalidData, what)
        };
        if std::fs::metadata(&path)?.len() > LARGEST_FILE {
            return Err(invalid("it is too large"));
        }
        let file = std::fs::read(&path)?;
        roots.extend(Root::read_pem(&file).map_err(|error| invalid(&error.to_string()))?);
    }
    if roots.is_empty() {
        let what = format!("{}: there is no certificate", directory.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, what));
    }
    Ok(roots)
}
