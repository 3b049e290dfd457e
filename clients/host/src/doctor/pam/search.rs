//! Explores every outcome of every module of a stack to the end.
//!
//! libpam keeps little state between two modules, so paths through a stack soon meet in the same
//! state, and all of them can be explored.

use super::roles::Role;
use secinfo_pam_stack::codes::Code;
use secinfo_pam_stack::stack::{Entry, Progress, Work};
use std::collections::{BTreeSet, HashSet};

/// The last result of our module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Ours {
    NotAsked,
    Verified,
    NotCovered,
    Refused(Code),
}

/// A path through the stack so far.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Way {
    progress: Progress,
    ours: Ours,
    /// A first factor succeeded.
    proved: bool,
    /// The entry that made the stack skip ours.
    skipped_by: Option<usize>,
}

/// What a stack can do that concerns our module. Entries are by index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Abilities {
    /// It can succeed.
    pub(crate) succeeds: bool,
    /// It can succeed for users whom ours does not cover.
    pub(crate) succeeds_uncovered: bool,
    /// It succeeds although ours refused, with these codes.
    pub(crate) ignores: BTreeSet<Code>,
    /// It succeeds without ours, because of these entries.
    pub(crate) skipped_by: BTreeSet<usize>,
    /// It succeeds although no module but ours authenticated the user.
    pub(crate) needs_no_factor: bool,
    /// Our entries that are called although no first factor has succeeded.
    pub(crate) asked_first: BTreeSet<usize>,
    /// Our entries that are called although ours has verified the user before.
    pub(crate) asked_again: BTreeSet<usize>,
}

/// What a stack can do. `missing` tells which modules libpam cannot load.
pub(crate) fn search(stack: &[Entry], missing: impl Fn(&str) -> bool) -> Abilities {
    let choices: Vec<Choice> = stack
        .iter()
        .map(|entry| Choice::of(entry, &missing))
        .collect();
    let mut abilities = Abilities::default();
    let mut seen = HashSet::new();
    let mut open = vec![Way {
        progress: Progress::start(),
        ours: Ours::NotAsked,
        proved: false,
        skipped_by: None,
    }];
    while let Some(mut way) = open.pop() {
        let Some(turn) = way.progress.turn(stack) else {
            abilities.note(&way);
            continue;
        };
        if choices[turn].role == Some(Role::Ours) && !way.proved {
            abilities.asked_first.insert(turn);
        }
        if choices[turn].role == Some(Role::Ours) && way.ours == Ours::Verified {
            abilities.asked_again.insert(turn);
        }
        for code in &choices[turn].codes {
            let after = way.after(stack, &choices, turn, *code);
            if seen.insert(after.clone()) {
                open.push(after);
            }
        }
    }
    abilities
}

/// What an entry can return: one code for each distinct effect.
pub(super) struct Choice {
    pub(super) role: Option<Role>,
    pub(super) codes: Vec<Code>,
}

impl Choice {
    pub(super) fn of(entry: &Entry, missing: &impl Fn(&str) -> bool) -> Self {
        match &entry.work {
            Work::Substack | Work::MustFail => Self {
                role: None,
                codes: vec![Code::PERM_DENIED],
            },
            Work::Module { path, .. } if missing(path) => Self {
                role: Role::of(entry),
                codes: vec![Code::MODULE_UNKNOWN],
            },
            Work::Module { arguments, .. } => {
                let role = Role::of(entry);
                let mut codes = role.map_or_else(Vec::new, |role| role.codes(arguments));
                if role != Some(Role::Ours) {
                    codes = distinct(&codes, entry);
                }
                Self { role, codes }
            }
        }
    }
}

/// Keeps one of several codes with the same action, but for success and ignore.
fn distinct(codes: &[Code], entry: &Entry) -> Vec<Code> {
    let kind = |code: Code| {
        let plain = (code == Code::SUCCESS, code == Code::IGNORE);
        (entry.actions.of(code), proves(code), plain)
    };
    let mut kept: Vec<Code> = Vec::new();
    for code in codes {
        if kept.iter().all(|other| kind(*other) != kind(*code)) {
            kept.push(*code);
        }
    }
    kept
}

/// Whether a code authenticates the user; one who has to change the password was authenticated too.
pub(super) fn proves(code: Code) -> bool {
    matches!(code, Code::SUCCESS | Code::NEW_AUTHTOK_REQD)
}

impl Way {
    fn after(&self, stack: &[Entry], choices: &[Choice], turn: usize, code: Code) -> Self {
        let mut after = self.clone();
        after.progress.step(stack, code);
        match choices[turn].role {
            Some(Role::Ours) => {
                after.skipped_by = None;
                after.ours = match code {
                    Code::SUCCESS => Ours::Verified,
                    Code::IGNORE => Ours::NotCovered,
                    code => Ours::Refused(code),
                };
            }
            Some(role) if role.may_prove() && proves(code) => after.proved = true,
            _ => {}
        }
        let mut passed = turn + 1..after.progress.position();
        if passed.any(|index| choices[index].role == Some(Role::Ours)) {
            after.skipped_by = Some(turn);
        }
        after
    }
}

impl Abilities {
    fn note(&mut self, way: &Way) {
        if way.progress.result() != Code::SUCCESS {
            return;
        }
        self.succeeds = true;
        match way.ours {
            Ours::Refused(code) => {
                self.ignores.insert(code);
            }
            Ours::NotAsked => {
                self.skipped_by.extend(way.skipped_by);
                self.succeeds_uncovered = true;
            }
            Ours::NotCovered => self.succeeds_uncovered = true,
            Ours::Verified => {}
        }
        if !way.proved && matches!(way.ours, Ours::Verified | Ours::NotCovered) {
            self.needs_no_factor = true;
        }
    }
}
