//! Prism, which checks requests against a provider's own description of its interface.

use super::programs::Programs;
use crate::failure::{Context, Result};
use crate::screen;
use crate::workspace::{self, Workspace};
use std::fs;
use std::path::Path;

/// Where its version, and those of all that it needs, are written.
const PINNED: &str = "tests/contracts/prism";
const LOCK: &str = "package-lock.json";

/// Installs it into `target/tools/prism`, where tests look for it, in exactly the versions that are
/// written down.
pub(super) fn install(place: &Workspace, programs: &Programs<'_>) -> Result<()> {
    let pinned = place.root.join(PINNED);
    let prism = place.target.join("tools/prism");
    let wanted = read(&pinned.join(LOCK))?;
    // Copied last of all, so that it says what is really there.
    let installed = prism.join("installed.json");
    if fs::read(&installed).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    screen::say("Installing Prism, once: about 90 MB.");
    fs::create_dir_all(&prism).context(|| format!("make {}", prism.display()))?;
    for name in ["package.json", LOCK] {
        let content = read(&pinned.join(name))?;
        fs::write(prism.join(name), content).context(|| format!("write {name} for Prism"))?;
    }
    let mut install = programs.command("npm");
    install
        .current_dir(&prism)
        // What is downloaded runs nothing before a test starts it.
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    workspace::run_quietly(&mut install)?;
    fs::write(&installed, wanted).context(|| format!("write {}", installed.display()))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).context(|| format!("read {}", path.display()))
}
