//! `cargo xtask docs`: generates manual pages and completions from the definition of the command line.

use crate::failure::{Context, Failure, Result};
use crate::screen;
use crate::workspace::{self, Parts, Profile, Workspace};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The shells and the files where they look for the completions of `secinfo`.
const SHELLS: [(&str, &str); 3] = [
    ("bash", "bash/secinfo"),
    ("zsh", "zsh/_secinfo"),
    ("fish", "fish/secinfo.fish"),
];

/// Runs the task.
pub(crate) fn run(directory: Option<&str>) -> Result<()> {
    let place = Workspace::find()?;
    let directory = directory.map_or_else(|| place.target.join("docs"), PathBuf::from);
    let secinfo = place.build(Profile::Dev, Parts::Shipped)?.join("secinfo");
    write(&secinfo, &directory)?;
    screen::say(&format!(
        "Manual pages and completions are in {}; try: man {}",
        directory.display(),
        directory.join("man/man1/secinfo.1").display()
    ));
    Ok(())
}

/// Has this program write its manual pages to `man/man1` and its completions to `completions/SHELL`
/// below the directory.
pub(crate) fn write(secinfo: &Path, directory: &Path) -> Result<()> {
    let pages = directory.join("man/man1");
    workspace::run(Command::new(secinfo).arg("man").arg(&pages))?;
    for (shell, file) in SHELLS {
        let output = Command::new(secinfo)
            .args(["completions", shell])
            .output()
            .context(|| format!("run {}", secinfo.display()))?;
        if !output.status.success() {
            return Err(Failure::Wrong(format!("no completions for {shell}")));
        }
        let path = directory.join("completions").join(file);
        let parent = path.parent().expect("it was just joined");
        fs::create_dir_all(parent).context(|| format!("make {}", parent.display()))?;
        fs::write(&path, output.stdout).context(|| format!("write {}", path.display()))?;
    }
    Ok(())
}
