//! Nothing that is specific to the machine on which the code was written may get into the project:
//! neither its directories nor the registry that its cargo uses.

use super::Outcome;
use crate::failure::{Context, Failure, Result};
use crate::workspace::{self, Workspace};
use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// The public registry, as Cargo.lock names it.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Public hosts, which cargo configurations may name.
const PUBLIC_HOSTS: [&str; 4] = [
    "github.com",
    "crates.io",
    "index.crates.io",
    "static.crates.io",
];

/// Checks every file that git keeps.
pub(super) fn check(place: &Workspace) -> Result<Outcome> {
    let words = words_of_this_machine(place);
    let mut found = Vec::new();
    for name in tracked(&place.root)? {
        let path = place.root.join(&name);
        // A deletion that is not committed yet.
        let Ok(content) = fs::read(&path) else {
            continue;
        };
        let text = String::from_utf8_lossy(&content);
        found.extend(mentions(&name, &text, &words));
        if name == "Cargo.lock" {
            found.extend(foreign_sources(&text));
        }
    }
    if found.is_empty() {
        Ok(Outcome::default())
    } else {
        Err(Failure::Wrong(format!(
            "what only this machine knows does not belong into the project:\n{}",
            found.join("\n")
        )))
    }
}

/// The names of all files that git keeps, from the top directory.
fn tracked(root: &Path) -> Result<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root)
        .output()
        .context(|| "run git".into())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let names: Vec<String> = text.split_terminator('\0').map(str::to_owned).collect();
    if !output.status.success() || names.is_empty() {
        return Err(Failure::Wrong(format!(
            "git lists no files: {}",
            String::from_utf8_lossy(&output.stderr)
        )));
    }
    Ok(names)
}

/// What would give this machine away.
fn words_of_this_machine(place: &Workspace) -> Vec<String> {
    let mut words = vec![format!("{}/", place.root.display())];
    let home = env::var("HOME").unwrap_or_default();
    // An account without a home has "/", which occurs everywhere.
    if home.trim_end_matches('/').len() > 1 {
        words.push(format!("{}/", home.trim_end_matches('/')));
    }
    for name in ["config.toml", "config"] {
        if let Ok(text) = fs::read_to_string(workspace::cargo_home().join(name)) {
            words.extend(hosts(&text));
        }
    }
    words
}

/// The hosts of all addresses in a text, except the public ones.
fn hosts(text: &str) -> Vec<String> {
    text.split("://")
        .skip(1)
        .filter_map(|rest| rest.split(['/', ':', '"', '\'', '\n', ' ']).next())
        .map(|host| host.rsplit('@').next().unwrap_or(host))
        .filter(|host| !host.is_empty() && !PUBLIC_HOSTS.contains(host))
        .map(str::to_owned)
        .collect()
}

fn mentions(name: &str, text: &str, words: &[String]) -> Vec<String> {
    let named = |line: &str| words.iter().find(|word| line.contains(*word)).cloned();
    text.lines()
        .enumerate()
        .filter_map(|(index, line)| Some((index + 1, named(line)?)))
        .map(|(line, word)| format!("  {name}:{line}: {word}"))
        .collect()
}

/// Sources in a lock file other than the public registry.
fn foreign_sources(lock: &str) -> Vec<String> {
    lock.lines()
        .filter_map(|line| line.strip_prefix("source = "))
        .map(|source| source.trim_matches('"'))
        .filter(|source| *source != REGISTRY)
        .map(|source| format!("  Cargo.lock: {source}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_registry_is_found_and_a_public_one_is_not() {
        let config = "[source.mirror]\nregistry = \"sparse+http://mirror.internal:8080/index/\"\n\
                      [source.git]\nregistry = 'https://github.com/x/y'\n";
        assert_eq!(hosts(config), ["mirror.internal"]);
        let lock = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
                    source = \"registry+http://mirror.internal/index\"\n";
        assert_eq!(
            foreign_sources(lock),
            ["  Cargo.lock: registry+http://mirror.internal/index"]
        );
    }

    #[test]
    fn a_mention_is_told_with_its_line() {
        let words = ["/builds/here/".to_owned()];
        assert_eq!(
            mentions("a.rs", "one\n\"/builds/here/target\"\n", &words),
            ["  a.rs:2: /builds/here/"]
        );
        assert!(mentions("a.rs", "/builds/elsewhere/", &words).is_empty());
    }
}
