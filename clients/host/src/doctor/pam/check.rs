//! Turns what the PAM configuration allows into findings.

use super::mend::Neighbour;
use super::modules::{Modules, is_trusted};
use super::order::Remedy;
use super::problem::Verdict;
use super::roles::{OURS, Role};
use crate::doctor::finding::{Area, Finding, Findings, Severity};
use secinfo_pam_stack::library::Library;
use secinfo_pam_stack::load::{Group, Loader, Service};
use secinfo_pam_stack::root::Root;
use secinfo_pam_stack::stack::{Entry, Location, Work};
use secinfo_pam_stack::unseen::Unseen;
use secinfo_typed::nearest;
use secinfo_wire::sign_in::SOCKET;
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
    /// Those of them whose stack has no other module that proves who it is.
    pub(crate) alone: BTreeSet<String>,
    /// The services, of these or others, whose prompt for the password takes the word for a reset.
    pub(crate) resets: BTreeSet<String>,
    /// The sockets at which our module looks for the daemon.
    pub(crate) sockets: BTreeSet<String>,
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
        let is_own = !service.auth_of_other || name == "other";
        if is_own {
            checks.arguments(&stack);
            checks.reset(&stack);
        }
        if stack.iter().any(asks_password) {
            protection.resets.insert(name.clone());
        }
        if let Some(ours) = ours(&stack) {
            protection.services.insert(name.clone());
            protection.sockets.extend(sockets(&stack));
            if stack.iter().any(offers_set_up) {
                protection.set_up.insert(name.clone());
            }
            if !stack.iter().any(proves) {
                protection.alone.insert(name.clone());
            }
            if is_own && !service.refused {
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
    Role::of(entry) == Some(wanted)
}

pub(super) fn asks_password(entry: &Entry) -> bool {
    has_role(entry, Role::AsksPassword)
}

pub(super) fn proves(entry: &Entry) -> bool {
    has_role(entry, Role::Factor)
}

pub(super) fn offers_set_up(entry: &Entry) -> bool {
    let Work::Module { arguments, .. } = &entry.work else {
        return false;
    };
    has_role(entry, Role::Ours) && arguments.iter().any(|argument| argument == "set_up")
}

/// Where the lines of ours look for the daemon.
fn sockets(stack: &[Entry]) -> impl Iterator<Item = String> {
    let ours = stack.iter().filter(|entry| has_role(entry, Role::Ours));
    ours.filter_map(|entry| match &entry.work {
        Work::Module { arguments, .. } => {
            let mut named = arguments
                .iter()
                .filter_map(|argument| argument.strip_prefix("socket="));
            // The last one counts.
            Some(named.next_back().unwrap_or(SOCKET).to_owned())
        }
        _ => None,
    })
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
            remedy: "Run sudo pam-auth-update --enable secinfo, or see docs/how-to/pam.md for one \
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
        None if matches!(argument, "set_up" | "debug" | "reset") => None,
        Some(("reset", word)) => {
            let fits = (1..=64).contains(&word.len()) && !word.contains(char::is_control);
            let is_word = fits && word.trim() == word;
            (!is_word).then_some("takes a word of 1 to 64 bytes that can be typed")
        }
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

/// The argument that was probably meant by one whose name is misspelt.
fn argument_meant_by(argument: &str) -> Option<String> {
    const NAMES: [&str; 6] = [
        "set_up",
        "debug",
        "reset",
        "timeout",
        "socket",
        "break_glass",
    ];
    let (name, value) = match argument.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (argument, None),
    };
    let meant = nearest(name, NAMES).filter(|meant| *meant != name)?;
    Some(value.map_or_else(|| meant.to_owned(), |value| format!("{meant}={value}")))
}

/// Findings on one service.
pub(super) struct Checks<'a> {
    pub(super) name: &'a str,
    pub(super) root: &'a Root,
    pub(super) key_first: bool,
    pub(super) modules: &'a Modules<'a>,
    pub(super) neighbours: &'a [Neighbour],
    findings: &'a mut Findings,
}

impl Checks<'_> {
    pub(super) fn add(
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
                Unseen::WindowsLineEnds => format!("Run sudo sed -i 's/\\r$//' {file}."),
                Unseen::ByteOrderMark => format!("Run sudo sed -i '1s/^\\xEF\\xBB\\xBF//' {file}."),
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
                Some(None) if !silent || has_role(entry, Role::Ours) => self.add(
                    "module-missing",
                    Severity::Error,
                    &entry.location,
                    format!("{path} is not there."),
                    match self.modules.meant_by(path) {
                        Some(meant) => format!("Write {meant}, if that is meant; or install the package of {path}, or remove the line."),
                        None => "Install the package that it comes with, or remove the line.".to_owned(),
                    },
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
        for entry in stack
            .iter()
            .filter(|entry| has_role(entry, Role::Ours) || asks_password(entry))
        {
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
                        match argument_meant_by(argument) {
                            Some(meant) => format!("Write '{meant}', if that is meant; docs/reference/pam.md lists the arguments."),
                            None => "Correct it; docs/reference/pam.md lists the arguments.".to_owned(),
                        },
                    );
                }
            }
        }
    }
}
