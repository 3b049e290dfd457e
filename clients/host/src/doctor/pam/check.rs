//! Turns what the PAM configuration allows into findings.

use super::modules::{Modules, is_trusted};
use super::roles::{OURS, Role, role};
use super::search::{Abilities, search};
use crate::doctor::finding::{Area, Finding, Findings, Severity};
use secinfo_pam_stack::codes::Code;
use secinfo_pam_stack::library::Library;
use secinfo_pam_stack::load::{Group, Loader, Service};
use secinfo_pam_stack::root::Root;
use secinfo_pam_stack::stack::{Entry, Work};
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
            key_first: key_first && name == "sshd",
            findings: &mut *findings,
        };
        checks.mistakes(service);
        checks.modules(service, &mut modules);
        let stack = service.stack(Group::Auth);
        if let Some(ours) = ours(&stack) {
            protection.services.insert(name.clone());
            if stack.iter().any(offers_set_up) {
                protection.set_up.insert(name.clone());
            }
            if service.auth_of_other && name != "other" {
                continue;
            }
            checks.arguments(&stack);
            let missing = |path: &str| modules.is_missing(path);
            let abilities = search(&stack, missing);
            if !service.refused {
                let gone = matches!(&ours.work, Work::Module { path, .. } if missing(path));
                checks.order(&stack, ours, &abilities, gone);
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
    key_first: bool,
    findings: &'a mut Findings,
}

impl Checks<'_> {
    fn add(
        &mut self,
        id: &'static str,
        severity: Severity,
        subject: &impl ToString,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.findings.add(Finding {
            id,
            severity,
            area: Area::Pam,
            subject: subject.to_string(),
            services: vec![self.name.to_owned()],
            what: what.into(),
            remedy: remedy.into(),
        });
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

    fn modules(&mut self, service: &Service, modules: &mut Modules<'_>) {
        for (_, entry) in &service.entries {
            let Work::Module { path, silent, .. } = &entry.work else {
                continue;
            };
            modules.look(path);
            match modules.known.get(path) {
                Some(None) if !silent || role(path) == Role::Ours => self.add(
                    "module-missing",
                    Severity::Error,
                    &entry.location,
                    format!("{path} is not there."),
                    "Install the package that it comes with, or remove the line.",
                ),
                Some(Some(metadata)) if !is_trusted(metadata, modules.root) => self.add(
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

    fn order(&mut self, stack: &[Entry], ours: &Entry, can: &Abilities, missing: bool) {
        if !can.ignores.is_empty() {
            let codes: Vec<_> = can.ignores.iter().copied().map(Code::name).collect();
            self.add(
                "pam-fails-open",
                Severity::Error,
                &ours.location,
                format!(
                    "This fails open: people get in although {OURS} answers {}.",
                    codes.join(", ")
                ),
                format!(
                    "Write 'auth requisite {OURS}', and let no line behind it forget what failed."
                ),
            );
        }
        for index in &can.skipped_by {
            self.skipped(&stack[*index], ours);
        }
        if can.needs_no_factor && !self.key_first {
            self.add(
                "pam-no-first-factor",
                Severity::Error,
                &ours.location,
                "People get in without a password or another first factor: a code alone will do, \
                 and users whom policy does not cover need nothing.",
                format!("Have a first factor before {OURS} that must succeed."),
            );
        }
        if can.succeeds {
            self.asked_first(stack, can);
        }
        if missing {
            return;
        }
        if !can.succeeds {
            self.add(
                "pam-nobody-gets-in",
                Severity::Error,
                &ours.location,
                "Nobody gets in, whatever the modules answer.",
                "Look at what fails in every case: malformed lines, modules that are missing, \
                 jumps that are too far.",
            );
        } else if !can.succeeds_uncovered {
            self.add(
                "pam-uncovered-locked-out",
                Severity::Warning,
                &ours.location,
                "Users whom policy does not cover do not get in: nothing else in this stack says \
                 yes.",
                "Add 'auth required pam_permit.so' as the last line, if something else, such as \
                 the key that the SSH server demands, has proved who they are.",
            );
        }
    }

    fn skipped(&mut self, by: &Entry, ours: &Entry) {
        let Work::Module { path, .. } = &by.work else {
            return;
        };
        let remedy = format!(
            "Put 'auth requisite {OURS}' where this line cannot pass over it: with 'required' \
             instead of 'sufficient', or with a shorter jump."
        );
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
                format!("Leave it if it is meant so; otherwise: {remedy}"),
            ),
        }
    }

    fn asked_first(&mut self, stack: &[Entry], can: &Abilities) {
        if self.key_first {
            return;
        }
        for index in &can.asked_first {
            let entry = &stack[*index];
            if offers_set_up(entry) {
                self.add(
                    "pam-set-up-without-first-factor",
                    Severity::Error,
                    &entry.location,
                    "Any person can set up a method in the name of a user here: set_up is given \
                     although the first factor need not have succeeded before.",
                    "Have a first factor before it that ends the stack when it fails (requisite, \
                     or pam_deny.so behind it), or remove set_up.",
                );
            } else if !can.needs_no_factor {
                self.add(
                    "pam-asked-first",
                    Severity::Warning,
                    &entry.location,
                    "Users are asked for a code before their first factor has succeeded, so \
                     any person can have codes sent to them, and lock them for a time.",
                    "Make the first factor requisite, or put pam_deny.so behind it.",
                );
            }
        }
    }
}
