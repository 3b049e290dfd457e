//! Checks that new passwords can be set, on a host whose users may reset theirs.

use super::finding::{Area, Finding, Findings, Severity};
use super::pam::Protection;
use super::units::is_enabled;
use secinfo_pam_stack::library::Library;
use secinfo_pam_stack::load::{Group, Loader};
use secinfo_pam_stack::root::Root;
use secinfo_pam_stack::stack::{Entry, Work};
use secinfo_terminal::text::listed;
use std::collections::BTreeSet;
use toml::Table;

const CONFIG: &str = "/etc/secinfo/config.toml";
const SERVICE: &str = "secinfo-reset";
const SERVICE_FILE: &str = "/etc/pam.d/secinfo-reset";
const SOCKET: &str = "secinfo-password.socket";
/// Where it listens.
const LISTENS: &str = "/run/secinfo/password";

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

const LOGIN_SETTINGS: &str = "/etc/login.defs";
/// After how many seconds `login` gives up, unless its settings say otherwise.
const LOGIN_TIMEOUT: u32 = 60;
/// The seconds that a user needs to wait for a code and to think of a password.
const ENOUGH: u32 = 300;

/// Kinds whose codes a channel delivers.
const DELIVERED: [&str; 3] = ["text", "call", "email"];
/// Modules that open with the password what they have encrypted with it.
const ENCRYPTING: [&str; 7] = [
    "pam_ecryptfs.so",
    "pam_fscrypt.so",
    "pam_gnome_keyring.so",
    "pam_kwallet.so",
    "pam_kwallet5.so",
    "pam_mount.so",
    "pam_systemd_home.so",
];

/// Checks the helper and its password stack, if password reset is enabled; and that it is, if the
/// word for a reset is asked for. Whether it is enabled.
pub(crate) fn check(root: &Root, protection: &Protection, findings: &mut Findings) -> bool {
    let text = root.text(CONFIG).unwrap_or_default();
    // What is no TOML is found elsewhere.
    let config: Table = text.parse().unwrap_or_default();
    let policy = Policy(&config);
    let mut checks = Checks { root, findings };
    if !policy.is_enabled() {
        checks.word_in_vain(protection);
        return false;
    }
    let about = "how new passwords are set";
    checks.findings.saw(Area::Reset, about);
    checks.config();
    checks.methods(&policy);
    checks.socket();
    checks.stack();
    checks.what_is_lost();
    checks.time_at_console(protection);
    true
}

/// What `config.toml` says of resets.
struct Policy<'a>(&'a Table);

impl Policy<'_> {
    fn reset(&self, key: &str) -> Option<&toml::Value> {
        self.0.get("policy")?.get("reset")?.get(key)
    }

    fn is_enabled(&self) -> bool {
        self.reset("enabled").and_then(toml::Value::as_bool) == Some(true)
    }

    /// Whether a kind can be proved in a reset.
    fn allows(&self, kind: &str) -> bool {
        let everywhere = self
            .0
            .get("policy")
            .and_then(|policy| policy.get("allowed"));
        let names = |list: Option<&toml::Value>| {
            let list = list.and_then(toml::Value::as_array);
            list.is_none_or(|list| list.iter().any(|name| name.as_str() == Some(kind)))
        };
        names(everywhere) && names(self.reset("allowed"))
    }

    /// Whether a channel delivers codes of a kind.
    fn delivers(&self, kind: &str) -> bool {
        let channels = self.0.get("channel").and_then(toml::Value::as_table);
        let mut channels = channels.into_iter().flat_map(Table::values);
        channels.any(|channel| channel.get("kind").and_then(toml::Value::as_str) == Some(kind))
    }
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
        let finding = Finding::of_host(Area::Reset, id, severity, subject, what, remedy);
        self.findings.add(finding);
    }

    fn word_in_vain(&mut self, protection: &Protection) {
        if protection.resets.is_empty() {
            return;
        }
        let services: Vec<&str> = protection.resets.iter().map(String::as_str).collect();
        let what = format!(
            "People who type the word for a reset at the password prompt of {} are told that \
             passwords are not reset here.",
            listed(&services)
        );
        self.add(
            "reset-word-in-vain",
            Severity::Warning,
            CONFIG,
            &what,
            "Set enabled = true in its section [policy.reset], or take the lines 'pam_secinfo.so \
             reset' out of pam.d.",
        );
    }

    /// Whether users can have methods that serve a reset.
    fn methods(&mut self, policy: &Policy<'_>) {
        let allowed: Vec<_> = DELIVERED.into_iter().filter(|k| policy.allows(k)).collect();
        if allowed.is_empty() || allowed.iter().any(|kind| policy.delivers(kind)) {
            return;
        }
        let what = format!(
            "Resets by {} are allowed, and there is no channel that could deliver such codes.",
            listed(&allowed)
        );
        self.add(
            "reset-no-channel",
            Severity::Info,
            CONFIG,
            &what,
            "Set a channel up with sudo secinfo setup, or see that users have recovery codes and an \
             authenticator app.",
        );
    }

    /// Whether `login` waits for as long as a reset takes.
    fn time_at_console(&mut self, protection: &Protection) {
        let seconds = login_setting(self.root, "LOGIN_TIMEOUT").unwrap_or(LOGIN_TIMEOUT);
        if !protection.resets.contains("login") || seconds == 0 || seconds >= ENOUGH {
            return;
        }
        let what = format!(
            "login gives up after {seconds} s, and people who type the word for a reset there do not \
             get to the end."
        );
        self.add(
            "reset-login-timeout",
            Severity::Warning,
            LOGIN_SETTINGS,
            &what,
            "Write LOGIN_TIMEOUT 600 into the file.",
        );
    }

    /// What is encrypted with the former password, and not opened by a new one.
    fn what_is_lost(&mut self) {
        let library = Library::of(self.root);
        let loader = Loader::new(self.root, &library);
        let mut modules = BTreeSet::new();
        for name in loader.services().unwrap_or_default() {
            for (_, entry) in loader.service(&name).entries {
                if let Work::Module { path, .. } = entry.work {
                    let file = path.rsplit('/').next().unwrap_or(&path);
                    modules.extend(ENCRYPTING.into_iter().find(|known| *known == file));
                }
            }
        }
        if modules.is_empty() {
            return;
        }
        let modules: Vec<&str> = modules.into_iter().collect();
        let what = format!(
            "What {} opens with the password stays encrypted with the former one: a user who \
             forgot it loses that.",
            listed(&modules)
        );
        self.add(
            "reset-loses-encrypted",
            Severity::Info,
            "encrypted data",
            &what,
            "Keep another key for what is encrypted with passwords, and tell users; see \
             docs/how-to/reset.md.",
        );
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
                "Run sudo chown root:root /etc/secinfo/config.toml.",
            );
        }
    }

    fn socket(&mut self) {
        if is_enabled(self.root, SOCKET) {
            if self.root.is_this_host() && !self.root.has(LISTENS) {
                self.add(
                    "reset-socket-down",
                    Severity::Error,
                    SOCKET,
                    "It does not listen, so no new password can be set.",
                    "Run sudo systemctl start secinfo-password.socket, and see what systemctl status says \
                     of it.",
                );
            }
            return;
        }
        self.add(
            "reset-socket-off",
            Severity::Error,
            SOCKET,
            "It is not enabled, so no new password can be set.",
            "Run sudo systemctl enable --now secinfo-password.socket.",
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
                "Restore it as the package has it: sudo apt install --reinstall \
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
                "Run sudo apt install libpam-pwquality cracklib-runtime.",
            );
        } else if !self.has_dictionary() {
            self.add(
                "reset-no-dictionary",
                Severity::Error,
                QUALITY_SETTINGS,
                "pam_pwquality.so looks for words in a dictionary that is not there, and refuses every \
                 new password.",
                "Run sudo apt install cracklib-runtime, or write dictcheck = 0 into the file.",
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

/// The first uid of people.
pub(super) fn least_uid_of_people(root: &Root) -> u32 {
    login_setting(root, "UID_MIN").unwrap_or(1000)
}

/// A number in the settings of `login`; none where they do not say it.
fn login_setting(root: &Root, key: &str) -> Option<u32> {
    let settings = root.text(LOGIN_SETTINGS).unwrap_or_default();
    let pairs = settings.lines().filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        Some((words.next()?, words.next()?))
    });
    let own = pairs.rev().find(|(name, _)| *name == key);
    own.and_then(|(_, value)| value.parse().ok())
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
