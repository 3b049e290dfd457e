//! Lists the crates that the programs are linked with: each with its version, its licence and the
//! notices of its authors, which must be distributed with the programs.

use super::output_of;
use crate::failure::{Context, Failure, Result};
use crate::screen;
use crate::workspace::{self, PAM_MODULE, PLUGINS, Workspace};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// Our own MIT licence; its terms are the same for every crate under MIT.
const MIT: &str = include_str!("../../../LICENSE-MIT");

const INTRODUCTION: &str = "\
The programs and libraries of secinfo are linked statically with the crates named here, and with the
standard library of Rust (MIT or Apache-2.0, the Rust project, https://www.rust-lang.org).
Below the list stand the licences and notices that the crates come with, each text once.
The texts of MIT and Apache-2.0 also stand in /usr/share/doc/secinfo/copyright and in
/usr/share/common-licenses/Apache-2.0.
";

/// A crate that the programs are linked with.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct LinkedCrate {
    name: String,
    version: String,
    licence: String,
    authors: Vec<String>,
    repository: String,
    directory: PathBuf,
}

/// Writes the list and the texts.
pub(super) fn write(place: &Workspace, file: &Path) -> Result<()> {
    let linked = linked_crates(place)?;
    let mut page = String::from(INTRODUCTION);
    // Many crates share the same text.
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for krate in &linked {
        let _ = write!(
            page,
            "\n{} {}: {}",
            krate.name, krate.version, krate.licence
        );
        if !krate.authors.is_empty() {
            let _ = write!(page, "\n    {}", krate.authors.join(", "));
        }
        let _ = write!(page, "\n    {}", krate.repository);
        for text in texts_of(krate)? {
            texts.entry(text).or_default().push(krate.name.clone());
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

/// The crates that are linked into the shipped programs and libraries, without our own, and without
/// dependencies of builds and tests.
fn linked_crates(place: &Workspace) -> Result<BTreeSet<LinkedCrate>> {
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
    let linked: BTreeSet<LinkedCrate> = packages
        .filter(|package| !package["source"].is_null())
        .map(from_metadata)
        .filter(|linked| names.contains(&format!("{} {}", linked.name, linked.version)))
        .collect();
    match linked.iter().find(|linked| linked.licence.is_empty()) {
        Some(unlicensed) => Err(Failure::Wrong(format!(
            "{} names no licence: it cannot be shipped",
            unlicensed.name
        ))),
        None => Ok(linked),
    }
}

/// Parses a line such as `sled v0.34.7`.
fn name_and_version(line: &str) -> Option<String> {
    let mut words = line.split_ascii_whitespace();
    let (name, version) = (words.next()?, words.next()?);
    Some(format!("{name} {}", version.strip_prefix('v')?))
}

fn from_metadata(package: &Value) -> LinkedCrate {
    let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let authors = package["authors"].as_array().into_iter().flatten();
    LinkedCrate {
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

/// The licence texts of a crate: its own files, or else what its licence requires.
fn texts_of(linked: &LinkedCrate) -> Result<Vec<String>> {
    let files = files_in(&linked.directory)?;
    if !files.is_empty() {
        return Ok(files
            .iter()
            .map(|text| without_apache(text))
            .filter(|text| !text.is_empty())
            .collect());
    }
    // The crate names its licence but contains no text of it.
    let offers: BTreeSet<&str> = linked.licence.split(['/', '(', ')', ' ']).collect();
    if !offers.contains("AND") && offers.contains("Apache-2.0") {
        return Ok(Vec::new());
    }
    let words = MIT.split_once("\n\n").map(|(_, words)| words.trim());
    match words {
        Some(words) if !offers.contains("AND") && offers.contains("MIT") => {
            let authors = match linked.authors.as_slice() {
                [] => format!("the authors of {}", linked.name),
                authors => authors.join(", "),
            };
            Ok(vec![format!("Copyright (c) {authors}\n\n{words}")])
        }
        _ => Err(Failure::Wrong(format!(
            "{} is under {} and contains no text of it: it cannot be shipped",
            linked.name, linked.licence
        ))),
    }
}

/// The licences and notices in a crate's directory and its subdirectories, which can contain the
/// work of others.
fn files_in(directory: &Path) -> Result<BTreeSet<String>> {
    let failed = || format!("read {}", directory.display());
    let mut texts = BTreeSet::new();
    for entry in fs::read_dir(directory).context(failed)? {
        let entry = entry.context(failed)?;
        let (path, kind) = (entry.path(), entry.file_type().context(failed)?);
        if kind.is_dir() {
            texts.extend(files_in(&path)?);
        } else if kind.is_file() && is_licence(&path) {
            let text = String::from_utf8_lossy(&fs::read(&path).context(failed)?).into_owned();
            texts.insert(text.trim().replace('\r', ""));
        }
    }
    Ok(texts)
}

/// Whether a file's name, or that of its directory, is that of a licence or notice.
fn is_licence(path: &Path) -> bool {
    let names = [
        "LICENSE",
        "LICENCE",
        "COPYING",
        "COPYRIGHT",
        "NOTICE",
        "UNLICENSE",
        "AUTHORS",
    ];
    let extension = path.extension().and_then(|extension| extension.to_str());
    if matches!(extension, Some("rs" | "c" | "h" | "py" | "toml" | "json")) {
        return false;
    }
    let parent = path.parent().and_then(Path::file_name);
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    names
        .iter()
        .any(|name| file.to_uppercase().starts_with(name))
        || parent.is_some_and(|parent| parent == "LICENSES")
}

/// Removes the terms of Apache-2.0, which every Debian system contains, from a text. Keeps the text
/// before and after them, and the names in their appendix.
fn without_apache(text: &str) -> String {
    const BEGIN: &str = "TERMS AND CONDITIONS FOR USE, REPRODUCTION";
    const END: &str = "END OF TERMS AND CONDITIONS";
    const APPENDIX: &str = "APPENDIX: How to apply";
    const END_OF_APPENDIX: &str = "limitations under the License.";
    let lines: Vec<&str> = text.lines().collect();
    let find_line = |start: usize, words: &str| {
        let rest = lines.iter().skip(start);
        Some(start + rest.into_iter().position(|line| line.contains(words))?)
    };
    let mut kept: Vec<&str> = Vec::new();
    let mut next = 0;
    while let Some(begin) = find_line(next, BEGIN) {
        let Some(end) = find_line(begin, END) else {
            break;
        };
        let heading = (begin.saturating_sub(6).max(next)..begin)
            .find(|line| lines[*line].trim() == "Apache License");
        kept.extend(&lines[next..heading.unwrap_or(begin)]);
        next = end + 1;
        // The appendix follows the terms, or the exceptions from them.
        let appendix = (next..lines.len()).find(|line| !lines[*line].trim().is_empty());
        let appendix = appendix.filter(|line| lines[*line].contains(APPENDIX));
        if let Some((begin, end)) =
            appendix.and_then(|begin| Some((begin, find_line(begin, END_OF_APPENDIX)?)))
        {
            let names = lines[begin..end].iter().filter(|line| {
                let line = line.trim();
                line.starts_with("Copyright ") && !line.contains(['[', '{'])
            });
            kept.extend(names);
            next = end + 1;
        }
    }
    kept.extend(&lines[next..]);
    kept.join("\n").trim_matches('\n').trim_end().to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
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

    /// The relevant lines of Apache-2.0.
    const APACHE: &str = "                Apache License\n         Version 2.0, January 2004\n\n   \
        TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION\n\n   1. Definitions.\n   \
        END OF TERMS AND CONDITIONS\n\n   APPENDIX: How to apply the Apache License.\n\n   \
        Copyright [yyyy] [name of copyright owner]\n\n   limitations under the License.\n";

    #[test]
    fn only_the_terms_of_the_apache_licence_are_removed_from_a_file() {
        assert_eq!(without_apache(APACHE), "");
        assert_eq!(without_apache(&format!("{APACHE}\n{APACHE}")), "");
        let named = APACHE.replace("[yyyy] [name of copyright owner]", "2017 Somebody");
        assert_eq!(without_apache(&named).trim(), "Copyright 2017 Somebody");
        let more = format!("Of two authors.\n\n{APACHE}\nCopyright (c) 2009 The Go Authors.\n");
        let rest = without_apache(&more);
        assert!(rest.starts_with("Of two authors."), "{rest}");
        assert!(rest.ends_with("(c) 2009 The Go Authors."), "{rest}");
        assert!(!rest.contains("Definitions") && !rest.contains("APPENDIX"));
        assert_eq!(without_apache("Copyright me\nMIT"), "Copyright me\nMIT");
    }

    #[test]
    fn a_crate_without_a_text_gets_that_of_its_licence_or_cannot_be_shipped() {
        let empty = tempfile::tempdir().unwrap();
        let linked = |licence: &str| LinkedCrate {
            name: "one".into(),
            version: "1.0.0".into(),
            licence: licence.into(),
            authors: vec!["Somebody <a@example.org>".into()],
            repository: String::new(),
            directory: empty.path().into(),
        };
        let given = texts_of(&linked("MIT")).unwrap();
        assert!(given[0].starts_with("Copyright (c) Somebody <a@example.org>\n\nPermission"));
        assert!(given[0].contains("THE SOFTWARE IS PROVIDED"));
        assert_eq!(texts_of(&linked("MIT/Apache-2.0")).unwrap().len(), 0);
        texts_of(&linked("BSD-3-Clause")).unwrap_err();
        texts_of(&linked("MIT AND BSD-3-Clause")).unwrap_err();
    }

    #[test]
    fn licences_in_subdirectories_of_a_crate_are_found() {
        let directory = tempfile::tempdir().unwrap();
        let below = directory.path().join("third_party/fiat");
        fs::create_dir_all(&below).unwrap();
        fs::write(below.join("LICENSE"), "theirs\n").unwrap();
        fs::write(below.join("license.rs"), "fn main() {}").unwrap();
        let found = files_in(directory.path()).unwrap();
        assert_eq!(found, BTreeSet::from(["theirs".to_owned()]));
    }
}
