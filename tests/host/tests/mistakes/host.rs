//! The host on which mistakes are made, and what its people have.

use crate::visit::{Visit, Way, asks_for_password, visit};
use secinfo_host_tests::{Codes, Machine, PreparedRoot, package, password};
use std::fs;
use std::thread;
use std::time::Duration;

/// The version of the package in [`NEWER`].
const NEWER_VERSION: &str = "99";
/// A newer package, to upgrade to.
pub(crate) const NEWER: &str = "/srv/newer.deb";
/// The package that is installed.
pub(crate) const INSTALLED: &str = "/srv/installed.deb";
/// What `config.toml` was before.
pub(crate) const CONFIG_BEFORE: &str = "/srv/config.toml";
/// A library with which a program's clock is another one.
pub(crate) const CLOCK: &str = "/usr/lib/libfaketime-for-a-test.so";
/// Where it is on the machine that tests.
const CLOCK_HERE: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
/// The line of the module.
pub(crate) const MODULE: &str = "pam_secinfo.so";

/// As the setup of the guide leaves a host: each of `admin`, `alice` and `carol` has an app, and `bob`
/// none. `admin` has recovery codes and break-glass codes on paper. The password of `carol` is locked.
const SET_UP: &str = "secinfo setup --non-interactive --organization Example --break-glass admin \
     --pam enable --ssh password-and-code --pam-confirmed";

/// What `admin` has at hand.
#[derive(Clone)]
pub(crate) struct Paper {
    recovery: Vec<String>,
    break_glass: Vec<String>,
}

/// A prepared host, of which each mistake gets one of its own.
pub(crate) struct Prepared {
    root: PreparedRoot,
    apps: Apps,
    paper: Paper,
    /// The files of PAM and of the SSH server that may be edited, each with its lines.
    files: Vec<(String, Vec<String>)>,
    /// What doctor finds before anything is done.
    findings: Vec<String>,
}

/// The apps of those who have one.
#[derive(Clone)]
pub(crate) struct Apps {
    pub(crate) admin: Codes,
    pub(crate) alice: Codes,
    pub(crate) carol: Codes,
}

/// A host on which something goes wrong.
pub(crate) struct Host {
    pub(crate) machine: Machine,
    pub(crate) apps: Apps,
    paper: Paper,
    findings: Vec<String>,
    /// An access pass that root has issued.
    pub(crate) pass: Option<String>,
}

impl Prepared {
    /// Prepares it.
    pub(crate) fn new() -> Self {
        let mut made = None;
        let root = PreparedRoot::by(|machine| made = Some(prepare(machine)));
        let (apps, paper, files) = made.unwrap();
        let mut prepared = Self {
            root,
            apps,
            paper,
            files,
            findings: Vec::new(),
        };
        prepared.findings = prepared.boot().all_findings();
        prepared
    }

    /// Boots one.
    pub(crate) fn boot(&self) -> Host {
        Host {
            machine: self.root.boot(),
            apps: self.apps.clone(),
            paper: self.paper.clone(),
            findings: self.findings.clone(),
            pass: None,
        }
    }

    /// The files that may be edited, each with its lines.
    pub(crate) fn files(&self) -> &[(String, Vec<String>)] {
        &self.files
    }
}

type Made = (Apps, Paper, Vec<(String, Vec<String>)>);

fn prepare(machine: &Machine) -> Made {
    // Codes of apps may be far off, so that none has to be waited for.
    let config = "/etc/secinfo/config.toml";
    let shipped = machine.read(config);
    let changed = shipped.replace("#drift = 1\n", "drift = 10\n");
    assert_ne!(shipped, changed);
    machine.write(config, changed, 0o644);
    machine.run(["systemctl", "restart", "secinfod"]).ok();
    let apps = Apps {
        admin: machine.set_up_app("admin"),
        alice: machine.set_up_app("alice"),
        carol: machine.set_up_app("carol"),
    };
    machine.run(["usermod", "--lock", "carol"]).ok();
    let words: Vec<&str> = SET_UP.split_whitespace().collect();
    machine.run(&words).ok();
    let break_glass = break_glass_codes(machine, "10");
    let mut admin = apps.admin.clone();
    // A change takes a fresh proof first, or the one of the app's set-up counts.
    let add = ["secinfo", "--json", "add", "recovery-codes"];
    let issued = machine.run_as_with_input("admin", add, format!("{}\n", admin.fresh()));
    let issued = issued.first_json();
    let issued = issued["codes"]
        .as_array()
        .unwrap_or_else(|| panic!("{issued}"))
        .iter();
    let recovery = issued
        .map(|code| code.as_str().unwrap().to_owned())
        .collect();
    let apps = Apps { admin, ..apps };

    machine
        .run(["cp", "/etc/secinfo/config.toml", CONFIG_BEFORE])
        .ok();
    machine.write(INSTALLED, fs::read(package()).unwrap(), 0o644);
    machine.write(CLOCK, fs::read(CLOCK_HERE).unwrap(), 0o644);
    let repack = format!(
        "set -e\ncd /srv\ndpkg-deb --raw-extract {INSTALLED} newer\n\
         sed -i 's/^Version: .*/Version: {NEWER_VERSION}/' newer/DEBIAN/control\n\
         dpkg-deb -Zgzip -z1 --build newer {NEWER} >/dev/null\nrm -r newer"
    );
    machine.shell(&repack).ok();
    let read = |path: &str| {
        let lines = machine.read(path).lines().map(str::to_owned).collect();
        (path.to_owned(), lines)
    };
    let files = [
        "common-auth",
        "common-account",
        "common-session",
        "sshd",
        "sudo",
        "login",
        "su",
    ];
    let files = files.iter().map(|name| read(&format!("/etc/pam.d/{name}")));
    (
        apps,
        Paper {
            recovery,
            break_glass,
        },
        files.collect(),
    )
}

/// New break-glass codes of the administrator; none where they cannot be made.
fn break_glass_codes(machine: &Machine, count: &str) -> Vec<String> {
    let create = ["secinfo", "--json", "break-glass", "create", "admin"];
    let made = machine.run(create.iter().chain(&["--count", count]));
    if made.code != 0 {
        return Vec::new();
    }
    let made = made.first_json();
    let codes = made["codes"].as_array().unwrap().iter();
    codes
        .map(|code| code["code"].as_str().unwrap().to_owned())
        .collect()
}

impl Host {
    /// The administrator makes break-glass codes, and puts them on top of the others.
    pub(crate) fn write_down_break_glass_codes(&mut self) {
        let codes = break_glass_codes(&self.machine, "2");
        self.paper.break_glass.extend(codes);
    }

    /// What doctor finds that it did not find before, by id and subject. Nothing keeps the clock of these
    /// machines, which it finds before, too, and which tells of a wrong clock.
    pub(crate) fn findings(&self, of_clock: bool) -> Vec<String> {
        let is_of_clock = |finding: &str| finding.starts_with("clock-");
        let mut found = self.all_findings();
        found.retain(|finding| {
            !self.findings.contains(finding) || (of_clock && is_of_clock(finding))
        });
        found
    }

    fn all_findings(&self) -> Vec<String> {
        let report = self.report();
        let found = report["findings"].as_array().into_iter().flatten();
        found
            .map(|finding| {
                let word = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
                format!("{} {}", word("id"), word("subject"))
            })
            .collect()
    }

    /// What doctor says, or nothing where it is gone.
    pub(crate) fn report(&self) -> serde_json::Value {
        let said = self.machine.run(["secinfo", "--json", "doctor"]).stdout;
        let line = said.lines().next().unwrap_or_default();
        serde_json::from_str(line).unwrap_or_default()
    }

    /// The administrator tries one way in, with whatever is at hand.
    pub(crate) fn administrator(&mut self, way: Way) -> (Visit, Means) {
        let mut means = Means::Password;
        let Self {
            machine,
            apps,
            paper,
            pass,
            ..
        } = self;
        let mut app_tried = false;
        let mut added = None;
        let said = visit(machine, way, "admin", |prompt| {
            let prompt = prompt.split_whitespace().collect::<Vec<_>>().join(" ");
            if asks_for_password(&prompt) {
                return Some(password("admin"));
            }
            if prompt.contains("reak-glass code:") {
                means = Means::BreakGlass;
                return paper.break_glass.pop();
            }
            if let Some(wait) = seconds_to_wait(&prompt) {
                thread::sleep(Duration::from_secs(wait));
            }
            if let Some(key) = key_of(&prompt) {
                let mut codes = Codes::new(&key);
                codes.drift = apps.admin.drift;
                return Some(added.insert(codes).fresh());
            }
            if let Some(codes) = added.take() {
                apps.admin = codes;
            }
            if prompt.ends_with("(y/n):") {
                return Some("n".to_owned());
            }
            if prompt.ends_with("Number:") || prompt.contains("Enter to go back") {
                let first = |ways: &[&str]| ways.iter().find_map(|way| number_of(&prompt, way));
                return if prompt.contains("Set it up now:") {
                    first(&["Later", "Authenticator app"])
                } else if pass.is_some() {
                    first(&["ccess pass", "ecovery code"])
                } else {
                    first(&["ecovery code"])
                };
            }
            if prompt.contains("ccess pass") {
                return pass.clone();
            }
            if prompt.contains("ecovery code") {
                means = Means::RecoveryCode;
                return paper.recovery.pop();
            }
            if app_tried {
                return Some("?".to_owned());
            }
            app_tried = true;
            means = Means::App;
            Some(apps.admin.fresh())
        });
        (said, means)
    }
}

/// What the administrator got in with, from the usual to the unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Means {
    /// The password alone.
    Password,
    /// The password and a code of the app.
    App,
    /// The password and a recovery code.
    RecoveryCode,
    /// The password and a break-glass code.
    BreakGlass,
}

/// The key of an app that is to be set up.
fn key_of(prompt: &str) -> Option<String> {
    let (before, _) = prompt.split_once("Code that the app shows")?;
    let (_, key) = before.split_once("Key: ")?;
    let is_of_key = |word: &&str| {
        let mut letters = word.chars();
        letters.all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit())
    };
    Some(key.split(' ').take_while(is_of_key).collect())
}

/// How long a user has to wait after wrong codes.
fn seconds_to_wait(prompt: &str) -> Option<u64> {
    let (_, rest) = prompt.rsplit_once("try again in ")?;
    rest.split_whitespace().next()?.parse().ok()
}

/// The number in front of a way in the list.
fn number_of(prompt: &str, way: &str) -> Option<String> {
    let (before, _) = prompt.split_once(way)?;
    let number = before
        .split_whitespace()
        .rev()
        .find_map(|word| word.trim_matches(['.', ')', '(']).parse::<u32>().ok());
    number.map(|number| number.to_string())
}
