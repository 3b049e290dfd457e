//! Whether the SSH server asks PAM, lets users answer, and gives them the time.

use super::running::{Listener, listeners};
use super::settings::{Effective, Settings, TOUCH, VERIFY, asks_pam};
use crate::doctor::finding::{Area, Change, Finding, Findings, Severity, What, in_words};
use crate::doctor::pam::Protection;
use secinfo_pam_stack::root::Root;
use std::fs;
use std::os::unix::fs::MetadataExt;
use toml::Table;

/// Time enough for a password and a code that is sent.
const SIGN_IN_TIME: u32 = 60;
/// Time enough to set up a method as well.
const SET_UP_TIME: u32 = 120;
/// The methods with which a key does not make up for a code.
const METHODS: &str = "publickey,keyboard-interactive keyboard-interactive";

/// Where the daemon reads whether security keys count that have signed in to the server.
const CONFIG: &str = "/etc/secinfo/config.toml";

/// Where `secinfo setup` writes what the server is to ask for.
pub(crate) const SETTINGS_OF_SETUP: &str = "/etc/ssh/sshd_config.d/secinfo.conf";

/// A line there: who set the host up has chosen that a key suffices. It is a comment, so that a stricter
/// setting of a later day is in force wherever it is made.
pub(crate) const KEY_SUFFICES: &str = "# A user with a key gets in with it alone, as was chosen.";

/// Looks at the servers, if they are to ask secinfo.
pub(crate) fn check(
    root: &Root,
    servers: &[Settings],
    protection: &Protection,
    findings: &mut Findings,
) {
    if !protection.services.contains("sshd") {
        return;
    }
    let security_keys_count = security_keys_count(&root.text(CONFIG).unwrap_or_default());
    for settings in servers {
        let all = settings.all();
        // Where a connection is subject to several blocks, one may take keys that another does not.
        let takes_keys = all
            .iter()
            .any(|effective| effective.is_yes("pubkeyauthentication", "yes"));
        let key_suffices = settings.files.iter().any(|file| file == SETTINGS_OF_SETUP)
            && root
                .text(SETTINGS_OF_SETUP)
                .is_ok_and(|text| text.lines().any(|line| line == KEY_SUFFICES));
        // Who can only reset a password is asked by secinfo itself.
        for effective in all.iter().filter(|effective| !effective.only_resets()) {
            Checks {
                effective,
                set_up: protection.set_up.contains("sshd"),
                alone: protection.alone.contains("sshd"),
                key_suffices,
                security_keys_count: security_keys_count && takes_keys,
                findings: &mut *findings,
            }
            .all();
        }
    }
    if root.is_this_host() {
        for listener in listeners() {
            running(&listener, servers, security_keys_count, findings);
        }
    }
}

/// Whether a server that runs has the settings that were looked at.
fn running(
    listener: &Listener,
    servers: &[Settings],
    security_keys_count: bool,
    findings: &mut Findings,
) {
    let subject = format!("sshd, process {}", listener.pid);
    let Some(arguments) = &listener.arguments else {
        if security_keys_count {
            findings.add(Finding {
                id: "sshd-arguments-unknown",
                severity: Severity::Error,
                area: Area::Sshd,
                subject,
                services: Vec::new(),
                what: format!(
                    "An SSH server runs with arguments that are not understood ('{}'), so that it may take security \
                     keys without their PIN, and such a key counts as a method.",
                    listener.title
                ),
                remedy: "Write its options into a file, name that by -f with its whole path, and restart the server."
                    .to_owned(),
                changes: Vec::new(),
            });
        } else {
            findings.missed(Area::Sshd, subject, "its arguments are not understood");
        }
        return;
    };
    let mut servers = servers.iter();
    let Some(settings) = servers.find(|settings| settings.arguments == *arguments) else {
        return;
    };
    let Some(read) = settings.pid_file().and_then(|file| listener.read_at(file)) else {
        let why = "its PidFile does not say it";
        findings.missed(
            Area::Sshd,
            format!("since when {subject} has its settings"),
            why,
        );
        return;
    };
    let newer = |file: &&String| changed_at(file).is_some_and(|changed| changed > read);
    if let Some(file) = settings.files.iter().find(newer) {
        findings.add(Finding {
            id: "sshd-not-reloaded",
            severity: Severity::Warning,
            area: Area::Sshd,
            subject: file.clone(),
            services: Vec::new(),
            what: format!(
                "The file was changed after the SSH server (process {}) had read it.",
                listener.pid
            ),
            remedy:
                "Run sudo sshd -t && sudo systemctl reload ssh (or sshd, as the unit is named)."
                    .to_owned(),
            changes: Vec::new(),
        });
    }
}

struct Checks<'a> {
    effective: &'a Effective,
    set_up: bool,
    /// Whether PAM asks for nothing but what secinfo asks for.
    alone: bool,
    /// Whether a key is to suffice where nothing else is demanded.
    key_suffices: bool,
    /// Whether keys may sign in, and such a key counts as a method.
    security_keys_count: bool,
    findings: &'a mut Findings,
}

impl Checks<'_> {
    /// Adds a finding about a keyword, mended by another value.
    fn add(
        &mut self,
        id: &'static str,
        severity: Severity,
        (keyword, value): (&str, &str),
        what: &str,
    ) {
        let wanted = format!("{keyword} {value}");
        let line = self.effective.line(&keyword.to_ascii_lowercase());
        let by_argument = self.effective.is_argument(&keyword.to_ascii_lowercase());
        let (subject, change) = match line {
            _ if by_argument => (format!("sshd -o {keyword}"), None),
            Some((location, written)) => (
                location.to_string(),
                Some(Change {
                    file: location.file.clone(),
                    line: location.line,
                    what: What::Words {
                        replace: written.clone(),
                        with: wanted.clone(),
                    },
                }),
            ),
            // What is said first holds.
            None => (
                keyword.to_owned(),
                Some(Change {
                    file: self.effective.file.clone(),
                    line: 1,
                    what: What::Before {
                        before: wanted.clone(),
                    },
                }),
            ),
        };
        let known = self.findings.found.iter();
        if known
            .clone()
            .any(|known| known.id == id && known.subject == subject)
        {
            // It holds for several blocks.
            return;
        }
        let what = match &self.effective.of {
            Some(block) => format!("Below {block}: {what}"),
            None => what.to_owned(),
        };
        let changes = Vec::from_iter(change);
        let remedy = if by_argument {
            format!(
                "Write '{wanted}' into {} instead, and restart the server without that argument.",
                self.effective.file
            )
        } else {
            in_words(&changes)
        };
        self.findings.add(Finding {
            id,
            severity,
            area: Area::Sshd,
            subject,
            services: Vec::new(),
            what,
            remedy,
            changes,
        });
    }

    fn all(&mut self) {
        if !self.effective.is_yes("usepam", "no") {
            self.add(
                "sshd-no-pam",
                Severity::Error,
                ("UsePAM", "yes"),
                "The SSH server does not ask PAM, so it does not ask secinfo.",
            );
            return;
        }
        if !self.effective.is_yes("kbdinteractiveauthentication", "yes") {
            self.add(
                "sshd-no-keyboard-interactive",
                Severity::Error,
                ("KbdInteractiveAuthentication", "yes"),
                "The SSH server shows no prompts of PAM, so nobody can answer with a code.",
            );
        }
        self.empty_passwords();
        self.password_answers();
        self.key_skips();
        if self.security_keys_count {
            self.unverified_keys();
            self.web_signatures();
            self.only_key();
        }
        self.grace_time();
    }

    /// sshd tells of a security key that it has signed, and not whether it was touched and had verified its user.
    fn unverified_keys(&mut self) {
        let wanted = ("PubkeyAuthOptions", "touch-required verify-required");
        if !self.effective.demands_of_keys(VERIFY) {
            self.add(
                "sshd-keys-not-verified",
                Severity::Error,
                wanted,
                "The SSH server takes security keys without their PIN, and such a key counts as a method: \
                 [policy.security-key] has ssh = \"verify-required\". A key that was lost signs in by a touch alone.",
            );
        } else if !self.effective.demands_of_keys(TOUCH) {
            self.add(
                "sshd-keys-not-touched",
                Severity::Error,
                wanted,
                "The SSH server takes security keys without a touch where a user's authorized_keys has \
                 no-touch-required, and such a key counts as a method: a program can sign with a key that is \
                 plugged in.",
            );
        }
    }

    /// A key that counts as a method is a public key as well, which the server asks for first.
    fn only_key(&mut self) {
        if !self.alone || !self.effective.key_first() {
            return;
        }
        let line = self.effective.line("authenticationmethods");
        let subject = line.map_or_else(
            || "AuthenticationMethods".to_owned(),
            |(location, _)| location.to_string(),
        );
        let id = "sshd-key-is-both-steps";
        let mut known = self.findings.found.iter();
        if known.any(|known| known.id == id && known.subject == subject) {
            // It holds for several blocks.
            return;
        }
        self.findings.add(Finding {
            id,
            severity: Severity::Info,
            area: Area::Sshd,
            subject,
            services: Vec::new(),
            what: "A user with a security key is asked for that and its PIN, and for nothing else: it is the public key \
                   that the SSH server demands, and counts as a method behind it."
                .to_owned(),
            remedy: "If that is too little, have /etc/pam.d/sshd ask for the password before pam_secinfo.so, or set \
                     ssh = \"off\" in [policy.security-key]."
                .to_owned(),
            changes: Vec::new(),
        });
    }

    /// Such a signature may be made on any web page of the key's domain, past `origins` of the configuration.
    fn web_signatures(&mut self) {
        if !self.effective.takes_web_signatures() {
            return;
        }
        let what = "The SSH server takes signatures that a web page has a security key make, or does so from OpenSSH \
                    10.3 on, and such a key counts as a method.";
        match self.effective.without_web_signatures() {
            Some(algorithms) => self.add(
                "sshd-keys-sign-for-pages",
                Severity::Error,
                ("PubkeyAcceptedAlgorithms", &algorithms),
                what,
            ),
            None => self.findings.add(Finding {
                id: "sshd-keys-sign-for-pages",
                severity: Severity::Error,
                area: Area::Sshd,
                subject: self.effective.line("pubkeyacceptedalgorithms").map_or_else(
                    || "PubkeyAcceptedAlgorithms".to_owned(),
                    |(location, _)| location.to_string(),
                ),
                services: Vec::new(),
                what: what.to_owned(),
                remedy: "Write all algorithms that are to be taken behind PubkeyAcceptedAlgorithms, without a \
                         webauthn-sk one, instead of what is added to those by default."
                    .to_owned(),
                changes: Vec::new(),
            }),
        }
    }

    /// The method `password` answers every prompt of PAM with the one password that was typed.
    fn password_answers(&mut self) {
        let wrong = "The SSH server answers the prompt for a code with the password, in its method \
                     'password': users who must give a code are refused, and each time counts as a \
                     wrong code.";
        let Some(lists) = self.effective.method_lists() else {
            if self.effective.is_yes("passwordauthentication", "yes") {
                self.add(
                    "sshd-password-answers-code",
                    Severity::Info,
                    ("PasswordAuthentication", "no"),
                    "A program that offers the method 'password' cannot sign in where a code is \
                     asked for: the SSH server answers that prompt with the password, too.",
                );
            }
            return;
        };
        if lists.iter().any(|list| list.contains(&"password")) {
            let mended = mended_methods(&lists);
            self.add(
                "sshd-password-answers-code",
                Severity::Error,
                ("AuthenticationMethods", &mended),
                wrong,
            );
        }
    }

    /// sshd asks PAM for the empty password before anything else (`auth2-none.c`), and libpam keeps for the rest of
    /// the session that this was refused.
    fn empty_passwords(&mut self) {
        if self.effective.is_yes("permitemptypasswords", "no")
            && self.effective.is_yes("passwordauthentication", "yes")
        {
            self.add(
                "sshd-empty-passwords",
                Severity::Error,
                ("PermitEmptyPasswords", "no"),
                "The SSH server tries the empty password first, and opens no session for a user who is asked for a \
                 code after that.",
            );
        }
    }

    fn key_skips(&mut self) {
        let Some(lists) = self.effective.method_lists() else {
            if self.effective.is_yes("pubkeyauthentication", "yes") {
                let severity = if self.key_suffices {
                    Severity::Info
                } else {
                    Severity::Warning
                };
                self.add(
                    "sshd-key-skips",
                    severity,
                    ("AuthenticationMethods", METHODS),
                    "A user with a key gets in with it alone: the SSH server then asks PAM for no \
                     authentication.",
                );
            }
            return;
        };
        let without = lists
            .iter()
            .filter(|list| !list.iter().any(|method| asks_pam(method)))
            .count();
        let mended = mended_methods(&lists);
        if without == lists.len() {
            self.add(
                "sshd-never-asks",
                Severity::Error,
                ("AuthenticationMethods", &mended),
                "None of the ways that the SSH server accepts asks PAM, so none asks secinfo.",
            );
        } else if without > 0 {
            self.add(
                "sshd-key-skips",
                Severity::Warning,
                ("AuthenticationMethods", &mended),
                "One of the ways that the SSH server accepts does not ask PAM, so it does not ask \
                 secinfo.",
            );
        }
        let root = self.effective.get("permitrootlogin", "prohibit-password");
        if matches!(root, "prohibit-password" | "without-password")
            && without == 0
            && self.effective.key_first()
        {
            let line = self.effective.line("permitrootlogin");
            self.findings.add(Finding {
                id: "sshd-root-cannot-answer",
                severity: Severity::Info,
                area: Area::Sshd,
                subject: line.map_or_else(
                    || "PermitRootLogin".to_owned(),
                    |(location, _)| location.to_string(),
                ),
                services: Vec::new(),
                what: "Root cannot sign in over SSH: prohibit-password forbids the prompts that \
                       are demanded."
                    .to_owned(),
                remedy: "If root must, set 'PermitRootLogin yes'; the methods that are demanded \
                         still hold."
                    .to_owned(),
                changes: Vec::new(),
            });
        }
    }

    fn grace_time(&mut self) {
        let Some(seconds) = duration(self.effective.get("logingracetime", "120")) else {
            return;
        };
        if seconds != 0 && seconds < SIGN_IN_TIME {
            self.add(
                "sshd-grace-time",
                Severity::Warning,
                ("LoginGraceTime", "120"),
                "The SSH server hangs up before a code that is sent can arrive and be typed.",
            );
        } else if seconds != 0 && seconds < SET_UP_TIME && self.set_up {
            self.add(
                "sshd-grace-time",
                Severity::Info,
                ("LoginGraceTime", "300"),
                "The SSH server may hang up while a user sets up a method.",
            );
        }
    }
}

/// When a file was changed last, its metadata included, so that one that was put in its place counts too.
fn changed_at(file: &str) -> Option<(i64, i64)> {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.ctime(), metadata.ctime_nsec()))
}

/// Whether security keys count, as the daemon's configuration says; what is no TOML is found elsewhere.
fn security_keys_count(config: &str) -> bool {
    let config: Table = config.parse().unwrap_or_default();
    let policy = config
        .get("policy")
        .and_then(|policy| policy.get("security-key"));
    let ssh = policy.and_then(|keys| keys.get("ssh")?.as_str());
    ssh == Some(VERIFY)
}

/// The same lists, with prompts of PAM in each, and never its method that answers them itself.
fn mended_methods(lists: &[Vec<&str>]) -> String {
    let mut mended: Vec<String> = Vec::new();
    for list in lists {
        let mut methods: Vec<&str> = Vec::new();
        for method in list {
            let method = match *method {
                "password" => "keyboard-interactive",
                method => method,
            };
            if !methods.contains(&method) {
                methods.push(method);
            }
        }
        if !methods.contains(&"keyboard-interactive") {
            methods.push("keyboard-interactive");
        }
        let list = methods.join(",");
        if !mended.contains(&list) {
            mended.push(list);
        }
    }
    mended.join(" ")
}

/// Seconds of a length of time as sshd writes it: numbers, each with s, m, h, d or w or nothing.
fn duration(text: &str) -> Option<u32> {
    let mut total = 0_u32;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u32 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = match rest.bytes().next().map(|unit| unit.to_ascii_lowercase()) {
            None | Some(b's') => 1,
            Some(b'm') => 60,
            Some(b'h') => 3600,
            Some(b'd') => 86400,
            Some(b'w') => 604_800,
            Some(_) => return None,
        };
        rest = rest.get(1..).unwrap_or_default();
        total = total.checked_add(number.checked_mul(unit)?)?;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::super::settings::settings;
    use super::*;
    use std::net::TcpListener;
    use std::path::Path;
    use std::process::{Child, Command};
    use std::thread;
    use std::time::{Duration, Instant};

    #[test]
    fn lengths_of_time_are_those_of_sshd() {
        for (text, seconds) in [
            ("120", 120),
            ("2m", 120),
            ("1h30m", 5400),
            ("0", 0),
            ("45s", 45),
        ] {
            assert_eq!(duration(text), Some(seconds), "{text}");
        }
        assert_eq!(duration("soon"), None);
    }

    /// An sshd that runs on this machine until it is dropped.
    struct Running(Child);

    impl Drop for Running {
        fn drop(&mut self) {
            self.0.kill().unwrap();
            self.0.wait().unwrap();
        }
    }

    #[test]
    fn a_server_that_runs_is_looked_at_with_its_arguments_and_told_to_read_what_was_changed() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name).display().to_string();
        let (key, file, pid_file) = (at("key"), at("config"), at("pid"));
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f", &key])
            .status();
        assert!(made.unwrap().success());
        fs::create_dir_all("/run/sshd").unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = port.local_addr().unwrap();
        drop(port);
        let text = format!(
            "HostKey {key}\nPidFile {pid_file}\nListenAddress {address}\n\
             PubkeyAuthOptions touch-required verify-required\n"
        );
        fs::write(&file, &text).unwrap();
        let sshd = Command::new("/usr/sbin/sshd")
            .args(["-D", "-f", &file, "-oPubkeyAuthOptions=none"])
            .spawn();
        let sshd = Running(sshd.unwrap());
        let listener = || {
            let mut all = listeners().into_iter();
            all.find(|listener| listener.pid == sshd.0.id()).unwrap()
        };
        let until = Instant::now() + Duration::from_mins(1);
        let wait = |done: &dyn Fn() -> bool| {
            while !done() {
                assert!(Instant::now() < until);
                thread::sleep(Duration::from_millis(10));
            }
        };
        wait(&|| Path::new(&pid_file).exists() && listener().read_at(&pid_file).is_some());

        let mut findings = Findings::default();
        let servers = settings(&Root::open(Path::new("/")).unwrap(), &mut findings);
        let mut with_file = servers.iter().map(Settings::all);
        let own = with_file.find(|all| all[0].file == file).unwrap();
        assert!(!own[0].demands_of_keys(VERIFY));
        Checks {
            effective: &own[0],
            set_up: false,
            alone: false,
            key_suffices: false,
            security_keys_count: true,
            findings: &mut findings,
        }
        .unverified_keys();
        let found = findings.found.last().unwrap();
        assert_eq!(
            (found.id, found.subject.as_str()),
            ("sshd-keys-not-verified", "sshd -o PubkeyAuthOptions")
        );

        let not_reloaded = || {
            let mut findings = Findings::default();
            running(&listener(), &servers, true, &mut findings);
            let mut found = findings.found.into_iter();
            found.any(|found| found.id == "sshd-not-reloaded" && found.subject == file)
        };
        assert!(!not_reloaded());
        let before = listener().read_at(&pid_file);
        fs::write(&file, &text).unwrap();
        assert!(not_reloaded());
        let pid = rustix::process::Pid::from_child(&sshd.0);
        rustix::process::kill_process(pid, rustix::process::Signal::HUP).unwrap();
        wait(&|| listener().read_at(&pid_file) > before);
        assert!(!not_reloaded());
    }
}
