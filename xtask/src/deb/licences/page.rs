//! The packages of npm that are bundled into the page.

use super::{Work, licensed};
use crate::failure::{Context, Failure, Result};
use crate::{npm, page, screen};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const INTRODUCTION: &str = "\
The page is bundled from the packages of npm named here.
Below the list stand the licences and notices that the packages come with, each text once.
The texts of MIT and Apache-2.0 also stand in /usr/share/doc/cockpit-secinfo/copyright and in
/usr/share/common-licenses/Apache-2.0.
Some icons in @patternfly/react-icons are from Font Awesome Free 5, copyright Fonticons, Inc., under
CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/), in the form that PatternFly gives them.
";

/// Writes the list and the texts. The folders of the packages are below `source`, and their list is in
/// the staging directory.
pub(in crate::deb) fn write(stage: &Path, source: &Path, file: &Path) -> Result<()> {
    let directory = file.parent().expect("a file is in a directory");
    fs::create_dir_all(directory).context(|| format!("make {}", directory.display()))?;
    let list = parse(&stage.join(page::BUNDLED))?;
    let folders = list
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let bundled = folders
        .map(|folder| read(&source.join(folder)))
        .collect::<Result<BTreeSet<Work>>>()?;
    let bundled = licensed(bundled)?;
    super::write(INTRODUCTION, &bundled, file)?;
    screen::say(&format!(
        "The page is bundled from {} packages of npm.",
        bundled.len()
    ));
    Ok(())
}

fn read(directory: &Path) -> Result<Work> {
    let package = parse(&directory.join("package.json"))?;
    Ok(from_package(&package, directory.to_owned()))
}

fn parse(path: &Path) -> Result<Value> {
    serde_json::from_slice(&npm::read(path)?)
        .map_err(|error| Failure::Wrong(format!("{} is no JSON: {error}", path.display())))
}

/// A person and a repository are each a text, or an object that has one.
fn from_package(package: &Value, directory: PathBuf) -> Work {
    let text = |value: &Value, key: &str| {
        let text = value.as_str().or_else(|| value[key].as_str());
        text.unwrap_or_default().to_owned()
    };
    let author = text(&package["author"], "name");
    Work {
        name: text(&package["name"], ""),
        version: text(&package["version"], ""),
        licence: text(&package["license"], ""),
        authors: Some(author)
            .filter(|author| !author.is_empty())
            .into_iter()
            .collect(),
        repository: text(&package["repository"], "url"),
        directory,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn authors_and_repositories_are_read_in_both_forms() {
        let one = json!({
            "name": "one", "version": "1.2.3", "license": "MIT", "author": "Somebody",
            "repository": { "type": "git", "url": "git+https://example.org/one.git" },
        });
        let one = from_package(&one, PathBuf::new());
        assert_eq!(one.authors, ["Somebody"]);
        assert_eq!(one.repository, "git+https://example.org/one.git");
        let other = json!({
            "name": "other", "version": "1.2.3", "license": "MIT",
            "author": { "name": "Somebody Else" }, "repository": "other/other",
        });
        let other = from_package(&other, PathBuf::new());
        assert_eq!(other.authors, ["Somebody Else"]);
        assert_eq!(other.repository, "other/other");
    }
}
