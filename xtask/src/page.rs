//! `cargo xtask page`: building and checking the page in Cockpit.

mod types;

use crate::failure::{Context, Failure, Result};
use crate::packages::{self, Needs};
use crate::workspace::{self, Workspace};
use crate::{npm, screen};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The file among what is built that names the packages that were bundled.
pub(crate) const BUNDLED: &str = "bundled.json";

/// Runs the task.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let place = Workspace::find()?;
    match arguments {
        ["types"] => {
            let path = types::write(&place.root)?;
            screen::say(&format!("The types of the bus are in {}", path.display()));
            Ok(())
        }
        ["types", "--check"] => types::check(&place.root),
        ["build"] => {
            packages::install(Needs::Page)?;
            let _lock = npm::lock(&place.target)?;
            let built = build(&place, &|program| Command::new(program))?;
            screen::say(&format!("The page is in {}", built.display()));
            Ok(())
        }
        ["check"] => {
            packages::install(Needs::Page)?;
            check(&place, &|program| Command::new(program))
        }
        _ => Err(Failure::Usage(
            "say what of the page to do: page build, page check, page types [--check]".to_owned(),
        )),
    }
}

/// Where the page's sources are.
pub(crate) fn source(place: &Workspace) -> PathBuf {
    place.root.join("clients/page")
}

/// Builds the page and copies it into a directory, without the list of what is bundled, which goes
/// to the file beside it.
pub(crate) fn build_into(
    place: &Workspace,
    directory: &Path,
    program: &dyn Fn(&str) -> Command,
) -> Result<()> {
    let _lock = npm::lock(&place.target)?;
    let built = build(place, program)?;
    let failed = || format!("copy {} to {}", built.display(), directory.display());
    fs::create_dir_all(directory).context(failed)?;
    for entry in fs::read_dir(&built).context(failed)? {
        let entry = entry.context(failed)?;
        let name = entry.file_name();
        let to = if name == BUNDLED {
            directory.with_file_name(name)
        } else {
            directory.join(name)
        };
        fs::copy(entry.path(), to).context(failed)?;
    }
    Ok(())
}

/// Builds it; `program` is a program of this name, where it is to be run. Answers with where it is.
fn build(place: &Workspace, program: &dyn Fn(&str) -> Command) -> Result<PathBuf> {
    let source = source(place);
    npm::install(&source, program)?;
    run_in(&source, program, "node", &["build.mjs"])?;
    Ok(source.join("dist"))
}

/// Checks all that needs no Cockpit: that the types of the bus are those of the daemon, the code and
/// its words, its own tests, and how large it is.
pub(crate) fn check(place: &Workspace, program: &dyn Fn(&str) -> Command) -> Result<()> {
    types::check(&place.root)?;
    let source = source(place);
    let _lock = npm::lock(&place.target)?;
    npm::install(&source, program)?;
    run_in(&source, program, "npm", &["run", "check"])?;
    run_in(&source, program, "npm", &["test"])?;
    build(place, program).map(|_| ())
}

fn run_in(
    directory: &Path,
    program: &dyn Fn(&str) -> Command,
    name: &str,
    arguments: &[&str],
) -> Result<()> {
    workspace::run(program(name).args(arguments).current_dir(directory))
}
