//! Checks that new passwords can be set, on a host whose users may reset theirs.

use super::finding::{Area, Finding, Findings, Severity};
use secinfo_pam_stack::library::Library;
use secinfo_pam_stack::load::{Group, Loader};
use secinfo_pam_stack::root::Root;
use secinfo_pam_stack::stack::{Entry, Work};

const CONFIG: &str = "/etc/secinfo/config.toml";
const SERVICE: &str = "secinfo-reset";
const SERVICE_FILE: &str = "/etc/pam.d/secinfo-reset";
const SOCKET: &str = "secinfo-password.socket";
/// Where systemd looks for what a target wants, as far as administrators and packages enable it.
const WANTED: [&str; 3] = [
    "/etc/systemd/system/sockets.target.wants",
    "/usr/lib/systemd/system/sockets.target.wants",
    "/lib/systemd/system/sockets.target.wants",
];

const QUALITY: &str = "pam_pwquality.so";
const HISTORY: &str = "pam_pwhistory.so";
const SETS: &str = "pam_unix.so";
/// Without it, these modules only warn root, as whom the stack runs.
const FOR_ROOT: &str = "enforce_for_root";

const QUALITY_SETTINGS: &str = "/etc/security/pwquality.conf";
/// Where cracklib has its dictionary in distributions, without what it adds to the name.
const DICTIONARIES: [&str; 2] = [
    "/var/cache/cracklib/cracklib_dict",
    "/usr/share/cracklib/pw_dict",
];

/// Checks the helper and its password stack, if password reset is enabled.
pub(crate) fn check(root: &Root, findings: &mut Findings) {
    let enabled = || {
        let table: toml::Table = root.text(CONFIG).ok()?.parse().ok()?;
        table.get("policy")?.get("reset")?.get("enabled")?.as_bool()
    };
    if enabled() != Some(true) {
        return;
    }
    findings.saw(Area::Reset, "how new passwords are set");
    let mut checks = Checks { root, findings };
    checks.config();
    checks.socket();
    checks.stack();
}

struct Checks<'a> {
    root: &'a Root,
    findings: &'a mut Findings,
}

impl Checks<'_> {
    fn add(
        &mut self,
        id: &'static str,
        severity: Severity,
        subject: &str,
        what: &str,
        remedy: &str,
    ) {
        self.findings.add(Finding {
            id,
            severity,
            area: Area::Reset,
            subject: subject.to_owned(),
            services: Vec::new(),
            what: what.to_owned(),
            remedy: remedy.to_owned(),
            changes: Vec::new(),
        });
    }

    /// The helper believes nobody but root.
    fn config(&mut self) {
        let Ok(metadata) = self.root.metadata(CONFIG) else {
            return;
        };
        if !self.root.is_root(metadata.uid) {
            self.add(
                "reset-config-owner",
                Severity::Error,
                CONFIG,
                "It does not belong to root, so the helper that sets passwords sets none.",
                "Run chown root:root /etc/secinfo/config.toml.",
            );
        }
    }

    fn socket(&mut self) {
        let is_wanted = |directory: &&str| self.root.has(&format!("{directory}/{SOCKET}"));
        if WANTED.iter().any(is_wanted) {
            return;
        }
        self.add(
            "reset-socket-off",
            Severity::Error,
            SOCKET,
            "It is not enabled, so no new password can be set.",
            "Run systemctl enable --now secinfo-password.socket.",
        );
    }

    fn stack(&mut self) {
        let library = Library::of(self.root);
        let service = Loader::new(self.root, &library).service(SERVICE);
        let stack = service.stack(Group::Password);
        if arguments(&stack, SETS).is_none() {
            self.add(
                "reset-no-stack",
                Severity::Error,
                SERVICE_FILE,
                "It does not call pam_unix.so for passwords, so none can be set.",
                "Restore it as the package has it: apt install --reinstall \
                 -o Dpkg::Options::=--force-confmiss secinfo, or see docs/reference/password.md.",
            );
            return;
        }
        for module in [QUALITY, HISTORY] {
            let Some(arguments) = arguments(&stack, module) else {
                continue;
            };
            if !arguments.iter().any(|argument| argument == FOR_ROOT) {
                let what = format!(
                    "{module} has no {FOR_ROOT} there: it only warns root, as whom new passwords \
                     are set, and refuses none."
                );
                let remedy = format!("Add {FOR_ROOT} to its line.");
                self.add(
                    "reset-warns-only",
                    Severity::Warning,
                    SERVICE_FILE,
                    &what,
                    &remedy,
                );
            }
        }
        let has_quality = arguments(&stack, QUALITY).is_some() && {
            let file = library.module(QUALITY);
            file.is_none_or(|file| self.root.has(&file))
        };
        if !has_quality {
            self.add(
                "reset-any-password",
                Severity::Warning,
                SERVICE_FILE,
                "pam_pwquality.so is not installed or not called, so a password of one letter is good \
                 enough.",
                "Run apt install libpam-pwquality cracklib-runtime.",
            );
        } else if !self.has_dictionary() {
            self.add(
                "reset-no-dictionary",
                Severity::Error,
                QUALITY_SETTINGS,
                "pam_pwquality.so looks for words in a dictionary that is not there, and refuses every \
                 new password.",
                "Run apt install cracklib-runtime, or write dictcheck = 0 into the file.",
            );
        }
    }

    /// Whether the dictionary is there, or not used.
    fn has_dictionary(&self) -> bool {
        let settings = self.root.text(QUALITY_SETTINGS).unwrap_or_default();
        let setting = |name: &str| {
            let pairs = settings.lines().filter_map(|line| line.split_once('='));
            let last = pairs.rev().find(|(key, _)| key.trim() == name);
            last.map(|(_, value)| value.trim())
        };
        if setting("dictcheck") == Some("0") {
            return true;
        }
        let is_there = |path: &str| self.root.has(&format!("{path}.pwd"));
        match setting("dictpath") {
            Some(path) if !path.is_empty() => is_there(path),
            _ => DICTIONARIES.into_iter().any(is_there),
        }
    }
}

/// What a stack tells a module; none if it does not call it.
fn arguments<'s>(stack: &'s [Entry], module: &str) -> Option<&'s [String]> {
    stack.iter().find_map(|entry| match &entry.work {
        Work::Module {
            path, arguments, ..
        } if path.rsplit('/').next() == Some(module) => Some(arguments.as_slice()),
        _ => None,
    })
}
