//! Which first factors let a user in, together with our module: for each of them it is asked what
//! the stack does for those who have that one only.

use super::roles::Role;
use super::search::{Choice, proves};
use secinfo_pam_stack::codes::{Action, Code};
use secinfo_pam_stack::stack::{Entry, Location, Progress, Work};
use std::collections::{BTreeSet, HashSet};

/// More first factors than this in one stack are not told apart.
const MOST: usize = 12;
/// So many first factors may be required at once.
pub(super) const AT_ONCE: usize = 3;

/// First factors, by the lines that call them.
pub(super) type Set = BTreeSet<Location>;

/// The smallest sets of first factors that suffice.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Sufficient {
    /// For users whom our module verifies.
    pub(super) covered: Vec<Set>,
    /// For users whom policy does not cover.
    pub(super) uncovered: Vec<Set>,
}

impl Sufficient {
    /// Those of a stack.
    pub(super) fn of(stack: &[Entry], missing: &impl Fn(&str) -> bool) -> Self {
        let choices: Vec<Choice> = stack
            .iter()
            .map(|entry| Choice::of(entry, missing))
            .collect();
        let factors: Set = stack
            .iter()
            .filter(|entry| is_factor(entry, missing))
            .map(|entry| entry.location.clone())
            .collect();
        if factors.len() > MOST {
            return Self::default();
        }
        let smallest = |ours| {
            let mut found: Vec<Set> = Vec::new();
            for size in 0..=AT_ONCE {
                for set in subsets(&factors, size) {
                    let known = found.iter().any(|smaller| smaller.is_subset(&set));
                    if !known && lets_in(stack, &choices, &factors, &set, ours) {
                        found.push(set);
                    }
                }
            }
            found
        };
        Self {
            covered: smallest(Code::SUCCESS),
            uncovered: smallest(Code::IGNORE),
        }
    }

    /// The lines whose first factor is in none of the sets although their success is meant to be
    /// enough: it ends the stack, or jumps.
    pub(super) fn refused(&self, stack: &[Entry], missing: &impl Fn(&str) -> bool) -> Set {
        if self.covered.is_empty() || self.covered.contains(&Set::new()) {
            return Set::new();
        }
        let meant = stack.iter().filter(|entry| {
            let enough = matches!(
                entry.actions.of(Code::SUCCESS),
                Action::Jump(_) | Action::Done
            );
            enough && is_factor(entry, missing)
        });
        let of_use: BTreeSet<&Location> = self.covered.iter().flatten().collect();
        meant
            .map(|entry| &entry.location)
            .filter(|location| !of_use.contains(location))
            .cloned()
            .collect()
    }

    /// Whether users whom policy does not cover get in by whatever lets covered users in.
    pub(super) fn uncovered_get_in(&self) -> bool {
        let mut covered = self.covered.iter().filter(|set| !set.is_empty());
        covered.all(|covered| {
            let mut uncovered = self.uncovered.iter();
            uncovered.any(|set| set.is_subset(covered))
        })
    }
}

fn is_factor(entry: &Entry, missing: &impl Fn(&str) -> bool) -> bool {
    Role::of(entry).is_some_and(Role::may_prove)
        && matches!(&entry.work, Work::Module { path, .. } if !missing(path))
}

fn subsets(of: &Set, size: usize) -> Vec<Set> {
    if size == 0 {
        return vec![Set::new()];
    }
    let mut sets = Vec::new();
    for smaller in subsets(of, size - 1) {
        let behind = of.iter().filter(|one| smaller.last() < Some(one));
        sets.extend(behind.map(|one| {
            let mut set = smaller.clone();
            set.insert(one.clone());
            set
        }));
    }
    sets
}

/// Whether the stack can succeed when of the first factors those in `set` succeed and no others,
/// and our module answers `ours`.
fn lets_in(stack: &[Entry], choices: &[Choice], factors: &Set, set: &Set, ours: Code) -> bool {
    let mut seen = HashSet::new();
    let mut open = vec![Progress::start()];
    while let Some(mut progress) = open.pop() {
        let Some(turn) = progress.turn(stack) else {
            if progress.result() == Code::SUCCESS {
                return true;
            }
            continue;
        };
        let (location, choice) = (&stack[turn].location, &choices[turn]);
        let codes = choice.codes.iter().copied();
        let can: Vec<Code> = if choice.role == Some(Role::Ours) {
            // A module that is missing answers one thing only.
            let missing = choice.codes == [Code::MODULE_UNKNOWN];
            vec![if missing { Code::MODULE_UNKNOWN } else { ours }]
        } else if set.contains(location) {
            vec![Code::SUCCESS]
        } else if factors.contains(location) {
            codes
                .filter(|code| !proves(*code) && *code != Code::IGNORE)
                .collect()
        } else {
            codes.collect()
        };
        for code in can {
            let mut after = progress.clone();
            after.step(stack, code);
            if seen.insert(after.clone()) {
                open.push(after);
            }
        }
    }
    false
}
