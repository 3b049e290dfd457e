//! What to write where, so that one problem of a stack is gone and no other comes of it: changes
//! are tried on the stack before they are told to anybody.

use super::problem::{Problem, Verdict};
use super::roles::Role;
use secinfo_pam_stack::codes::{Action, Actions, Code};
use secinfo_pam_stack::stack::{Entry, Location, Work};

const PERMIT: &str = "pam_permit.so";
/// The line that makes what was left out count as a success.
const SUCCEED: &str = "auth required pam_permit.so";
/// The farthest jump that is tried.
const FARTHEST: u32 = 16;

/// One change to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Edit {
    /// The second word of a line.
    Control {
        at: Location,
        from: String,
        to: String,
    },
    /// `include` for `substack`.
    Include { at: Location, from: String },
    /// [`SUCCEED`] behind a line.
    Succeed { behind: Location },
}

/// A service whose stack a change might spoil.
pub(super) struct Neighbour {
    pub(super) stack: Vec<Entry>,
    pub(super) before: Verdict,
    pub(super) key_first: bool,
}

/// The fewest changes that are known to mend a problem of `stack`, and to spoil no neighbour.
pub(super) fn mend(
    stack: &[Entry],
    before: &Verdict,
    problem: &Problem,
    key_first: bool,
    neighbours: &[Neighbour],
    missing: &impl Fn(&str) -> bool,
) -> Option<Vec<Edit>> {
    candidates(stack, problem).into_iter().find(|edits| {
        let after = Verdict::of(&apply(stack, edits), key_first, missing);
        after.problems.is_subset(&before.problems)
            && !after.problems.contains(problem)
            && after.lets_in_no_fewer_than(before)
            && neighbours.iter().all(|neighbour| {
                let changed = apply(&neighbour.stack, edits);
                if changed == neighbour.stack {
                    return true;
                }
                let after = Verdict::of(&changed, neighbour.key_first, missing);
                after.problems.is_subset(&neighbour.before.problems)
                    && after.lets_in_no_fewer_than(&neighbour.before)
            })
    })
}

/// The stack of files that were changed so.
pub(super) fn apply(stack: &[Entry], edits: &[Edit]) -> Vec<Entry> {
    let mut stack = stack.to_vec();
    for edit in edits {
        match edit {
            Edit::Control { at, to, .. } => {
                for entry in stack.iter_mut().filter(|entry| entry.location == *at) {
                    entry.control.clone_from(to);
                    entry.actions = Actions::of_control(to).0;
                }
            }
            Edit::Include { at, .. } => stack = without_substack(stack, at),
            Edit::Succeed { behind } => stack = with_success(stack, behind),
        }
    }
    stack
}

fn without_substack(stack: Vec<Entry>, at: &Location) -> Vec<Entry> {
    let mut inside: Option<usize> = None;
    let mut changed = Vec::new();
    for mut entry in stack {
        if inside.is_some_and(|level| entry.level <= level) {
            inside = None;
        }
        if inside.is_none() && entry.work == Work::Substack && entry.location == *at {
            inside = Some(entry.level);
            continue;
        }
        if inside.is_some() {
            entry.level -= 1;
        }
        changed.push(entry);
    }
    changed
}

fn with_success(stack: Vec<Entry>, behind: &Location) -> Vec<Entry> {
    let mut changed = Vec::new();
    for entry in stack {
        let added = (entry.location == *behind && entry.work != Work::Substack).then(|| Entry {
            location: Location {
                file: format!("behind {}", behind.file),
                line: behind.line,
            },
            level: entry.level,
            work: Work::Module {
                path: PERMIT.to_owned(),
                arguments: Vec::new(),
                silent: false,
            },
            control: "required".to_owned(),
            actions: Actions::of_control("required").0,
        });
        changed.push(entry);
        changed.extend(added);
    }
    changed
}

/// What might mend a problem, what changes least first.
fn candidates(stack: &[Entry], problem: &Problem) -> Vec<Vec<Edit>> {
    let ours = stack.iter().position(|entry| is(entry, Role::Ours));
    let before = &stack[..ours.unwrap_or(0)];
    let at = |location: &Location| {
        let module = |entry: &&Entry| matches!(entry.work, Work::Module { .. });
        stack
            .iter()
            .filter(module)
            .find(|entry| entry.location == *location)
    };
    match problem {
        Problem::FailsOpen => fail_closed(stack),
        Problem::Skipped(location) | Problem::Refused(location) => {
            at(location).map_or_else(Vec::new, |entry| go_elsewhere(stack, entry))
        }
        Problem::NobodyGetsIn => {
            let factors = before.iter().filter(|entry| is_factor(entry));
            factors
                .flat_map(|entry| go_elsewhere(stack, entry))
                .collect()
        }
        Problem::AskedFirst(_) | Problem::NoFirstFactor => {
            let mut list = end_at_failure(before);
            list.extend(include_and_end(stack, before));
            list
        }
        Problem::UncoveredLockedOut => {
            let mut list = end_at_failure(before);
            let mut outermost = stack.iter().rev().filter(|entry| entry.level == 0);
            list.extend(outermost.next().map(|entry| vec![succeed(entry)]));
            list.extend(ours.map(|index| vec![succeed(&stack[index])]));
            list
        }
        // A line would have to go, which no edit does.
        Problem::AskedAgain(_) => Vec::new(),
    }
}

fn is(entry: &Entry, wanted: Role) -> bool {
    Role::of(entry) == Some(wanted)
}

fn is_factor(entry: &Entry) -> bool {
    Role::of(entry).is_some_and(Role::may_prove)
}

fn control(entry: &Entry, to: impl Into<String>) -> Edit {
    Edit::Control {
        at: entry.location.clone(),
        from: entry.control.clone(),
        to: to.into(),
    }
}

fn succeed(entry: &Entry) -> Edit {
    Edit::Succeed {
        behind: entry.location.clone(),
    }
}

/// Ours ends the stack when it refuses, and no later line forgets that.
fn fail_closed(stack: &[Entry]) -> Vec<Vec<Edit>> {
    let mut ours: Vec<Edit> = Vec::new();
    for entry in stack.iter().filter(|entry| is(entry, Role::Ours)) {
        let edit = control(entry, "requisite");
        if entry.control != "requisite" && !ours.contains(&edit) {
            ours.push(edit);
        }
    }
    let resets = |entry: &&Entry| {
        let codes = [Code::SUCCESS, Code::AUTH_ERR, Code::IGNORE];
        matches!(entry.work, Work::Module { .. })
            && codes
                .iter()
                .any(|code| entry.actions.of(*code) == Action::Reset)
    };
    let forgets: Vec<Edit> = stack
        .iter()
        .filter(resets)
        .filter(|entry| !is(entry, Role::Ours))
        .map(|entry| control(entry, "required"))
        .collect();
    let both = ours.iter().chain(&forgets).cloned().collect();
    [ours, forgets, both]
        .into_iter()
        .filter(|edits| !edits.is_empty())
        .collect()
}

/// A line has its success lead to another line.
fn go_elsewhere(stack: &[Entry], entry: &Entry) -> Vec<Vec<Edit>> {
    let now = match entry.actions.of(Code::SUCCESS) {
        Action::Jump(count) => count,
        _ => 0,
    };
    let farthest = u32::try_from(stack.len()).map_or(FARTHEST, |count| count.min(FARTHEST));
    let mut jumps: Vec<u32> = (1..=farthest).filter(|jump| *jump != now).collect();
    // A jump that misses its line most often does so by one.
    jumps.sort_by_key(|jump| (jump.abs_diff(now), std::cmp::Reverse(*jump)));
    let written: Vec<Edit> = jumps
        .iter()
        .map(|jump| control(entry, with_jump(&entry.control, *jump)))
        .collect();
    let mut list: Vec<Vec<Edit>> = written.iter().map(|edit| vec![edit.clone()]).collect();
    if is_factor(entry) {
        list.insert(
            if now == 0 { 0 } else { list.len() },
            vec![control(entry, "requisite")],
        );
    }
    let same =
        |other: &&Entry| other.location.file == entry.location.file && other.level == entry.level;
    let behind = stack
        .iter()
        .filter(same)
        .filter(|other| other.location > entry.location && is(other, Role::Deny));
    for deny in behind {
        for edit in &written {
            list.push(vec![edit.clone(), succeed(deny)]);
            list.push(vec![
                edit.clone(),
                control(deny, "requisite"),
                succeed(deny),
            ]);
        }
    }
    list
}

/// A list that jumps on success.
fn with_jump(control: &str, jump: u32) -> String {
    let inside = control.strip_prefix('[').and_then(|c| c.strip_suffix(']'));
    let words: Vec<&str> = inside
        .unwrap_or_default()
        .split_ascii_whitespace()
        .collect();
    let jumps = |word: &str, name: &str| {
        let count = word.strip_prefix(name).and_then(|c| c.strip_prefix('='));
        count.is_some_and(|count| count.parse::<u32>().is_ok())
    };
    if !words.iter().any(|word| jumps(word, "success")) {
        return format!("[success={jump} default=ignore]");
    }
    let changed: Vec<String> = words
        .iter()
        .map(|word| {
            let name = ["success", "new_authtok_reqd"]
                .into_iter()
                .find(|name| jumps(word, name));
            name.map_or_else(|| (*word).to_owned(), |name| format!("{name}={jump}"))
        })
        .collect();
    format!("[{}]", changed.join(" "))
}

/// A line before ours ends the stack when it fails.
fn end_at_failure(before: &[Entry]) -> Vec<Vec<Edit>> {
    let modules = before
        .iter()
        .filter(|entry| matches!(entry.work, Work::Module { .. }));
    let mut list: Vec<Vec<Edit>> = Vec::new();
    for entry in modules.rev() {
        let goes_on = entry.actions.of(Code::AUTH_ERR) != Action::Die;
        let to = if entry.control.contains("=bad") {
            entry.control.replace("=bad", "=die")
        } else {
            "requisite".to_owned()
        };
        if goes_on && (is_factor(entry) || is(entry, Role::Deny)) {
            list.push(vec![control(entry, to)]);
        }
    }
    list
}

/// What ends a substack does not end the stack that it is in: the lines of the substack are included
/// instead, those that succeed jump to its end, and the line that refuses the others ends the stack.
fn include_and_end(stack: &[Entry], before: &[Entry]) -> Vec<Vec<Edit>> {
    let mut list = Vec::new();
    for (index, marker) in before.iter().enumerate() {
        if marker.work != Work::Substack {
            continue;
        }
        let inside: Vec<&Entry> = stack[index + 1..]
            .iter()
            .take_while(|entry| entry.level > marker.level)
            .collect();
        let level = marker.level + 1;
        let Some(end) = inside.last().filter(|end| end.level == level) else {
            continue;
        };
        let mut edits = vec![Edit::Include {
            at: marker.location.clone(),
            from: marker.control.clone(),
        }];
        for (index, entry) in inside.iter().enumerate() {
            if entry.level != level || entry.work == Work::Substack {
                continue;
            }
            if entry.actions.of(Code::SUCCESS) == Action::Done {
                let behind = inside[index + 1..].iter();
                let count = behind.filter(|entry| entry.level == level).count();
                let Ok(jump @ 1..) = u32::try_from(count) else {
                    continue;
                };
                edits.push(control(entry, with_jump(&entry.control, jump)));
            } else if is(entry, Role::Deny) && entry.control != "requisite" {
                edits.push(control(entry, "requisite"));
            }
        }
        edits.push(succeed(end));
        list.push(edits);
    }
    list
}

impl Edit {
    /// The part of the line to change, and what to write in its place; nothing for a line that is
    /// added.
    pub(super) fn words(&self) -> Option<(String, String)> {
        match self {
            Self::Control { from, to, .. } => Some(least(from, to)),
            Self::Include { from, .. } => Some((from.clone(), "include".to_owned())),
            Self::Succeed { .. } => None,
        }
    }

    /// The line that is changed, or behind which one is added.
    pub(super) const fn location(&self) -> &Location {
        match self {
            Self::Control { at, .. } | Self::Include { at, .. } => at,
            Self::Succeed { behind } => behind,
        }
    }

    /// What is added.
    pub(super) const fn added() -> &'static str {
        SUCCEED
    }
}

/// The one value in a list that differs, or the whole.
fn least(from: &str, to: &str) -> (String, String) {
    let words = |text: &str| -> Vec<String> {
        let words = text.split_ascii_whitespace();
        words
            .map(|word| word.trim_matches(['[', ']']).to_owned())
            .collect()
    };
    let (old, new) = (words(from), words(to));
    if old.len() == new.len() {
        let differ: Vec<_> = old.into_iter().zip(new).filter(|(a, b)| a != b).collect();
        if let [(old, new)] = &differ[..] {
            return (old.clone(), new.clone());
        }
    }
    (from.to_owned(), to.to_owned())
}
