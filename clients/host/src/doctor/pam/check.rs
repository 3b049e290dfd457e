//! Turns what the PAM configuration allows into findings.

use super::mend::{Neighbour, mend};
use super::modules::{Modules, is_trusted};
use super::problem::{Problem, Verdict};
use super::remedy::changes;
use super::roles::{OURS, Role, role};
use crate::doctor::finding::{Area, Change, Finding, Findings, Severity, in_words};
use secinfo_pam_stack::codes::Code;
use secinfo_pam_stack::library::Library;
use secinfo_pam_stack::load::{Group, Loader, Service};
use secinfo_pam_stack::root::Root;
use secinfo_pam_stack::stack::{Entry, Location, Progress, Work};
use secinfo_pam_stack::unseen::Unseen;
use std::collections::{BTreeMap, BTreeSet};

/// Services through which users sign in or gain privileges.
const DOORS: [&str; 17] = [
    "cockpit",
    "gdm-password",
    "kde",
    "lightdm",
    "login",
    "polkit-1",
    "remote",
    "sddm",
    "sshd",
    "su",
    "su-l",
    "sudo",
    "sudo-i",
    "vlock",
    "xdm",
    "xlock",
    "xscreensaver",
];

/// The services that call our module.
#[derive(Debug, Default)]
pub(crate) struct Protection {
    /// All of them.
    pub(crate) services: BTreeSet<String>,
    /// Those of them that offer to set up methods.
    pub(crate) set_up: BTreeSet<String>,
}

/// Checks every service. `key_first`: the SSH server requires a key before it calls PAM.
pub(crate) fn check(root: &Root, key_first: bool, findings: &mut Findings) -> Protection {
    let library = Library::of(root);
    let loader = Loader::new(root, &library);
    let names = match loader.services() {
        Ok(names) => names,
        Err(error) => {
            findings.missed(Area::Pam, "the configuration of PAM", error.to_string());
            return Protection::default();
        }
    };
    let services: BTreeMap<String, Service> = names
        .into_iter()
        .map(|name| (name.clone(), loader.service(&name)))
        .collect();
    let included: BTreeSet<&String> = services
        .values()
        .flat_map(|service| &service.included)
        .collect();
    let mut modules = Modules::of(root, &library);
    for service in services.values() {
        modules.look_at_all_of(service);
    }
    let missing = |path: &str| modules.is_missing(path);
    let neighbours = neighbours(&services, key_first, &missing);
    let mut protection = Protection::default();
    let mut without = Vec::new();
    for (name, service) in &services {
        let is_part = included.iter().any(|path| {
            let (_, last) = path.rsplit_once('/').unwrap_or_default();
            last == name
        });
        if is_part && !DOORS.contains(&name.as_str()) {
            continue;
        }
        if !service.unreadable.is_empty() {
            // Findings on the rest would be guesses.
            for path in &service.unreadable {
                findings.missed(Area::Pam, path.clone(), "only root may read it");
            }
            continue;
        }
        let mut checks = Checks {
            name,
            root,
            key_first: key_first && name == "sshd",
            modules: &modules,
            neighbours: &neighbours,
            findings: &mut *findings,
        };
        let stack = service.stack(Group::Auth);
        if !service.unseen.is_empty() {
            // All else would follow from that.
            checks.unseen(service);
            if stack.iter().any(seems_ours) {
                protection.services.insert(name.clone());
            }
            continue;
        }
        checks.mistakes(service);
        checks.modules(service);
        if let Some(ours) = ours(&stack) {
            protection.services.insert(name.clone());
            if stack.iter().any(offers_set_up) {
                protection.set_up.insert(name.clone());
            }
            if service.auth_of_other && name != "other" {
                continue;
            }
            checks.arguments(&stack);
            if !service.refused {
                checks.order(&stack, ours);
                if service.mistakes.iter().all(|mistake| mistake.harmless) {
                    checks.account(&service.stack(Group::Account));
                }
            }
        } else if stack.iter().any(proves) && !service.auth_of_other && name != "other" {
            without.push(name);
        }
    }
    modules.say_what_was_missed(findings);
    findings.saw(
        Area::Pam,
        format!("{} services in {}", services.len(), library.directories[0]),
    );
    unprotected(&protection, &without, findings);
    protection
}

/// All stacks that a change to a file could spoil.
fn neighbours(
    services: &BTreeMap<String, Service>,
    key_first: bool,
    missing: &impl Fn(&str) -> bool,
) -> Vec<Neighbour> {
    let usable = services
        .iter()
        .filter(|(_, service)| service.unseen.is_empty() && !service.refused);
    usable
        .map(|(name, service)| {
            let stack = service.stack(Group::Auth);
            let key_first = key_first && name == "sshd";
            Neighbour {
                before: Verdict::of(&stack, key_first, missing),
                stack,
                key_first,
            }
        })
        .collect()
}

/// Whether ours is meant, whatever stands around its name.
fn seems_ours(entry: &Entry) -> bool {
    matches!(&entry.work, Work::Module { path, .. } if path.contains(OURS))
}

/// The first entry of ours.
fn ours(stack: &[Entry]) -> Option<&Entry> {
    stack.iter().find(|entry| has_role(entry, Role::Ours))
}

fn has_role(entry: &Entry, wanted: Role) -> bool {
    matches!(&entry.work, Work::Module { path, .. } if role(path) == wanted)
}

fn proves(entry: &Entry) -> bool {
    has_role(entry, Role::Factor)
}

fn offers_set_up(entry: &Entry) -> bool {
    let Work::Module { arguments, .. } = &entry.work else {
        return false;
    };
    has_role(entry, Role::Ours) && arguments.iter().any(|argument| argument == "set_up")
}

fn unprotected(protection: &Protection, without: &[&String], findings: &mut Findings) {
    let remedy = "If people sign in there, switch secinfo on for it; see docs/how-to/pam.md.";
    if protection.services.is_empty() {
        findings.add(Finding {
            id: "pam-not-switched-on",
            severity: Severity::Info,
            area: Area::Pam,
            subject: OURS.to_owned(),
            services: Vec::new(),
            what: "No service asks secinfo, so passwords alone let people in.".to_owned(),
            remedy: "Run pam-auth-update --enable secinfo, or see docs/how-to/pam.md for one \
                     service at a time."
                .to_owned(),
            changes: Vec::new(),
        });
        return;
    }
    for name in without {
        let door = DOORS.contains(&name.as_str());
        findings.add(Finding {
            id: "service-unprotected",
            severity: if door {
                Severity::Warning
            } else {
                Severity::Info
            },
            area: Area::Pam,
            subject: if door { "doors" } else { "others" }.to_owned(),
            services: vec![(*name).clone()],
            what: if door {
                "People get in, or get more rights, without being asked by secinfo."
            } else {
                "These prove who a user is without asking secinfo."
            }
            .to_owned(),
            remedy: remedy.to_owned(),
            changes: Vec::new(),
        });
    }
}

/// Why our module rejects an argument, if it does.
fn wrong_argument(argument: &str) -> Option<&'static str> {
    match argument.split_once('=') {
        None if matches!(argument, "set_up" | "debug") => None,
        Some(("timeout", seconds)) => {
            let digits = !seconds.is_empty() && seconds.bytes().all(|b| b.is_ascii_digit());
            let fits = seconds.parse().is_ok_and(|s: u32| (1..=300).contains(&s));
            (!digits || !fits).then_some("takes 1 to 300 seconds, as a number")
        }
        Some(("socket", path)) => {
            (!path.starts_with('/')).then_some("takes the absolute path of the daemon's socket")
        }
        Some(("break_glass", path)) => {
            (!path.starts_with('/')).then_some("takes the absolute path of a directory")
        }
        _ => Some("is no argument of this module"),
    }
}

/// Findings on one service.
struct Checks<'a> {
    name: &'a str,
    root: &'a Root,
    key_first: bool,
    modules: &'a Modules<'a>,
    neighbours: &'a [Neighbour],
    findings: &'a mut Findings,
}

impl Checks<'_> {
    fn add(
        &mut self,
        id: &'static str,
        severity: Severity,
        subject: &impl ToString,
        what: impl Into<String>,
        remedy: impl Into<Remedy>,
    ) {
        let remedy = remedy.into();
        self.findings.add(Finding {
            id,
            severity,
            area: Area::Pam,
            subject: subject.to_string(),
            services: vec![self.name.to_owned()],
            what: what.into(),
            remedy: remedy.text,
            changes: remedy.changes,
        });
    }

    fn unseen(&mut self, service: &Service) {
        for (file, (line, unseen)) in &service.unseen {
            let location = Location {
                file: file.clone(),
                line: *line,
            };
            let remedy = match unseen {
                Unseen::WindowsLineEnds => format!("Run sed -i 's/\\r$//' {file}."),
                Unseen::ByteOrderMark => format!("Run sed -i '1s/^\\xEF\\xBB\\xBF//' {file}."),
                Unseen::Character(_) => {
                    format!("Type the words of {file}, line {line}, anew, with plain blanks.")
                }
            };
            self.add(
                "pam-unseen-character",
                Severity::Error,
                &location,
                format!("{unseen}, and Linux-PAM takes that for part of a word."),
                remedy,
            );
        }
    }

    fn mistakes(&mut self, service: &Service) {
        for mistake in &service.mistakes {
            let (id, severity, remedy) = if mistake.harmless {
                (
                    "pam-ambiguous-line",
                    Severity::Warning,
                    "Write it so that there is one way to read it.",
                )
            } else {
                (
                    "pam-malformed-line",
                    Severity::Error,
                    "Correct it: a line that Linux-PAM cannot read fails, for everybody.",
                )
            };
            let what = format!("Linux-PAM stumbles here: {}.", mistake.what);
            self.add(id, severity, &mistake.location, what, remedy);
        }
        let name = self.name;
        if service.refused {
            self.add(
                "pam-service-refused",
                Severity::Error,
                &name,
                "Linux-PAM refuses this service as a whole, and nobody gets in.",
                "Correct the lines that are named here, and what they include.",
            );
        }
    }

    fn modules(&mut self, service: &Service) {
        for (_, entry) in &service.entries {
            let Work::Module { path, silent, .. } = &entry.work else {
                continue;
            };
            match self.modules.known.get(path) {
                Some(None) if !silent || role(path) == Role::Ours => self.add(
                    "module-missing",
                    Severity::Error,
                    &entry.location,
                    format!("{path} is not there."),
                    "Install the package that it comes with, or remove the line.",
                ),
                Some(Some(metadata)) if !is_trusted(metadata, self.modules.root) => self.add(
                    "module-untrusted",
                    Severity::Error,
                    &path,
                    format!(
                        "Others than root may change {path} (owner {}, mode {:04o}), and it runs as \
                         root.",
                        metadata.uid, metadata.mode
                    ),
                    "Install it anew, then chown root and chmod 0644.",
                ),
                _ => {}
            }
        }
    }

    fn arguments(&mut self, stack: &[Entry]) {
        for entry in stack.iter().filter(|entry| has_role(entry, Role::Ours)) {
            let Work::Module { arguments, .. } = &entry.work else {
                continue;
            };
            for argument in arguments {
                if let Some(wrong) = wrong_argument(argument) {
                    self.add(
                        "module-argument",
                        Severity::Error,
                        &entry.location,
                        format!("'{argument}' {wrong}, and {OURS} lets nobody in for that."),
                        "Correct it; docs/reference/pam.md lists the arguments.",
                    );
                }
            }
        }
    }

    fn order(&mut self, stack: &[Entry], ours: &Entry) {
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
    fn account(&mut self, stack: &[Entry]) {
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
        let remedy = mended.unwrap_or_else(|| {
            "Have 'auth requisite pam_secinfo.so' where this line cannot pass over it: with \
             'required' instead of 'sufficient', or with a shorter jump."
                .into()
        });
        match role(path) {
            Role::Factor | Role::Permit | Role::Deny => self.add(
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
struct Remedy {
    text: String,
    changes: Vec<Change>,
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
