//! Whether the SSH server asks PAM, and gives it the time.

use super::finding::{Area, Finding, Findings, Severity};
use super::pam::Protection;
use secinfo_pam_stack::root::{Root, is_absent};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const FILE: &str = "/etc/ssh/sshd_config";
/// How deep files may include others, as in sshd.
const DEEPEST: usize = 16;
/// Time enough for a password and a code that is sent.
const SIGN_IN_TIME: u32 = 60;
/// Time enough to set up a method as well.
const SET_UP_TIME: u32 = 120;

/// The settings that hold where no `Match` says otherwise; keywords in small letters.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    values: BTreeMap<String, String>,
    has_match: bool,
}

impl Settings {
    fn get<'a>(&'a self, keyword: &str, default: &'a str) -> &'a str {
        self.values.get(keyword).map_or(default, String::as_str)
    }

    fn is_yes(&self, keyword: &str, default: &str) -> bool {
        self.get(keyword, default).eq_ignore_ascii_case("yes")
    }

    /// The lists of methods of which one must be gone through; `None` for any one method.
    fn method_lists(&self) -> Option<Vec<Vec<&str>>> {
        let methods = self.get("authenticationmethods", "any");
        (methods != "any").then(|| {
            let lists = methods.split_ascii_whitespace();
            lists
                .map(|list| {
                    let methods = list.split(',');
                    methods
                        .map(|method| method.split(':').next().unwrap_or(method))
                        .collect()
                })
                .collect()
        })
    }

    /// Whether something else than PAM has proved who it is before PAM is asked.
    pub(crate) fn key_first(&self) -> bool {
        self.method_lists().is_some_and(|lists| {
            let first = |list: &Vec<&str>| !list.first().is_none_or(|method| asks_pam(method));
            lists.iter().all(first)
        })
    }

    /// Adds settings as sshd prints or reads them; what was said first holds.
    fn add(&mut self, keyword: &str, value: &str) {
        let keyword = match keyword.to_ascii_lowercase() {
            old if old == "challengeresponseauthentication" => {
                "kbdinteractiveauthentication".to_owned()
            }
            keyword => keyword,
        };
        self.values
            .entry(keyword)
            .or_insert_with(|| value.to_owned());
    }
}

fn asks_pam(method: &str) -> bool {
    matches!(method, "keyboard-interactive" | "password")
}

/// The settings of the server below a root; `None` where there is none.
pub(crate) fn settings(root: &Root, findings: &mut Findings) -> Option<Settings> {
    if root.is_this_host()
        && root.has(FILE)
        && let Some(settings) = ask_server()
    {
        findings.saw(Area::Sshd, "sshd -T");
        return Some(settings);
    }
    let mut settings = Settings::default();
    match read(root, FILE, 0, &mut settings) {
        Ok(()) => {
            findings.saw(Area::Sshd, FILE);
            if settings.has_match {
                findings.missed(
                    Area::Sshd,
                    "what stands below Match",
                    "that differs from one connection to the next",
                );
            }
            Some(settings)
        }
        Err(error) if is_absent(&error) => None,
        Err(error) => {
            findings.missed(Area::Sshd, FILE, error.to_string());
            None
        }
    }
}

/// What the server itself says; it says so to root only.
fn ask_server() -> Option<Settings> {
    let program = ["/usr/sbin/sshd", "/usr/bin/sshd"]
        .into_iter()
        .find(|path| Path::new(path).exists())?;
    let output = Command::new(program).arg("-T").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut settings = Settings::default();
    for line in text.lines() {
        let (keyword, value) = line.split_once(' ').unwrap_or((line, ""));
        settings.add(keyword, value.trim());
    }
    output.status.success().then_some(settings)
}

fn read(root: &Root, path: &str, level: usize, into: &mut Settings) -> std::io::Result<()> {
    for line in root.text(path)?.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let end = line.find(|c: char| c.is_whitespace() || c == '=');
        let (keyword, value) = line.split_at(end.unwrap_or(line.len()));
        let value = value.trim_start_matches(|c: char| c.is_whitespace() || c == '=');
        let value = value
            .split(" #")
            .next()
            .unwrap_or(value)
            .trim()
            .trim_matches('"');
        if keyword.eq_ignore_ascii_case("match") {
            into.has_match = true;
            // What follows holds for some connections only, to the end of the file.
            break;
        }
        if keyword.eq_ignore_ascii_case("include") && level < DEEPEST {
            for pattern in value.split_ascii_whitespace() {
                for file in expand(root, pattern) {
                    read(root, &file, level + 1, into)?;
                }
            }
            continue;
        }
        into.add(keyword, value);
    }
    Ok(())
}

/// The files that a pattern of `Include` names; a star may stand in the last part.
fn expand(root: &Root, pattern: &str) -> Vec<String> {
    let absolute = if pattern.starts_with('/') {
        pattern.to_owned()
    } else {
        format!("/etc/ssh/{pattern}")
    };
    let (directory, last) = absolute.rsplit_once('/').unwrap_or_default();
    let Some((before, after)) = last.split_once('*') else {
        return if root.has(&absolute) {
            vec![absolute]
        } else {
            Vec::new()
        };
    };
    let names = root.names(directory).unwrap_or_default().into_iter();
    names
        .filter(|name| {
            name.len() >= before.len() + after.len()
                && name.starts_with(before)
                && name.ends_with(after)
                && !name.starts_with('.')
        })
        .map(|name| format!("{directory}/{name}"))
        .collect()
}

/// Looks at the server, if it is to ask secinfo.
pub(crate) fn check(settings: &Settings, protection: &Protection, findings: &mut Findings) {
    if !protection.services.contains("sshd") {
        return;
    }
    let mut add = |id, severity, subject: &str, what: &str, remedy: &str| {
        findings.add(Finding {
            id,
            severity,
            area: Area::Sshd,
            subject: subject.to_owned(),
            services: Vec::new(),
            what: what.to_owned(),
            remedy: remedy.to_owned(),
            changes: Vec::new(),
        });
    };
    if !settings.is_yes("usepam", "no") {
        add(
            "sshd-no-pam",
            Severity::Error,
            "UsePAM",
            "The SSH server does not ask PAM, so it does not ask secinfo.",
            "Set 'UsePAM yes' in /etc/ssh/sshd_config.",
        );
        return;
    }
    if !settings.is_yes("kbdinteractiveauthentication", "yes") {
        add(
            "sshd-no-keyboard-interactive",
            Severity::Error,
            "KbdInteractiveAuthentication",
            "The SSH server shows no prompts of PAM, so nobody can answer with a code.",
            "Set 'KbdInteractiveAuthentication yes' in /etc/ssh/sshd_config.",
        );
    }
    key_skips(settings, &mut add);
    grace_time(settings, protection, &mut add);
}

fn key_skips(settings: &Settings, add: &mut impl FnMut(&'static str, Severity, &str, &str, &str)) {
    let remedy = "Set 'AuthenticationMethods publickey,keyboard-interactive keyboard-interactive' \
                  in /etc/ssh/sshd_config.";
    let Some(lists) = settings.method_lists() else {
        if settings.is_yes("pubkeyauthentication", "yes") {
            add(
                "sshd-key-skips",
                Severity::Warning,
                "AuthenticationMethods",
                "A user with a key gets in with it alone: the SSH server then asks PAM for no \
                 authentication.",
                remedy,
            );
        }
        return;
    };
    let without: Vec<_> = lists
        .iter()
        .filter(|list| !list.iter().any(|method| asks_pam(method)))
        .collect();
    if without.len() == lists.len() {
        add(
            "sshd-never-asks",
            Severity::Error,
            "AuthenticationMethods",
            "None of the ways that the SSH server accepts asks PAM, so none asks secinfo.",
            remedy,
        );
    } else if !without.is_empty() {
        add(
            "sshd-key-skips",
            Severity::Warning,
            "AuthenticationMethods",
            "One of the ways that the SSH server accepts does not ask PAM, so it does not ask \
             secinfo.",
            remedy,
        );
    }
    let root = settings.get("permitrootlogin", "prohibit-password");
    if matches!(root, "prohibit-password" | "without-password")
        && without.is_empty()
        && settings.key_first()
    {
        add(
            "sshd-root-cannot-answer",
            Severity::Info,
            "PermitRootLogin",
            "Root cannot sign in over SSH: prohibit-password forbids the prompts that are demanded.",
            "If root must, set 'PermitRootLogin yes'; the methods that are demanded still hold.",
        );
    }
}

fn grace_time(
    settings: &Settings,
    protection: &Protection,
    add: &mut impl FnMut(&'static str, Severity, &str, &str, &str),
) {
    let Some(seconds) = duration(settings.get("logingracetime", "120")) else {
        return;
    };
    let set_up = protection.set_up.contains("sshd");
    if seconds != 0 && seconds < SIGN_IN_TIME {
        add(
            "sshd-grace-time",
            Severity::Warning,
            "LoginGraceTime",
            "The SSH server hangs up before a code that is sent can arrive and be typed.",
            "Set 'LoginGraceTime 120' or more in /etc/ssh/sshd_config.",
        );
    } else if seconds != 0 && seconds < SET_UP_TIME && set_up {
        add(
            "sshd-grace-time",
            Severity::Info,
            "LoginGraceTime",
            "The SSH server may hang up while a user sets up a method.",
            "Set 'LoginGraceTime 300' in /etc/ssh/sshd_config.",
        );
    }
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
    use super::*;

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

    #[test]
    fn a_key_comes_first_only_if_every_list_begins_with_one() {
        let settings = |methods: &str| {
            let mut settings = Settings::default();
            settings.add("AuthenticationMethods", methods);
            settings
        };
        assert!(settings("publickey,keyboard-interactive:pam").key_first());
        assert!(!settings("publickey,keyboard-interactive keyboard-interactive").key_first());
        assert!(!settings("any").key_first());
        assert!(!Settings::default().key_first());
    }
}
