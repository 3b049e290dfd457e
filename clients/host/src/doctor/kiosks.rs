//! Checks the accounts that people use for password resets only: those that the daemon believes which address a person
//! comes from, and those for which the SSH server runs nothing else.

use super::accounts::{ACCOUNTS, Account, accounts, groups};
use super::finding::{Area, Finding, Findings, Severity};
use super::reset::least_uid_of_people;
use super::sshd;
use secinfo_pam_stack::root::{Root, is_absent};
use secinfo_pam_stack::stack::{Entry, Work};
use secinfo_terminal::text::shell_word;
use std::collections::BTreeSet;
use toml::Table;

const CONFIG: &str = "/etc/secinfo/config.toml";
const PASSWORDS: &str = "/etc/shadow";
/// The shell that runs `secinfo reset`, whatever it is asked to run.
const RESET_SHELL: &str = "/usr/lib/secinfo/secinfo-reset-shell";
/// Programs that end at once.
const NO_SHELLS: [&str; 2] = ["nologin", "false"];

/// Looks at the accounts of a host whose users may reset their passwords.
pub(crate) fn check(root: &Root, servers: &[sshd::Settings], findings: &mut Findings) {
    let kiosks = kiosks(root);
    let mut forced = BTreeSet::new();
    for (name, location) in servers.iter().flat_map(sshd::Settings::only_reset) {
        if !forced.insert(name.clone()) || kiosks.contains(&name) {
            continue;
        }
        let group = account(root, &name).and_then(|account| group_of(root, account.gid));
        findings.add(finding(
            "reset-account-no-kiosk",
            Severity::Warning,
            location,
            format!(
                "The SSH server runs secinfo reset for {name}, which is no kiosk: all who come by it have the resets of \
                 one account, and one person can use them up."
            ),
            format!(
                "Write kiosks = [\"{}\"] into the section [policy.reset] of {CONFIG}.",
                group.unwrap_or(name)
            ),
        ));
    }
    let least = least_uid_of_people(root);
    for name in kiosks.union(&forced) {
        if let Some(account) = account(root, name) {
            has_no_shell(&account, least, findings);
        }
    }
    have_passwords(root, &kiosks.union(&forced).collect(), findings);
}

/// Whether an entry lets in an account that can only reset passwords, and none else.
pub(crate) fn is_for_resets_only(root: &Root, entry: &Entry) -> bool {
    let Work::Module {
        path, arguments, ..
    } = &entry.work
    else {
        return false;
    };
    let words: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| !argument.starts_with("quiet"))
        .collect();
    match words[..] {
        ["user", "=", name] if path.rsplit('/').next() == Some("pam_succeed_if.so") => {
            account(root, name).is_some_and(|account| account.shell == RESET_SHELL)
        }
        _ => false,
    }
}

fn has_no_shell(account: &Account, least: u32, findings: &mut Findings) {
    let Account {
        name, uid, shell, ..
    } = account;
    let file = shell.rsplit('/').next().unwrap_or(shell);
    if shell == RESET_SHELL || NO_SHELLS.contains(&file) {
        return;
    }
    let shell = if shell.is_empty() { "/bin/sh" } else { shell };
    findings.add(finding(
        "reset-kiosk-shell",
        Severity::Warning,
        ACCOUNTS,
        format!(
            "{name} is there for password resets, and its shell is {shell}: a person who gets it can name any address \
             as theirs, and use up the resets of all."
        ),
        if *uid >= least {
            format!("Take {name} out of the groups in kiosks, if it is a person's account.")
        } else {
            format!("Run sudo usermod --shell {RESET_SHELL} {}, and see docs/how-to/reset.md.", shell_word(name))
        },
    ));
}

fn have_passwords(root: &Root, names: &BTreeSet<&String>, findings: &mut Findings) {
    if names.is_empty() {
        return;
    }
    let text = match root.text(PASSWORDS) {
        Ok(text) => text,
        Err(error) if is_absent(&error) => return,
        Err(_) => {
            findings.missed(Area::Reset, PASSWORDS, "only root may read it");
            return;
        }
    };
    for line in text.lines() {
        let mut fields = line.split(':');
        let (Some(name), Some("")) = (fields.next(), fields.next()) else {
            continue;
        };
        if names.iter().any(|known| *known == name) {
            findings.add(finding(
                "reset-kiosk-no-password",
                Severity::Error,
                PASSWORDS,
                format!(
                    "{name} is let in without a password, by login, su and greeters too, and not by ssh alone."
                ),
                format!(
                    "Run sudo usermod --lock {}, and have the SSH server take it as docs/how-to/reset.md says.",
                    shell_word(name)
                ),
            ));
        }
    }
}

/// The names of the members of the groups that config.toml calls kiosks.
fn kiosks(root: &Root) -> BTreeSet<String> {
    let config: Table = root
        .text(CONFIG)
        .unwrap_or_default()
        .parse()
        .unwrap_or_default();
    let kiosks = config
        .get("policy")
        .and_then(|policy| policy.get("reset")?.get("kiosks")?.as_array());
    let kiosks: Vec<&str> = kiosks
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_str)
        .collect();
    let accounts = accounts(root);
    let groups = groups(root).into_iter();
    let groups = groups.filter(|group| kiosks.contains(&group.name.as_str()));
    groups
        .flat_map(|group| {
            let own = accounts
                .iter()
                .filter(move |account| Some(account.gid) == group.gid);
            let own = own.map(|account| account.name.clone());
            group.members.into_iter().chain(own)
        })
        .collect()
}

fn group_of(root: &Root, gid: u32) -> Option<String> {
    let mut groups = groups(root).into_iter();
    groups
        .find(|group| group.gid == Some(gid))
        .map(|group| group.name)
}

fn account(root: &Root, name: &str) -> Option<Account> {
    accounts(root)
        .into_iter()
        .find(|account| account.name == name)
}

fn finding(
    id: &'static str,
    severity: Severity,
    subject: impl Into<String>,
    what: String,
    remedy: String,
) -> Finding {
    Finding {
        id,
        severity,
        area: Area::Reset,
        subject: subject.into(),
        services: Vec::new(),
        what,
        remedy,
        changes: Vec::new(),
    }
}
