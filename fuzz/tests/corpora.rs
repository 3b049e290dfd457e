//! Runs the corpora of all targets.

use secinfo_fuzz::TARGETS;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

#[test]
fn every_target_reads_its_corpus() {
    for target in TARGETS {
        let corpus = fs::read_dir(corpora().join(target.name)).expect("a target has a corpus");
        let mut inputs = 0;
        for input in corpus {
            let path = input.expect("it is listed").path();
            println!("{}", path.display());
            (target.run)(&fs::read(&path).expect("it is read"));
            inputs += 1;
        }
        assert!(inputs > 0, "{} has no input", target.name);
    }
}

#[test]
fn every_corpus_has_its_target() {
    let names: BTreeSet<_> = TARGETS.iter().map(|target| target.name.into()).collect();
    let corpora: BTreeSet<_> = fs::read_dir(corpora())
        .expect("there are corpora")
        .map(|corpus| corpus.expect("it is listed").file_name())
        .collect();
    assert_eq!(corpora, names);
}
