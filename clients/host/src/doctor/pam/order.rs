//! Findings on the order of the lines of a stack, each with what mends it.

use super::check::{Checks, offers_set_up, proves};
use super::mend::mend;
use super::problem::{Problem, Verdict};
use super::remedy::changes;
use super::roles::{OURS, Role};
use crate::doctor::finding::{Change, Severity, in_words};
use crate::doctor::kiosks::is_for_resets_only;
use secinfo_pam_stack::codes::Code;
use secinfo_pam_stack::stack::{Entry, Location, Progress, Work};

impl Checks<'_> {
    pub(super) fn order(&mut self, stack: &[Entry], ours: &Entry) {
        let modules = self.modules;
        let missing = |path: &str| modules.is_missing(path);
        let verdict = Verdict::of(stack, self.key_first, &missing);
        for problem in &verdict.problems {
            let mended = mend(
                stack,
                &verdict,
                problem,
                self.key_first,
                self.neighbours,
                &missing,
            );
            let mended = mended.map(|edits| Remedy::from(changes(self.root, &edits)));
            self.told(stack, ours, &verdict, problem, mended);
        }
    }

    /// One problem of the order of lines, with what is known to mend it.
    fn told(
        &mut self,
        stack: &[Entry],
        ours: &Entry,
        verdict: &Verdict,
        problem: &Problem,
        mended: Option<Remedy>,
    ) {
        let or = |text: &str| mended.clone().unwrap_or_else(|| text.into());
        let at = |location: &Location| {
            let mut indexed = stack.iter().enumerate();
            indexed.find(|(_, entry)| {
                entry.location == *location && matches!(entry.work, Work::Module { .. })
            })
        };
        match problem {
            Problem::FailsOpen => {
                let codes = verdict.abilities.ignores.iter().copied();
                let codes: Vec<_> = codes.map(Code::name).collect();
                self.add(
                    "pam-fails-open",
                    Severity::Error,
                    &ours.location,
                    format!(
                        "This fails open: people get in although {OURS} answers {}.",
                        codes.join(", ")
                    ),
                    or("Write 'auth requisite pam_secinfo.so', and let no line behind it forget \
                        what failed."),
                );
            }
            Problem::Skipped(location) => {
                if let Some((_, by)) = at(location) {
                    self.skipped(by, ours, mended);
                }
            }
            Problem::NoFirstFactor => self.add(
                "pam-no-first-factor",
                Severity::Error,
                &ours.location,
                "People get in without a password or another first factor: a code alone will do, \
                 and users whom policy does not cover need nothing.",
                or("Have a first factor before pam_secinfo.so that must succeed."),
            ),
            Problem::AskedFirst(location) => {
                if let Some((index, entry)) = at(location) {
                    let behind = stack[index..].iter().find(|entry| proves(entry));
                    let mended = mended.or_else(|| Some(moved(behind?, entry).into()));
                    self.asked_first(entry, verdict, mended);
                }
            }
            Problem::AskedAgain(location) => self.add(
                "pam-asks-again",
                Severity::Warning,
                location,
                "Users who have been verified are asked once more here, and the same code is not taken \
                 twice.",
                or("Remove this line, or the one before that names pam_secinfo.so."),
            ),
            Problem::Refused(location) => {
                if let Some((index, entry)) = at(location) {
                    self.refused(stack, index, entry, mended);
                }
            }
            Problem::NobodyGetsIn => self.add(
                "pam-nobody-gets-in",
                Severity::Error,
                &ours.location,
                "Nobody gets in, whatever the modules answer.",
                or("Look at what fails in every case: malformed lines, modules that are missing, \
                    jumps that are too far."),
            ),
            Problem::UncoveredLockedOut => self.add(
                "pam-uncovered-locked-out",
                Severity::Warning,
                &ours.location,
                "Users whom policy does not cover do not get in: nothing else in this stack says \
                 yes.",
                or("Add 'auth required pam_permit.so' as the last line, if something else, such as \
                    the key that the SSH server demands, has proved who they are."),
            ),
        }
    }

    fn refused(&mut self, stack: &[Entry], index: usize, entry: &Entry, mended: Option<Remedy>) {
        let Work::Module { path, .. } = &entry.work else {
            return;
        };
        let landing = Progress::landing(stack, index, Code::SUCCESS).map(|at| &stack[at]);
        let then = match landing.map(|entry| (&entry.work, &entry.location)) {
            Some((Work::Module { path, .. }, location)) => {
                format!("goes on at {path} ({location})")
            }
            Some((_, location)) => format!("goes on at {location}"),
            None => "leads past the last line".to_owned(),
        };
        self.add(
            "pam-first-factor-refused",
            Severity::Error,
            &entry.location,
            format!(
                "Users with the right answer for {path} are refused: its success {then}, and \
                 nothing lets them in there."
            ),
            mended.unwrap_or_else(|| {
                "Have the jump lead behind pam_deny.so, to the line that is meant.".into()
            }),
        );
    }

    /// Whether accounts are let through, once who they are is proved.
    pub(super) fn account(&mut self, stack: &[Entry]) {
        let modules = self.modules;
        let missing = |path: &str| modules.is_missing(path);
        let verdict = Verdict::of(stack, true, &missing);
        if verdict.problems.contains(&Problem::NobodyGetsIn) {
            let first = stack.first().map(|entry| entry.location.to_string());
            let subject = first.unwrap_or_else(|| self.name.to_owned());
            self.add(
                "pam-account-refused",
                Severity::Error,
                &subject,
                "No account is let through, whatever the modules answer: the lines for account \
                 never succeed.",
                "Compare them with those that your distribution ships, jumps and pam_deny.so first.",
            );
        }
        for problem in &verdict.problems {
            let Problem::Refused(location) = problem else {
                continue;
            };
            let mended = mend(stack, &verdict, problem, true, &[], &missing);
            self.add(
                "pam-account-refused",
                Severity::Error,
                location,
                "Accounts that this line finds in order are refused by those behind it.",
                mended.map_or_else(
                    || "Have the jump lead behind pam_deny.so.".into(),
                    |edits| Remedy::from(changes(self.root, &edits)),
                ),
            );
        }
    }

    fn skipped(&mut self, by: &Entry, ours: &Entry, mended: Option<Remedy>) {
        let Work::Module { path, .. } = &by.work else {
            return;
        };
        if is_for_resets_only(self.root, by) {
            return;
        }
        let remedy = mended.unwrap_or_else(|| {
            "Have 'auth requisite pam_secinfo.so' where this line cannot pass over it: with \
             'required' instead of 'sufficient', or with a shorter jump."
                .into()
        });
        match Role::of(by) {
            Some(Role::Factor | Role::Permit | Role::Deny) => self.add(
                "pam-skips",
                Severity::Error,
                &by.location,
                format!(
                    "This fails open: {path} alone lets people in, and {OURS} ({}) is not asked.",
                    ours.location
                ),
                remedy,
            ),
            _ => self.add(
                "pam-skips",
                Severity::Warning,
                &by.location,
                format!(
                    "Those for whom {path} decides so get in, and {OURS} ({}) is not asked.",
                    ours.location
                ),
                Remedy {
                    text: format!("Leave it if it is meant so; otherwise: {}", remedy.text),
                    changes: remedy.changes,
                },
            ),
        }
    }

    fn asked_first(&mut self, entry: &Entry, verdict: &Verdict, mended: Option<Remedy>) {
        if offers_set_up(entry) {
            self.add(
                "pam-set-up-without-first-factor",
                Severity::Error,
                &entry.location,
                "Any person can set up a method in the name of a user here: set_up is given \
                 although the first factor need not have succeeded before.",
                mended.unwrap_or_else(|| {
                    "Have a first factor before it that ends the stack when it fails (requisite, \
                     or pam_deny.so as requisite behind it), or remove set_up."
                        .into()
                }),
            );
        } else if !verdict.abilities.needs_no_factor {
            self.add(
                "pam-asked-first",
                Severity::Warning,
                &entry.location,
                "Users are asked for a code before their first factor has succeeded, so any person \
                 can have codes sent to them, and lock them for a time.",
                mended.unwrap_or_else(|| {
                    "Make the first factor requisite, or put pam_deny.so as requisite behind it."
                        .into()
                }),
            );
        }
    }
}

/// How a first factor that stands behind ours comes to stand before it.
fn moved(factor: &Entry, ours: &Entry) -> String {
    let (from, to) = (&factor.location, &ours.location);
    format!("Move the line {from} in front of {to}, and write 'requisite' there.")
}

/// What to do, in words, and as changes where they are known.
#[derive(Debug, Clone)]
pub(super) struct Remedy {
    pub(super) text: String,
    pub(super) changes: Vec<Change>,
}

impl From<&str> for Remedy {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<String> for Remedy {
    fn from(text: String) -> Self {
        Self {
            text,
            changes: Vec::new(),
        }
    }
}

impl From<Vec<Change>> for Remedy {
    fn from(changes: Vec<Change>) -> Self {
        Self {
            text: in_words(&changes),
            changes,
        }
    }
}
