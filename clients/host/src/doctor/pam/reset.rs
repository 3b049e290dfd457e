//! Findings on lines of our module that ask for the password, so that the word for a reset can be
//! typed there.

use super::check::{Checks, asks_password, proves};
use super::mend::Edit;
use super::order::Remedy;
use super::remedy::changes;
use super::roles::OURS;
use crate::doctor::finding::Severity;
use secinfo_pam_stack::codes::{Action, Code};
use secinfo_pam_stack::stack::{Entry, Work};
use secinfo_wire::sign_in::SSHD;

/// The control of such a line: a password that was typed goes on to the module that checks it, and
/// without the module all is as without the line.
const CONTROL: &str = "[ignore=ignore module_unknown=ignore default=die]";

/// Services of people who are signed in, and can run `secinfo reset`.
const SIGNED_IN: [&str; 3] = ["polkit-1", "sudo", "sudo-i"];

/// Modules that ask for the password once more unless they are told to take the one that was typed.
const ASK_ONCE_MORE: [&str; 3] = ["pam_ldap.so", "pam_sss.so", "pam_winbind.so"];

impl Checks<'_> {
    /// Whether the lines that ask for the password do so where it is of use.
    pub(super) fn reset(&mut self, stack: &[Entry]) {
        let lines = stack.iter().enumerate();
        for (index, entry) in lines.filter(|(_, entry)| asks_password(entry)) {
            let behind = &stack[index + 1..];
            let Some(checks) = behind.iter().find(|entry| proves(entry)) else {
                let before = stack[..index].iter().find(|entry| proves(entry));
                self.behind_the_check(entry, before);
                continue;
            };
            self.tells_users(entry);
            self.passes_on(entry);
            self.sets_nothing_up(entry);
            self.asks_once(entry, checks);
            if SIGNED_IN.contains(&self.name) {
                self.add(
                    "reset-word-of-no-use",
                    Severity::Info,
                    &entry.location,
                    "People are signed in already where they are asked here, and can run secinfo \
                     reset.",
                    "Have the line in the services of consoles and greeters only; see \
                     docs/how-to/reset.md.",
                );
            }
        }
    }

    fn behind_the_check(&mut self, entry: &Entry, check: Option<&Entry>) {
        self.add(
            "reset-word-too-late",
            Severity::Warning,
            &entry.location,
            format!(
                "With reset, {OURS} only asks for the password, and nothing behind this line checks \
                 one: nobody can begin a reset here."
            ),
            match check {
                Some(check) => format!(
                    "Move the line in front of {}, or remove it.",
                    check.location
                ),
                None => "Remove the line, or have a module behind it that checks passwords."
                    .to_owned(),
            },
        );
    }

    /// sshd gives PAM what was typed for users only, and for other names a password of its own.
    fn tells_users(&mut self, entry: &Entry) {
        if self.name == SSHD {
            self.add(
                "reset-word-tells-users",
                Severity::Error,
                &entry.location,
                format!(
                    "The SSH server passes on what is typed for users, and not for other names, so the \
                     word would tell a stranger who is a user: {OURS} does not take it there."
                ),
                "Have the line in the services of consoles and greeters, and in no file that sshd \
                 includes; see docs/how-to/reset.md for resets over SSH.",
            );
        }
    }

    fn passes_on(&mut self, entry: &Entry) {
        if entry.actions.of(Code::IGNORE) == Action::Ignore {
            return;
        }
        let edit = Edit::Control {
            at: entry.location.clone(),
            from: entry.control.clone(),
            to: CONTROL.to_owned(),
        };
        self.add(
            "reset-line-refuses",
            Severity::Error,
            &entry.location,
            format!(
                "{OURS} answers 'ignore' to a password that was typed, and here that does not lead \
                 to the module that checks it."
            ),
            Remedy::from(changes(self.root, &[edit])),
        );
    }

    fn sets_nothing_up(&mut self, entry: &Entry) {
        if has(entry, |argument| argument == "set_up") {
            self.add(
                "reset-line-verifies-nobody",
                Severity::Warning,
                &entry.location,
                format!(
                    "With reset, {OURS} only asks for the password: set_up has no effect here, and \
                     this line verifies nobody."
                ),
                "Remove set_up here, and have a line of its own behind the module that checks \
                 passwords: 'auth requisite pam_secinfo.so set_up'.",
            );
        }
    }

    fn asks_once(&mut self, entry: &Entry, check: &Entry) {
        let Work::Module { path, .. } = &check.work else {
            return;
        };
        let file = path.rsplit('/').next().unwrap_or(path);
        let takes = |argument: &str| ["use_first_pass", "try_first_pass"].contains(&argument);
        if ASK_ONCE_MORE.contains(&file) && !has(check, takes) {
            self.add(
                "reset-password-asked-twice",
                Severity::Warning,
                &check.location,
                format!(
                    "It does not take the password that {OURS} ({}) has asked for, so people type it \
                     twice.",
                    entry.location
                ),
                format!("Add use_first_pass to the line of {file}."),
            );
        }
    }
}

/// Whether one of the arguments of an entry is so.
fn has(entry: &Entry, is_so: impl Fn(&str) -> bool) -> bool {
    matches!(&entry.work, Work::Module { arguments, .. } if arguments.iter().any(|a| is_so(a)))
}
