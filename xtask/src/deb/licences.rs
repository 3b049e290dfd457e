//! Lists the works of others that are part of the packages: each with its version, its licence and the
//! notices of its authors, which must be distributed with it.

pub(super) mod linked_crates;
pub(super) mod page;

use crate::failure::{Context, Failure, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// Our own MIT licence; its terms are the same for every work under MIT.
const MIT: &str = include_str!("../../../LICENSE-MIT");

/// A work of others that is part of what is shipped.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Work {
    name: String,
    version: String,
    licence: String,
    authors: Vec<String>,
    repository: String,
    directory: PathBuf,
}

/// Writes the list of these works and their texts, below an introduction.
fn write(introduction: &str, works: &BTreeSet<Work>, file: &Path) -> Result<()> {
    let mut page = String::from(introduction);
    // Many works share the same text.
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for work in works {
        let _ = write!(page, "\n{} {}: {}", work.name, work.version, work.licence);
        if !work.authors.is_empty() {
            let _ = write!(page, "\n    {}", work.authors.join(", "));
        }
        if !work.repository.is_empty() {
            let _ = write!(page, "\n    {}", work.repository);
        }
        for text in texts_of(work)? {
            texts.entry(text).or_default().push(work.name.clone());
        }
    }
    page.push('\n');
    let mut texts: Vec<(String, Vec<String>)> = texts.into_iter().collect();
    texts.sort_by(|(_, one), (_, other)| one.cmp(other));
    for (text, names) in texts {
        let _ = write!(
            page,
            "\n{}\n{}\n\n{text}\n",
            "=".repeat(80),
            names.join(", ")
        );
    }
    fs::write(file, page).context(|| format!("write {}", file.display()))
}

/// Works that all name a licence.
fn licensed(works: BTreeSet<Work>) -> Result<BTreeSet<Work>> {
    match works.iter().find(|work| work.licence.is_empty()) {
        Some(unlicensed) => Err(Failure::Wrong(format!(
            "{} names no licence: it cannot be shipped",
            unlicensed.name
        ))),
        None => Ok(works),
    }
}

/// The licence texts of a work: its own files, or else what its licence requires.
fn texts_of(work: &Work) -> Result<Vec<String>> {
    let files = files_in(&work.directory)?;
    if !files.is_empty() {
        return Ok(files
            .iter()
            .map(|text| without_apache(text))
            .filter(|text| !text.is_empty())
            .collect());
    }
    // It names its licence but contains no text of it.
    let offers: BTreeSet<&str> = work.licence.split(['/', '(', ')', ' ']).collect();
    if !offers.contains("AND") && offers.contains("Apache-2.0") {
        return Ok(Vec::new());
    }
    let words = MIT.split_once("\n\n").map(|(_, words)| words.trim());
    match words {
        Some(words) if !offers.contains("AND") && offers.contains("MIT") => {
            let authors = match work.authors.as_slice() {
                [] => format!("the authors of {}", work.name),
                authors => authors.join(", "),
            };
            Ok(vec![format!("Copyright (c) {authors}\n\n{words}")])
        }
        _ => Err(Failure::Wrong(format!(
            "{} is under {} and contains no text of it: it cannot be shipped",
            work.name, work.licence
        ))),
    }
}

/// The licences and notices in a work's directory and its subdirectories, which can contain the
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
    fn a_work_without_a_text_gets_that_of_its_licence_or_cannot_be_shipped() {
        let empty = tempfile::tempdir().unwrap();
        let linked = |licence: &str| Work {
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
    fn licences_in_subdirectories_of_a_work_are_found() {
        let directory = tempfile::tempdir().unwrap();
        let below = directory.path().join("third_party/fiat");
        fs::create_dir_all(&below).unwrap();
        fs::write(below.join("LICENSE"), "theirs\n").unwrap();
        fs::write(below.join("license.rs"), "fn main() {}").unwrap();
        let found = files_in(directory.path()).unwrap();
        assert_eq!(found, BTreeSet::from(["theirs".to_owned()]));
    }
}
