//! Golden files: one stored event for each version of each type, kept for ever.

use crate::examples::examples;
use secinfo_domain::event::{Fact, StoredEvent, decode, encode};
use std::collections::BTreeSet;
use std::path::PathBuf;

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Type and version of each file that there has to be.
pub fn names() -> impl Iterator<Item = (&'static str, u16)> {
    Fact::TYPES
        .iter()
        .flat_map(|(name, current)| (1..=*current).map(move |version| (*name, version)))
}

pub fn read(name: &str, version: u16) -> Vec<u8> {
    let path = directory().join(format!("{name}.v{version}.json"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn example(name: &str) -> StoredEvent {
    let mut examples = examples().into_iter();
    examples
        .find(|stored| stored.event.fact.type_name() == name)
        .unwrap_or_else(|| panic!("there is no example of {name}"))
}

#[test]
fn every_version_of_every_type_is_read_for_ever() {
    for (name, version) in names() {
        let stored = decode(&read(name, version)).unwrap();
        assert_eq!(stored, example(name), "{name} version {version}");
    }
}

#[test]
fn the_current_version_is_written_in_exactly_the_golden_bytes() {
    for (name, version) in Fact::TYPES {
        let stored = example(name);
        let written = String::from_utf8(encode(stored.seq, &stored.event).unwrap()).unwrap();
        let golden = String::from_utf8(read(name, *version)).unwrap();
        assert_eq!(written, golden, "{name} version {version}");
    }
}

#[test]
fn there_is_no_golden_file_of_anything_else() {
    let found: BTreeSet<_> = std::fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let wanted = names().map(|(name, version)| format!("{name}.v{version}.json"));
    assert_eq!(found, wanted.collect());
}
