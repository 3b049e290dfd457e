//! Prism, which checks requests against a provider's own description of its interface.

use super::programs::Programs;
use crate::failure::{Context, Result};
use crate::npm;
use crate::workspace::Workspace;
use std::fs;

/// Where its version, and those of all that it needs, are written.
const PINNED: &str = "tests/contracts/prism";

/// Installs it into `target/tools/prism`, where tests look for it, in exactly the versions that are
/// written down: about 90 MB.
pub(super) fn install(place: &Workspace, programs: &Programs<'_>) -> Result<()> {
    let pinned = place.root.join(PINNED);
    let prism = place.target.join("tools/prism");
    let _lock = npm::lock(&place.target)?;
    fs::create_dir_all(&prism).context(|| format!("make {}", prism.display()))?;
    for name in ["package.json", npm::LOCK] {
        let content = npm::read(&pinned.join(name))?;
        fs::write(prism.join(name), content).context(|| format!("write {name} for Prism"))?;
    }
    npm::install(&prism, &|program| programs.command(program))
}
