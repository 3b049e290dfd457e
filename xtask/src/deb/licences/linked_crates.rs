//! The crates that the programs are linked with.

use super::{Work, licensed};
use crate::deb::output_of;
use crate::failure::{Failure, Result};
use crate::screen;
use crate::workspace::{self, PAM_MODULE, PLUGINS, Workspace};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

const INTRODUCTION: &str = "\
The programs and libraries of secinfo are linked statically with the crates named here, and with the
standard library of Rust (MIT or Apache-2.0, the Rust project, https://www.rust-lang.org).
Below the list stand the licences and notices that the crates come with, each text once.
The texts of MIT and Apache-2.0 also stand in /usr/share/doc/secinfo/copyright and in
/usr/share/common-licenses/Apache-2.0.
";

/// Writes the list and the texts.
pub(in crate::deb) fn write(place: &Workspace, file: &Path) -> Result<()> {
    let linked = linked_crates(place)?;
    super::write(INTRODUCTION, &linked, file)?;
    screen::say(&format!(
        "The programs are linked with {} crates.",
        linked.len()
    ));
    Ok(())
}

/// The crates that are linked into the shipped programs and libraries, without our own, and without
/// dependencies of builds and tests.
fn linked_crates(place: &Workspace) -> Result<BTreeSet<Work>> {
    let mut tree = place.cargo();
    tree.args(["tree", "--locked", "--edges", "normal", "--prefix", "none"]);
    tree.args(["--no-dedupe", "--format", "{p}"]);
    let packages = ["secinfod", "secinfo-cli", PAM_MODULE];
    tree.args(
        packages
            .iter()
            .chain(&PLUGINS)
            .flat_map(|name| ["--package", name]),
    );
    let names: BTreeSet<String> = output_of(&mut tree)?
        .lines()
        .filter(|line| !line.contains("(proc-macro)"))
        .filter_map(name_and_version)
        .collect();
    let mut metadata = place.cargo();
    metadata.args(["metadata", "--locked", "--format-version", "1"]);
    let command = workspace::line(&metadata);
    let metadata: Value = serde_json::from_str(&output_of(&mut metadata)?)
        .map_err(|error| Failure::Wrong(format!("{command} prints no JSON: {error}")))?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let linked: BTreeSet<Work> = packages
        .filter(|package| !package["source"].is_null())
        .map(from_metadata)
        .filter(|linked| names.contains(&format!("{} {}", linked.name, linked.version)))
        .collect();
    licensed(linked)
}

/// Parses a line such as `sled v0.34.7`.
fn name_and_version(line: &str) -> Option<String> {
    let mut words = line.split_ascii_whitespace();
    let (name, version) = (words.next()?, words.next()?);
    Some(format!("{name} {}", version.strip_prefix('v')?))
}

fn from_metadata(package: &Value) -> Work {
    let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let authors = package["authors"].as_array().into_iter().flatten();
    Work {
        name: text("name"),
        version: text("version"),
        licence: text("license"),
        authors: authors
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        repository: text("repository"),
        directory: Path::new(&text("manifest_path"))
            .parent()
            .map(Path::to_owned)
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_tree_names_a_crate_and_its_version() {
        assert_eq!(
            name_and_version("sled v0.34.7").as_deref(),
            Some("sled 0.34.7")
        );
        assert_eq!(name_and_version(""), None);
    }
}
