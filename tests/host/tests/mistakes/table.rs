//! What was seen, counted.

use crate::mistake::Mistake;
use crate::oracle::{Entry, Outcome};
use crate::strangers::TRIES;
use std::collections::BTreeMap;
use std::fmt;

/// The counts of all hosts.
#[derive(Default)]
pub(crate) struct Table {
    hosts: usize,
    entries: BTreeMap<Entry, usize>,
    /// For each sort of mistake that was made alone, how many, and of how many doctor told.
    alone: BTreeMap<&'static str, (usize, usize)>,
    tries: usize,
    switched_off: usize,
    open_without_secinfo: usize,
    faults: Vec<String>,
}

impl Table {
    /// Counts one host.
    pub(crate) fn add(&mut self, seed: u64, mistakes: &[Mistake], outcome: &Outcome) {
        self.hosts += 1;
        *self.entries.entry(outcome.entry).or_default() += 1;
        if let [mistake] = mistakes {
            let (made, told) = self.alone.entry(mistake.sort()).or_default();
            *made += 1;
            *told += usize::from(outcome.told);
        }
        self.tries += TRIES;
        self.switched_off += outcome.switched_off;
        self.open_without_secinfo += outcome.open_without_secinfo;
        let faults = outcome.faults.iter();
        self.faults
            .extend(faults.map(|fault| format!("seed {seed}: {fault}")));
    }

    /// Counts a host of which nothing could be said.
    pub(crate) fn could_not(&mut self, seed: u64, mistakes: &str) {
        self.faults.push(format!(
            "seed {seed}: the test itself failed, see above: {mistakes}"
        ));
    }

    /// What must not be.
    pub(crate) fn faults(&self) -> &[String] {
        &self.faults
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{} hosts. The administrator got in:", self.hosts)?;
        for (entry, count) in &self.entries {
            writeln!(f, "{count:>6}  {entry:?}")?;
        }
        writeln!(
            f,
            "Strangers: {} tries; in: {} where the mistake switched the second step off, {} where they would be \
             without secinfo, too.",
            self.tries, self.switched_off, self.open_without_secinfo
        )?;
        writeln!(f, "Made alone, and told by doctor:")?;
        for (sort, (made, told)) in &self.alone {
            writeln!(f, "{made:>6} {told:>6}  {sort}")?;
        }
        writeln!(f, "Faults: {}", self.faults.len())?;
        for fault in &self.faults {
            writeln!(f, "  {fault}")?;
        }
        Ok(())
    }
}
