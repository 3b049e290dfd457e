//! What can be wrong with a stack that our module is in.

use super::factors::{Set, Sufficient};
use super::roles::Role;
use super::search::{Abilities, search};
use secinfo_pam_stack::stack::{Entry, Location, Work};
use std::collections::BTreeSet;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Problem {
    /// Users get in although our module refused.
    FailsOpen,
    /// This line makes the stack skip our module.
    Skipped(Location),
    /// Users get in without a first factor.
    NoFirstFactor,
    /// Our module, here, is asked before a first factor has succeeded.
    AskedFirst(Location),
    /// Our module, here, asks users whom it has verified already.
    AskedAgain(Location),
    /// Users who have the first factor of this line, and no other, are refused.
    Refused(Location),
    /// No user gets in.
    NobodyGetsIn,
    /// Users whom policy does not cover do not get in.
    UncoveredLockedOut,
}

/// What a stack does.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    pub(super) abilities: Abilities,
    pub(super) sufficient: Sufficient,
    pub(super) problems: BTreeSet<Problem>,
}

impl Verdict {
    /// Of one stack. `key_first`: a key has proved who the user is before the stack begins.
    pub(super) fn of(stack: &[Entry], key_first: bool, missing: &impl Fn(&str) -> bool) -> Self {
        let abilities = search(stack, missing);
        let sufficient = Sufficient::of(stack, missing);
        let mut verdict = Self {
            problems: BTreeSet::new(),
            abilities,
            sufficient,
        };
        verdict.problems = verdict.list(stack, key_first, missing);
        verdict
    }

    fn list(
        &self,
        stack: &[Entry],
        key_first: bool,
        missing: &impl Fn(&str) -> bool,
    ) -> BTreeSet<Problem> {
        let mut problems = BTreeSet::new();
        let can = &self.abilities;
        let at = |index: &usize| stack[*index].location.clone();
        if !can.ignores.is_empty() {
            problems.insert(Problem::FailsOpen);
        }
        problems.extend(can.skipped_by.iter().map(at).map(Problem::Skipped));
        if can.needs_no_factor && !key_first {
            problems.insert(Problem::NoFirstFactor);
        }
        if can.succeeds && !key_first {
            problems.extend(can.asked_first.iter().map(at).map(Problem::AskedFirst));
        }
        if can.succeeds {
            problems.extend(can.asked_again.iter().map(at).map(Problem::AskedAgain));
        }
        let refused = self.sufficient.refused(stack, missing);
        problems.extend(refused.into_iter().map(Problem::Refused));
        let gone = |entry: &Entry| {
            Role::of(entry) == Some(Role::Ours)
                && matches!(&entry.work, Work::Module { path, .. } if missing(path))
        };
        if stack.iter().any(gone) {
            return problems;
        }
        if !can.succeeds {
            problems.insert(Problem::NobodyGetsIn);
        } else if !can.succeeds_uncovered || !self.sufficient.uncovered_get_in() {
            problems.insert(Problem::UncoveredLockedOut);
        }
        problems
    }

    /// Whether all who get in by their first factors here get in by them there.
    pub(super) fn lets_in_no_fewer_than(&self, other: &Self) -> bool {
        let sets = other.sufficient.covered.iter();
        sets.filter(|set| !set.is_empty()).all(|before: &Set| {
            let mut sets = self.sufficient.covered.iter();
            sets.any(|set| set.is_subset(before))
        })
    }
}
