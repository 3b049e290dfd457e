//! What the programs are linked with: each crate with its version, its licence and its authors'
//! notices, which whoever passes the programs on owes to them.

use super::output_of;
use crate::failure::{Context, Failure, Result};
use crate::screen;
use crate::workspace::{self, PAM_MODULE, PLUGINS, Workspace};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

const INTRODUCTION: &str = "\
The programs and libraries of secinfo are linked statically with the crates named here, and with the
standard library of Rust (MIT or Apache-2.0, the Rust project, https://www.rust-lang.org).
Below the list stand the licences and notices that the crates come with, each text once.
The texts of MIT and Apache-2.0 also stand in /usr/share/doc/secinfo/copyright and in
/usr/share/common-licenses/Apache-2.0.
";

/// A crate that we are linked with.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Linked {
    name: String,
    version: String,
    licence: String,
    authors: Vec<String>,
    repository: String,
    directory: PathBuf,
}

/// Writes the list and the texts.
pub(super) fn write(place: &Workspace, file: &Path) -> Result<()> {
    let linked = linked(place)?;
    let mut page = String::from(INTRODUCTION);
    // One text is many crates'.
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in &linked {
        let _ = write!(page, "\n{} {}: {}", one.name, one.version, one.licence);
        if !one.authors.is_empty() {
            let _ = write!(page, "\n    {}", one.authors.join(", "));
        }
        let _ = write!(page, "\n    {}", one.repository);
        for text in texts_in(&one.directory)? {
            texts.entry(text).or_default().push(one.name.clone());
        }
    }
    page.push('\n');
    let mut texts: Vec<(String, Vec<String>)> = texts.into_iter().collect();
    texts.sort_by(|(_, one), (_, other)| one.cmp(other));
    for (text, crates) in texts {
        let _ = write!(
            page,
            "\n{}\n{}\n\n{text}\n",
            "=".repeat(80),
            crates.join(", ")
        );
    }
    fs::write(file, page).context(|| format!("write {}", file.display()))?;
    screen::say(&format!(
        "The programs are linked with {} crates.",
        linked.len()
    ));
    Ok(())
}

/// All that is linked into something that ships, without what only builds or tests it, and without
/// our own.
fn linked(place: &Workspace) -> Result<BTreeSet<Linked>> {
    let mut tree = place.cargo();
    tree.args(["tree", "--locked", "--edges", "normal", "--prefix", "none"]);
    tree.args(["--no-dedupe", "--format", "{p}"]);
    let ours = ["secinfod", "secinfo-cli", PAM_MODULE];
    tree.args(
        ours.iter()
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
    let linked: BTreeSet<Linked> = packages
        .filter(|package| !package["source"].is_null())
        .map(described)
        .filter(|linked| names.contains(&format!("{} {}", linked.name, linked.version)))
        .collect();
    match linked.iter().find(|linked| linked.licence.is_empty()) {
        Some(nameless) => Err(Failure::Wrong(format!(
            "{} names no licence: it cannot be shipped",
            nameless.name
        ))),
        None => Ok(linked),
    }
}

/// Of a line such as `sled v0.34.7`.
fn name_and_version(line: &str) -> Option<String> {
    let mut words = line.split_ascii_whitespace();
    let (name, version) = (words.next()?, words.next()?);
    Some(format!("{name} {}", version.strip_prefix('v')?))
}

fn described(package: &Value) -> Linked {
    let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let authors = package["authors"].as_array().into_iter().flatten();
    Linked {
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

/// The licences and notices in a crate's directory. Those of Apache-2.0 are left out where they are
/// nothing but its text, which every Debian system has.
fn texts_in(directory: &Path) -> Result<Vec<String>> {
    let failed = || format!("read {}", directory.display());
    let mut texts = Vec::new();
    for entry in fs::read_dir(directory).context(failed)? {
        let path = entry.context(failed)?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_uppercase();
        let wanted = [
            "LICENSE",
            "LICENCE",
            "COPYING",
            "COPYRIGHT",
            "NOTICE",
            "UNLICENSE",
        ];
        if !path.is_file() || !wanted.iter().any(|word| name.starts_with(word)) {
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(&path).context(failed)?).into_owned();
        if !text.contains("TERMS AND CONDITIONS FOR USE, REPRODUCTION") {
            texts.push(text.trim().replace('\r', ""));
        }
    }
    texts.sort();
    texts.dedup();
    Ok(texts)
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
